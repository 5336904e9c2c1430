package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"warmtransfer/local/stack"
)

// run starts the stack and keeps it running until ctx ends.
func run(ctx context.Context, args []string) error {
	began := time.Now()
	o, quiet, err := options(args)
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if !quiet {
		o.Output = &lines{to: os.Stdout}
	}
	fmt.Println("Starting the phone line; the first time, its functions are compiled, which takes a minute.")
	s, err := stack.Start(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	welcome(s, o, time.Since(began))
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping.")
		return nil
	case err := <-s.Failed():
		return err
	}
}

// options reads the flags, and the account from the environment or the file .env.
func options(args []string) (o stack.Options, quiet bool, err error) {
	flags := flag.NewFlagSet("warmtransfer", flag.ContinueOnError)
	flags.IntVar(&o.Port, "port", 8080, "port of the page and the API; the phone network, the sign-in and the store take the next three; 0 takes any that are free")
	flags.StringVar(&o.TwilioURL, "twilio-url", "", "a Twilio-compatible API to use instead of the phone network, e.g. https://api.twilio.com")
	flags.StringVar(&o.PublicURL, "public-url", "", "with -twilio-url: where Twilio reaches this machine, e.g. a tunnel's address")
	flags.BoolVar(&o.Headless, "headless", false, "start nothing that needs a browser")
	flags.StringVar(&o.Data, "data", "", "a folder that keeps conferences and agents; without it all is in memory")
	o.Parameters = map[string]string{}
	flags.Func("set", "a parameter of template.yaml, e.g. RingSeconds=8; may be repeated", func(v string) error {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return errors.New("want Name=value")
		}
		o.Parameters[name] = value
		return nil
	})
	flags.BoolVar(&quiet, "quiet", false, "do not print what the functions log")
	if err := flags.Parse(args); err != nil {
		return o, quiet, err
	}
	if flags.NArg() > 0 {
		return o, quiet, fmt.Errorf("there is no command %q; go run ./local -h lists the flags", flags.Arg(0))
	}
	if o.Port < 0 || o.Port > 65531 {
		return o, quiet, errors.New("-port must be from 0 to 65531")
	}
	if err := godotenv.Load(".env"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return o, quiet, fmt.Errorf(".env: %w", err)
	}
	o.Account = account(os.Getenv)
	o.TwilioURL, o.PublicURL = strings.TrimRight(o.TwilioURL, "/"), strings.TrimRight(o.PublicURL, "/")
	return o, quiet, nil
}

// account is what the environment names, the made-up one for what it does not.
func account(get func(string) string) stack.Account {
	a := stack.MadeUp()
	for name, field := range map[string]*string{
		"TWILIO_ACCOUNT_SID": &a.SID, "TWILIO_AUTH_TOKEN": &a.AuthToken, "TWILIO_API_KEY": &a.APIKey,
		"TWILIO_API_SECRET": &a.APISecret, "TWILIO_NUMBER": &a.Number,
	} {
		if v := get(name); v != "" {
			*field = v
		}
	}
	return a
}

// welcome says where to click.
func welcome(s *stack.Stack, o stack.Options, took time.Duration) {
	fmt.Printf("\nThe phone line is ready (%.1f s). Its number is %s.\n\n", took.Seconds(), s.Number)
	if !o.Headless {
		fmt.Printf("  Agents    %s/   open it in two tabs, sign in as Alice and as Bob, Go online\n", s.API)
	}
	switch {
	case s.Network == nil:
		fmt.Printf("  Twilio    %s   calls our webhooks at %s\n", s.Twilio, o.PublicURL)
	case !o.Headless:
		fmt.Printf("  A caller  %s/phone/   a telephone in the browser: Call\n", s.Control)
	}
	if s.Network != nil {
		fmt.Printf("\n  Without a browser: curl -d '{\"from\":\"+15550199\",\"to\":\"%s\"}' %s/control/calls\n", s.Number, s.Control)
		fmt.Printf("  Who hears whom:    curl %s/control/calls\n", s.Control)
		fmt.Printf("  What was sent:     curl %s/control/requests\n", s.Control)
	}
	fmt.Print("\nCtrl-C stops everything. Below is what the functions log.\n\n")
}
