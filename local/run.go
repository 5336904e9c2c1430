package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/stack"
)

// usualPort is the default port of the page and the API.
const usualPort = 8080

// run starts the stack and keeps it running until ctx ends.
func run(ctx context.Context, args []string) error {
	began := time.Now()
	o, told, err := options(args)
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	j, end, err := told.open(o)
	if err != nil {
		return err
	}
	defer end()
	o.Output = j
	fmt.Println("Starting the phone line; the first time, its functions are compiled, which takes a minute.")
	s, err := stack.Start(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	welcome(s, o, j, time.Since(began))
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping.")
		return nil
	case err := <-s.Failed():
		return err
	}
}

// options reads the flags, and the account from the environment or the file .env.
func options(args []string) (o stack.Options, told output, err error) {
	flags := flag.NewFlagSet("warmtransfer", flag.ContinueOnError)
	flags.IntVar(&o.Port, "port", usualPort,
		"port of the page and the API; the phone network, the sign-in and the store "+
			"take the next three; 0 takes any that are free")
	flags.StringVar(&o.TwilioURL, "twilio-url", "",
		"a Twilio-compatible API to use instead of the phone network, e.g. https://api.twilio.com")
	flags.StringVar(&o.PublicURL, "public-url", "",
		"with -twilio-url: where Twilio reaches this machine, e.g. a tunnel's address")
	flags.BoolVar(&o.Headless, "headless", false, "start nothing that needs a browser")
	flags.StringVar(&o.Data, "data", "", "a folder that keeps conferences and agents; without it all is in memory")
	o.Parameters = map[string]string{"EventBusName": "local"} // GET /control/events shows what is put on it
	flags.Func("set", "a parameter of template.yaml, e.g. RingSeconds=8; may be repeated", func(v string) error {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return errors.New("want Name=value")
		}
		o.Parameters[name] = value
		return nil
	})
	flags.BoolVar(&told.quiet, "quiet", false, "do not print a line for each call")
	flags.StringVar(&told.log, "log", "",
		"the file that the functions' log is written to, - for this terminal (default .run/functions.log)")
	if err := flags.Parse(args); err != nil {
		return o, told, err
	}
	if flags.NArg() > 0 {
		nearest := sam.Nearest(flags.Arg(0), slices.Collect(maps.Keys(commands)))
		return o, told, fmt.Errorf("there is no command %q; the nearest is %s, and go run ./local -h lists the flags",
			flags.Arg(0), nearest)
	}
	if o.Port < 0 || o.Port > 65531 {
		return o, told, errors.New("-port must be from 0 to 65531")
	}
	if err := settings(".env"); err != nil {
		return o, told, err
	}
	o.Account = account(os.Getenv)
	o.TwilioURL, o.PublicURL = strings.TrimRight(o.TwilioURL, "/"), strings.TrimRight(o.PublicURL, "/")
	return o, told, nil
}

// output opens the log for what the functions print.
type output struct {
	log   string
	quiet bool
}

// open makes the file. Stacks on other ports than the usual have files of their own.
func (t output) open(o stack.Options) (j *journal, end func(), err error) {
	j = &journal{terminal: os.Stdout, quiet: t.quiet, name: t.log, now: time.Now, calls: map[string]bool{}}
	if t.log == "-" {
		j.file, j.name, j.quiet = os.Stdout, "above", true
		return j, func() {}, nil
	}
	if j.name == "" {
		j.name = filepath.Join(".run", "functions.log")
		switch o.Port {
		case usualPort:
		case 0:
			j.name = filepath.Join(".run", fmt.Sprintf("functions-%d.log", os.Getpid()))
		default:
			j.name = filepath.Join(".run", fmt.Sprintf("functions-port-%d.log", o.Port))
		}
		if err := os.MkdirAll(".run", 0o755); err != nil {
			return nil, nil, err
		}
	}
	f, err := os.OpenFile(j.name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("-log: %w", err)
	}
	j.file = f
	return j, func() { _ = f.Close() }, nil
}

// names are the settings that the environment or .env may hold.
var names = []string{
	"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_NUMBER", "TWILIO_API_URL",
}

// settings puts a file's rows into the environment, if there is one. It refuses an unknown name that looks like one of
// ours, because a misspelt setting would leave the made-up account in its place.
func settings(file string) error {
	set, err := godotenv.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if strings.HasPrefix(strings.ToUpper(name), "TWILIO") && !slices.Contains(names, name) {
			return fmt.Errorf("%s: there is no setting %s; the nearest is %s", file, name, sam.Nearest(name, names))
		}
	}
	return godotenv.Load(file)
}

// account is what the environment names, and the made-up account for the rest.
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

// welcome says where to click; it comes last, where it is easy to find.
func welcome(s *stack.Stack, o stack.Options, j *journal, took time.Duration) {
	fmt.Printf("\nThe phone line is ready (%.1f s). Its number is %s.\n\n", took.Seconds(), s.Number)
	if s.Network != nil {
		fmt.Printf("  Without a browser: curl -d '{\"from\":\"+15550199\",\"to\":\"%s\"}' %s/control/calls\n", s.Number,
			s.Control)
		fmt.Printf("  Who hears whom:    curl %s/control/calls\n", s.Control)
		fmt.Printf("  What was sent:     curl %s/control/requests\n", s.Control)
		fmt.Printf("  What others hear:  curl %s/control/events\n\n", s.Control)
	}
	if j.name != "above" {
		fmt.Printf("The functions log to %s. ", j.name)
	}
	fmt.Print("Ctrl-C stops everything.\n\n")
	if !o.Headless {
		fmt.Printf("  Agents    %s/   open it in two tabs, sign in as Alice and as Bob, Go online\n", s.API)
	}
	switch {
	case s.Network == nil:
		fmt.Printf("  Twilio    %s   calls our webhooks at %s\n", s.Twilio, o.PublicURL)
	case !o.Headless:
		fmt.Printf("  A caller  %s/phone/   a telephone in the browser: Call\n", s.Control)
	}
	fmt.Println()
}
