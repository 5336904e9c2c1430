package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"warmtransfer/local/demo"
	"warmtransfer/local/stack"
)

// playDemo plays the demonstration on ports of its own.
func playDemo(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	pace := flags.Duration("pace", 2500*time.Millisecond, "how long people wait between two things that they do")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("demo takes flags only, not %q", flags.Arg(0))
	}
	fmt.Println("A warm transfer, played with scripted telephones through the binaries that are deployed.")
	fmt.Println("The first time they are compiled, which takes a minute.")
	fmt.Println()
	return demo.Play(ctx, stack.Options{}, os.Stdout, terminal(os.Stdout), *pace)
}

// terminal says whether f is a terminal that shows colours.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" &&
		os.Getenv("TERM") != "dumb"
}
