// Program local is the whole phone line on a developer's machine: the functions as they
// are deployed, and everything around them that is otherwise somebody else's.
//
//	go run ./local [flags]    runs it until Ctrl-C
//	go run ./local demo       plays a warm transfer with scripted telephones
//	go run ./local doctor     looks what is wrong with a stack or a deployment
//	go run ./local live-check asks a real Twilio account what its documentation leaves open
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"warmtransfer/local/doctor"
	"warmtransfer/local/livecheck"
)

// commands are the program's commands besides running the stack.
var commands = map[string]func(ctx context.Context, args []string) error{
	"demo":     playDemo,
	"roster":   roster,
	"forget":   forget,
	"settings": lineSettings,
	"doctor": func(ctx context.Context, args []string) error {
		return doctor.Run(ctx, args, os.Stdout)
	},
	"live-check": func(ctx context.Context, args []string) error {
		return livecheck.Run(ctx, args, os.Stdin, os.Stdout)
	},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := dispatch(ctx, os.Args[1:])
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp), errors.Is(err, context.Canceled):
	default:
		fmt.Fprintln(os.Stderr, "warmtransfer:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(ctx, args[1:])
		}
	}
	return run(ctx, args)
}
