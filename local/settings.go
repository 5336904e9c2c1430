package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"warmtransfer/local/stack"
)

// errSettings says how to use the command.
var errSettings = errors.New("want: settings -table TABLE [-back | FILE]")

// lineSettings prints the settings of a deployment's line, saves those of a file, or takes the last change back. It is
// the part of make settings that the AWS CLI cannot do.
func lineSettings(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("settings", flag.ContinueOnError)
	table := flags.String("table", "", "the stack's table")
	back := flags.Bool("back", false, "take the last change back")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *table == "" || flags.NArg() > 1 || *back && flags.NArg() > 0 {
		return errSettings
	}
	var file io.Reader
	if name := flags.Arg(0); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file = strings.NewReader(string(text))
	}
	store, err := deployed(*table)
	if err != nil {
		return err
	}
	line, err := stack.EditSettings(ctx, store, file, *back, time.Now())
	if err != nil {
		return fmt.Errorf("the settings: %w", err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(line)
}
