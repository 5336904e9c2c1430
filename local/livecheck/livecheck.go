// Package livecheck asks a real Twilio account what its documentation leaves open and this project leans on. It calls
// a person's telephone, lets Twilio do one thing after the other, notes what Twilio asks of us, and asks the person
// what was heard. The report has no number in it.
//
// No test runs it against Twilio. The phone network answers the same questions by itself, which is its test: what the
// network answers is what the project assumes.
package livecheck

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/joho/godotenv"
)

// Options say whom to call and where Twilio reaches this machine.
type Options struct {
	Account, Key, Secret, Number string
	TwilioURL                    string // https://api.twilio.com
	PublicURL                    string // the tunnel's address, which leads to Listener
	Phones                       []string
	Listener                     net.Listener
	In                           io.Reader
	Out                          io.Writer
	// Act does for a test what the person is asked to do; nil leaves it to the person.
	Act func(action, call string) error
	// Patience is how long an answer of Twilio's is waited for.
	Patience time.Duration
}

// Run does what `go run ./local live-check` says.
func Run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	o := Options{In: in, Out: out, TwilioURL: "https://api.twilio.com", Patience: 30 * time.Second}
	flags := flag.NewFlagSet("live-check", flag.ContinueOnError)
	flags.SetOutput(out)
	port := flags.Int("port", 8090, "the port that the tunnel leads to")
	report := flags.String("report", "live-check.txt", "where the report is written")
	flags.StringVar(&o.PublicURL, "public-url", "", "the tunnel's address, https://…")
	flags.StringVar(&o.TwilioURL, "twilio-url", o.TwilioURL, "another Twilio-compatible API")
	flags.Func("phone", "your telephone, like +15550123; with three of them it also asks what a full conference does",
		func(v string) error {
			o.Phones = append(o.Phones, v)
			return nil
		})
	if err := flags.Parse(args); err != nil {
		return err
	}
	_ = godotenv.Load(".env") // there may be none
	var missing []string
	for _, setting := range []struct {
		name string
		to   *string
	}{
		{"TWILIO_ACCOUNT_SID", &o.Account}, {"TWILIO_API_KEY", &o.Key}, {"TWILIO_API_SECRET", &o.Secret},
		{"TWILIO_NUMBER", &o.Number},
	} {
		if *setting.to = os.Getenv(setting.name); *setting.to == "" {
			missing = append(missing, setting.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("live-check needs %s, in the environment or in .env", strings.Join(missing, ", "))
	}
	switch {
	case len(o.Phones) == 0:
		return errors.New(
			"live-check needs your telephone: make live-check ARGS=\"-phone +15550123 -public-url https://…\"")
	case !strings.HasPrefix(o.PublicURL, "http"):
		return errors.New("live-check needs -public-url: the address of a tunnel that leads to -port")
	}
	var err error
	if o.Listener, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port)); err != nil {
		return fmt.Errorf(
			"port %d is taken by another program: choose another with -port, and let the tunnel lead there", *port)
	}
	text, err := Check(ctx, o)
	if text != "" {
		if writing := os.WriteFile(*report, []byte(text), 0o600); writing != nil {
			return errors.Join(err, writing)
		}
		_, _ = fmt.Fprintln(out, "The report is in", *report)
	}
	return err
}

// checker is one run.
type checker struct {
	o      Options
	in     *bufio.Reader
	seen   *inbox
	report strings.Builder
	round  int
}

// Check plays all questions, and returns the report, also of those that came before an error.
func Check(ctx context.Context, o Options) (string, error) {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	c := &checker{o: o, in: bufio.NewReader(o.In), seen: newInbox()}
	server := &http.Server{Handler: c.seen, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(o.Listener) }() // it ends when it is closed
	defer func() { _ = server.Close() }()
	fmt.Fprintf(&c.report, "live-check of %s against %s\n", time.Now().UTC().Format(time.DateOnly), host(o.TwilioURL))
	for _, q := range questions {
		if q.phones > len(o.Phones) {
			c.note(q.name, fmt.Sprintf("not asked: it needs %d telephones", q.phones))
			continue
		}
		_, _ = fmt.Fprintf(o.Out, "\n-- %s\n", q.name)
		if err := q.ask(c, ctx); err != nil {
			c.note(q.name, "FAILED: "+err.Error())
			return c.text(), fmt.Errorf("%s: %w", q.name, err)
		}
	}
	return c.text(), nil
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Hostname()
	}
	return "?"
}

// secret is what no report holds: numbers and ids.
var secret = regexp.MustCompile(`\+?[0-9][0-9 ()-]{5,}[0-9]|\b[A-Z]{2}[0-9a-f]{32}\b`)

func (c *checker) text() string { return c.report.String() }

func (c *checker) note(name, answer string) {
	line := fmt.Sprintf("%-46s %s", name, secret.ReplaceAllString(answer, "…"))
	fmt.Fprintln(&c.report, line)
	_, _ = fmt.Fprintln(c.o.Out, line)
}

// person asks for one line.
func (c *checker) person(question string) (string, error) {
	_, _ = fmt.Fprintf(c.o.Out, "%s ", question)
	line, err := c.in.ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("nobody answers: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// rest sends one request to Twilio.
func (c *checker) rest(ctx context.Context, method, path string, form url.Values) (map[string]any, error) {
	address := c.o.TwilioURL + "/2010-04-01/Accounts/" + c.o.Account + "/" + path + ".json"
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if form != nil {
		address += "?" + form.Encode()
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.o.Key, c.o.Secret)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, errors.New("the API of Twilio cannot be reached")
	}
	defer func() { _ = resp.Body.Close() }()
	var answer map[string]any
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil {
		_ = json.Unmarshal(raw, &answer) // a deletion answers nothing
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return answer, fmt.Errorf("an answer %d of Twilio, code %v: %v", resp.StatusCode, answer["code"],
			answer["message"])
	}
	return answer, err
}
