package main

import "context"

func playDemo(ctx context.Context, args []string) error { return run(ctx, args) }
