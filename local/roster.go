package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
)

// errRoster says how to use the command.
var errRoster = errors.New("want: roster -table TABLE remove|restore NAME")

// roster marks an agent as removed in a deployment's table, or removes the mark. It is the part of make remove-agent
// that the AWS CLI cannot do; region and credentials come from the environment.
func roster(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("roster", flag.ContinueOnError)
	table := flags.String("table", "", "the stack's table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	what, name := flags.Arg(0), flags.Arg(1)
	if *table == "" || name == "" || what != "remove" && what != "restore" || flags.NArg() != 2 {
		return errRoster
	}
	r := env.New(func(key string) string {
		if key == "TABLE_NAME" {
			return *table
		}
		return os.Getenv(key)
	})
	store := dynamo.Open(r)
	if err := r.Err(); err != nil {
		return err
	}
	if err := stack.Mark(ctx, store, name, what == "remove", time.Now()); err != nil {
		return fmt.Errorf("the table was not changed, or that is not known; run it again: %w", err)
	}
	return nil
}
