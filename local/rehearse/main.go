// Program rehearse deploys the template with the unmodified SAM CLI to an emulator of AWS on this machine, and uses
// what came of it: the commands of the Makefile, a sign-in, a call, the sweep, an update, a failed update, a deletion.
// It is the body of "make rehearse" (local/rehearse.sh prepares it). It says what it does, step by step, and ends
// itself when a limit of time is over.
//
// What an emulator cannot tell stays open: docs/rehearsal.md lists it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	region    = "us-east-1"
	accessKey = "test"
	secretKey = "test"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("rehearse", flag.ContinueOnError)
	limit := flags.Duration("limit", 15*time.Minute, "how long a rehearsal may take in all")
	keep := flags.Bool("keep", false, "keep the folder with the logs")
	browser := flags.Bool("browser", true, "also sign in and take a call in a browser")
	broken := flags.String("break", "",
		"a mistake to make on purpose, which the rehearsal has to find: "+strings.Join(mistakes(), ", ")+", or all")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("it takes flags only, not %q", flags.Arg(0))
	}
	switch {
	case *broken == "":
		return rehearse(ctx, *limit, *keep, *browser, nil)
	case *broken == "all":
		for _, name := range mistakes() {
			if err := find(ctx, *limit, *keep, name); err != nil {
				return err
			}
		}
		return nil
	case slices.Contains(mistakes(), *broken):
		return find(ctx, *limit, *keep, *broken)
	}
	return fmt.Errorf("-break: there is no mistake %q", *broken)
}

// rehearse makes every step, up to the first that fails.
func rehearse(ctx context.Context, limit time.Duration, keep, browser bool, broken *mistake) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rehearse-")
	if err != nil {
		return err
	}
	r := &rehearsal{root: root, dir: dir, browser: browser, out: os.Stdout, watch: machine}
	defer func() {
		r.close()
		if keep {
			fmt.Println("the logs are in", dir)
		} else {
			_ = os.RemoveAll(dir)
		}
	}()
	if err := r.template(broken); err != nil {
		return err
	}
	return r.walk(ctx, steps)
}

// walk makes the steps and says what each took.
func (r *rehearsal) walk(ctx context.Context, steps []step) error {
	const figures = " %5.1f s %5.1f s  %3.0f %%\n"
	began := r.watch.read()
	fmt.Fprintf(r.out, "%-78s %7s %7s  %5s\n", "", "took", "used", "busy")
	for _, s := range steps {
		if s.only != nil && !s.only(r) {
			continue
		}
		fmt.Fprintf(r.out, "%-78s", s.name)
		at := r.watch.read()
		err := s.do(r, ctx)
		took, starved, used := r.watch.since(at)
		fmt.Fprintf(r.out, figures, took.Seconds(), used.Seconds(), percent(starved, took))
		for _, note := range r.said {
			fmt.Fprintln(r.out, "    |", note)
		}
		r.said = nil
		if ctx.Err() != nil {
			took, _, _ = r.watch.since(began)
			return fmt.Errorf("%s: it was ended there after %s", s.name, took.Round(time.Second))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	took, starved, used := r.watch.since(began)
	fmt.Fprintf(r.out, "%-78s"+figures, "rehearsed: deployed to an emulator, never to AWS", took.Seconds(),
		used.Seconds(), percent(starved, took))
	fmt.Fprintln(r.out,
		"(used: processors' time; busy: the part of the time in which a program waited for a processor)")
	return nil
}

// note is said below the step that is being made.
func (r *rehearsal) note(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func percent(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return min(100, 100*part.Seconds()/whole.Seconds()) // the kernel adds up now and then
}

// template chooses what is deployed: the built template as it is, or one with a mistake in it.
func (r *rehearsal) template(broken *mistake) error {
	built := filepath.Join(r.root, ".aws-sam", "build", "template.yaml")
	text, err := os.ReadFile(built)
	if err != nil {
		return errors.New("nothing is built: make rehearse builds it first")
	}
	r.built = built
	if broken == nil {
		return nil
	}
	changed, err := broken.make(string(text))
	if err != nil {
		return err
	}
	// Beside the other, since the packages are named from there.
	r.built = filepath.Join(filepath.Dir(built), "template-broken.yaml")
	r.closers = append(r.closers, func() { _ = os.Remove(r.built) })
	return os.WriteFile(r.built, []byte(changed), 0o600)
}
