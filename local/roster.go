package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/apigateway"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
)

// errRoster says how to use the command.
var errRoster = errors.New("want: roster -table TABLE remove|restore NAME")

// roster marks an agent as removed in a deployment's table, or removes the mark. It is the part of make remove-agent
// that the AWS CLI cannot do; region and credentials come from the environment, and PUSH_URL, where the agent's pages
// are told (see apigateway.Open).
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
	store, err := deployed(*table)
	if err != nil {
		return err
	}
	r := env.New(os.Getenv)
	var to stack.Connections
	if open := apigateway.Open(r); open != nil {
		to = open
	}
	if err := r.Err(); err != nil {
		return err
	}
	if err := stack.Mark(ctx, store, to, name, what == "remove", time.Now()); err != nil {
		return fmt.Errorf("the table was not changed, or that is not known; run it again: %w", err)
	}
	return nil
}

// deployed is the store in a deployment's table; region and credentials come from the environment.
func deployed(table string) (*dynamo.Store, error) {
	r := env.New(func(key string) string {
		if key == "TABLE_NAME" {
			return table
		}
		return os.Getenv(key)
	})
	return dynamo.Open(r), r.Err()
}

// errForget says how to use the command.
var errForget = errors.New("want: NUMBER=+15550100 forget -table TABLE")

// forget erases what a deployment's table keeps of a caller, and says how much that was. It is the part of make forget
// that the AWS CLI cannot do. The number is in the environment, so that no list of processes shows it.
func forget(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("forget", flag.ContinueOnError)
	table := flags.String("table", "", "the stack's table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	number := os.Getenv("NUMBER")
	if *table == "" || number == "" || flags.NArg() != 0 {
		return errForget
	}
	store, err := deployed(*table)
	if err != nil {
		return err
	}
	f, err := store.Forget(ctx, number)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(f)
	}
	if err != nil {
		return fmt.Errorf("not everything was erased, or that is not known; run it again: %w", err)
	}
	return nil
}
