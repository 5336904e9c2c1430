package stack

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/issuer"
	"warmtransfer/local/store"
	"warmtransfer/local/twiliosim"
	"warmtransfer/shared/env"
)

// Account is a Twilio account, or the made-up one.
type Account struct {
	SID, AuthToken, APIKey, APISecret string
	Number                            string // E.164
}

// MadeUp is the account of the phone network when none is given. It gives access to nothing else.
func MadeUp() Account {
	return Account{
		SID:       "AC00000000000000000000000000000001",
		AuthToken: "0123456789abcdef0123456789abcdef",
		APIKey:    "SK00000000000000000000000000000001",
		APISecret: "abcdef0123456789abcdef0123456789",
		Number:    "+15550100",
	}
}

// Options say what to start. The zero value is the whole stack on free ports.
type Options struct {
	Root    string // the repository; "" is found from the working directory
	Port    int    // of the page and the API; the others follow it. 0: free ports for all
	Account Account
	// TwilioURL is a Twilio-compatible API to use instead of the phone network; PublicURL is then where it reaches our
	// webhooks.
	TwilioURL, PublicURL string
	Headless             bool // no page, no sound
	// Cold starts no function ahead: each starts at its first request, as on Lambda after a deployment. Most stacks of
	// tests ask few of the functions, and starting all of them is most of such a stack's work.
	Cold       bool
	Data       string // a folder for the store; "" keeps everything in memory
	Clock      clock.Clock
	Parameters map[string]string   // of the template
	Agents     []issuer.Agent      // who may sign in; nil: the ready-made ones
	SigningKey *rsa.PrivateKey     // of the sign-in; nil: a new one
	Network    twiliosim.Config    // its limits; account, number and clock are set from above
	Output     io.Writer           // what the functions print
	Change     func(*sam.Template) // changes the template, as read, before anything starts
	// Via puts something between the functions and the store, at the address it returns.
	Via func(store string) string
	// ViaTwilio does the same between the functions and the phone network's REST API.
	ViaTwilio   func(api string) string
	Binaries    string       // a folder with the functions' binaries; "" builds them into .run/bin
	SharedStore *store.Store // a store that the caller starts and closes; each stack has a table of its own in it
}

var (
	isAccount = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	isKey     = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	isSecret  = regexp.MustCompile(`^[0-9A-Za-z]{16,128}$`)
)

// Check reports everything that is wrong with the account, by the names of the settings.
func (a Account) Check() error {
	var errs []error
	must := func(ok bool, name, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s must be %s", name, want))
		}
	}
	must(isAccount.MatchString(a.SID), "TWILIO_ACCOUNT_SID", "AC and 32 hex digits")
	must(isSecret.MatchString(a.AuthToken), "TWILIO_AUTH_TOKEN", "16 to 128 letters and digits")
	must(isKey.MatchString(a.APIKey), "TWILIO_API_KEY", "SK and 32 hex digits")
	must(isSecret.MatchString(a.APISecret), "TWILIO_API_SECRET", "16 to 128 letters and digits")
	must(env.E164(a.Number), "TWILIO_NUMBER", "a telephone number like +15550100")
	return errors.Join(errs...)
}

func (o Options) check() error {
	errs := []error{o.Account.Check()}
	for name, v := range map[string]string{"-twilio-url": o.TwilioURL, "-public-url": o.PublicURL} {
		if v == "" {
			continue
		}
		u, err := url.Parse(v)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, fmt.Errorf("%s must be an http or https address", name))
		}
	}
	if u, err := url.Parse(o.TwilioURL); err == nil && elsewhere(u.Hostname()) {
		errs = append(errs, fmt.Errorf("-twilio-url: %s is of a region in which this line does not work; "+
			"give https://api.twilio.com", u.Host))
	}
	if o.TwilioURL != "" && o.PublicURL == "" {
		errs = append(errs,
			errors.New(
				"-twilio-url needs -public-url: the address at which Twilio reaches this machine, "+
					"for example that of a tunnel"))
	}
	return errors.Join(errs...)
}

// elsewhere says whether a host is Twilio's and not of the region US1. The short form without an edge
// (api.ie1.twilio.com) works for no region since 2026-04-28. See
// https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region
func elsewhere(host string) bool {
	name, ours := strings.CutSuffix(host, ".twilio.com")
	return ours && name != "api" && !strings.HasSuffix(name, ".us1")
}
