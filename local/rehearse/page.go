package main

import "context"

func (r *rehearsal) page(context.Context) error { return nil }
