// Package doctor finds out what is wrong with a deployment or with a local stack, and says how to repair it. It changes
// nothing: it reads, it sends one webhook about a call that does not exist, and it requests nothing that costs money.
package doctor

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"

	"warmtransfer/shared/twilio"
)

// checkTime bounds one check.
const checkTime = 10 * time.Second

// Run does what `go run ./local doctor` says: it reads the flags, finds the parts, and prints a row for each check. The
// error says that something is wrong.
func Run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.control, "control", "http://127.0.0.1:8081/control", "the control address of a local stack")
	flags.StringVar(&o.stack, "stack", "", "a deployed stack, looked up with the AWS CLI")
	flags.StringVar(&o.given.Page, "page", "", "the page's address, of a deployment that is not looked up")
	flags.StringVar(&o.given.API, "api", "", "the API's address, likewise")
	flags.StringVar(&o.given.Fallback, "fallback", "", "the fallback's address, likewise")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("doctor takes flags only, not %q", flags.Arg(0))
	}
	t, err := o.find(ctx)
	if err != nil {
		return err
	}
	return newDoctor(t, out).examine(ctx)
}

// target is the deployment or the stack that is examined.
type target struct {
	Page, API string // without a slash at the end
	Fallback  string // "" if there should be none
	Twilio    string // the REST API
	Number    string
	Account   twilio.Credentials
	// Local: a stack on this machine, whose page may be missing.
	Local bool
}

// doctor examines one target.
type doctor struct {
	t     target
	http  *http.Client
	calls *twilio.Calls
	out   io.Writer
	now   func() time.Time
	wrong int
	total int

	config config // the page's, once it is read
	key    bool   // Twilio has accepted the API key
	number *twilio.Number
}

func newDoctor(t target, out io.Writer) *doctor {
	return &doctor{
		t: t, out: out, now: time.Now,
		http: &http.Client{Timeout: checkTime, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		calls: twilio.NewCalls(twilio.Fixed(t.Account), twilio.CallSettings{APIURL: t.Twilio, Number: t.Number}),
	}
}

// fault is what is wrong, and how to repair it.
type fault struct{ what, mend string }

func (f *fault) Error() string { return f.what + ". Mend: " + f.mend }

func wrong(mend, what string, args ...any) error { return &fault{fmt.Sprintf(what, args...), mend} }

// unseen is what cannot be checked from here: neither right nor wrong.
type unseen string

func (u unseen) Error() string { return string(u) }

// check is one check; well says what was found in order.
type check struct {
	name string
	look func(*doctor, context.Context) (well string, err error)
}

// checks are in an order in which a later one may depend on an earlier.
var checks = []check{
	{"page", (*doctor).page},
	{"config.json", (*doctor).configuration},
	{"sign-in", (*doctor).signIn},
	{"return", (*doctor).signInReturns},
	{"agents' API", (*doctor).agentsAPI},
	{"token", (*doctor).tokenPassed},
	{"webhooks", (*doctor).webhooks},
	{"clock", (*doctor).clock},
	{"API key", (*doctor).apiKey},
	{"number", (*doctor).numberURLs},
	{"region", (*doctor).region},
	{"fallback", (*doctor).fallback},
	{"auth token", (*doctor).authToken},
	{"voice tokens", (*doctor).voiceTokens},
	{"dialling", (*doctor).dialling},
	{"webhook rules", (*doctor).webhookRules},
	{"shared key", (*doctor).sharedKey},
}

// examine runs every check, whatever the others found.
func (d *doctor) examine(ctx context.Context) error {
	for _, c := range checks {
		one, cancel := context.WithTimeout(ctx, checkTime)
		well, err := c.look(d, one)
		cancel()
		d.total++
		var cannot unseen
		switch {
		case err == nil:
			d.line("ok", c.name, well)
		case errors.As(err, &cannot):
			d.line("-", c.name, cannot.Error())
		default:
			d.wrong++
			d.line("WRONG", c.name, err.Error())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if d.wrong > 0 {
		return fmt.Errorf("%d of %d checks found something wrong", d.wrong, d.total)
	}
	return nil
}

func (d *doctor) line(verdict, name, text string) {
	_, _ = fmt.Fprintf(d.out, "%-6s %-13s %s\n", verdict, name, text) // an error of the terminal is ignored
}
