// Package app wires a function of the line: settings from its environment, the store, Twilio and the use cases. A
// function's main adds only what it alone has.
package app

import (
	"context"
	"net/http"
	"os"
	"time"
	_ "time/tzdata" // of the opening hours: see package settings

	"warmtransfer/shared/apigateway"
	"warmtransfer/shared/dialplan"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

// App is what a function of the line works with. Settings may be changed before Service or Serve is called.
type App struct {
	Env      *env.Reader // for the settings that only this function has
	Edge     httpapi.Edge
	Number   string // the line's number, in E.164
	Keys     *secret.Secret
	Settings service.Settings
	// Line are the settings that a supervisor may change while the line runs.
	Line  *service.LineSettings
	Store *dynamo.Store

	calls *twilio.Calls
}

// Open reads the settings that all functions of the line have. Name is the function's, for its log. A setting that is
// missing or wrong is reported by Start and Serve.
func Open(name string) *App {
	a := OpenSilent(name)
	a.Settings.Numbers = httpapi.Numbers(a.Env.Optional("ALLOWED_COUNTRIES"))
	a.Settings.Notify = httpapi.Push{Calls: a.calls}
	return a
}

// OpenSilent is Open for a function that tells agents' pages nothing, neither in an answer nor over their legs: they
// learn by polling what it has changed.
func OpenSilent(name string) *App {
	r := env.New(os.Getenv)
	store, keys, number := dynamo.Open(r), secret.Open(r), r.Number("TWILIO_NUMBER")
	store.Spread(r)
	store.KeepRecords(r.Days("RECORD_DAYS", 0, 999))
	line := &service.LineSettings{Read: store.Line}
	calls := twilio.NewCalls(keys, twilio.CallSettings{
		Number: number, APIURL: r.OptionalURL("TWILIO_API_URL"), FallbackURL: r.OptionalURL("FALLBACK_URL"),
		Line: func(ctx context.Context) settings.Values { return line.Values(ctx, httpapi.Now(ctx)) },
	})
	return &App{
		Env:    r,
		Edge:   httpapi.Edge{Name: name, Public: twilio.Base(r.OptionalURL("PUBLIC_BASE_URL"))},
		Number: number,
		Keys:   keys,
		Settings: service.Settings{
			Ring:    r.Seconds("RING_SECONDS", 5, 120),
			MaxWait: r.Seconds("MAX_WAIT_SECONDS", 60, 14400),
			WrapUp:  r.Seconds("WRAP_UP_SECONDS", 0, 3600),
			Observe: httpapi.Observe,
			NewKey:  httpapi.NewKey,
			IsOpen: func(ctx context.Context, now time.Time) bool {
				return line.Values(ctx, now).OpenAt(now)
			},
		},
		Line:  line,
		Store: store,
		calls: calls,
	}
}

// TellPages lets a function that dials no outside numbers tell agents' pages over their legs what it has changed.
// Numbers says whether agents may dial any, which is part of what the pages are told.
func (a *App) TellPages(numbers bool) {
	a.Settings.Notify = httpapi.Push{Calls: a.calls}
	if numbers {
		a.Settings.Numbers = noNumber{}
	}
}

// noNumber allows no number.
type noNumber struct{}

func (noNumber) Allow(string) (string, error) { return "", &service.NumberError{Why: "country"} }

// Service is the use cases for requests that came to our public address base, which stands in the webhook addresses
// that Twilio is given.
func (a *App) Service(base twilio.Base) *service.Service {
	return service.New(a.Store, httpapi.Instrument(a.calls.At(base)), a.Settings)
}

// CallKeptPlaces lets the function keep places, and offer those that are kept, if the operator has switched that on. In
// the others they keep standing. The setting is how many outside numbers may be dialled in an hour, or off.
func (a *App) CallKeptPlaces() {
	switch a.Env.Optional("KEPT_PLACES") {
	case "":
	case "off":
		a.Settings.NoPlaces = true
	default:
		a.Settings.Places = dialplan.Open(a.Env, a.Number)
		a.Settings.NumbersPerHour = a.Env.Whole("KEPT_PLACES", 1, 10000)
	}
}

// MessageDesk is the use cases of the messages that callers leave.
func (a *App) MessageDesk() *voicemail.Desk {
	return &voicemail.Desk{Box: a.Store, Recordings: a.calls, Keep: a.Env.Days("MESSAGE_DAYS", 1, 999)}
}

// PushToPages lets the function tell agents' pages over the push channel that something of theirs has changed, if the
// stack has the channel. Functions whose answer a caller hears do not: nobody on the telephone waits for a page.
func (a *App) PushToPages() {
	if to := apigateway.Open(a.Env); to != nil {
		a.Settings.Pages = httpapi.Channel{Store: a.Store, Connections: to}
	}
}

// settles is how long a callback waits for the request whose result it tells. Twilio answers most within that time, and
// it costs less than the save and the load that it spares.
const settles = 100 * time.Millisecond

// LetSettle lets the function wait with what another is about to save: see service.Settings.Settle. It is for functions
// for whose answers nobody waits.
func (a *App) LetSettle() {
	a.Settings.Settle = func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, settles)
		defer cancel()
		<-ctx.Done()
	}
}

// ChooseForm lets the function change the form in which items are stored: see dynamo.Store.Compact. The others keep it.
func (a *App) ChooseForm() { a.Store.Compact(a.Env.Flag("COMPACT_ITEMS")) }

// Start ends the process if a setting is wrong, and opens all connections (see httpapi.MustStart).
func (a *App) Start() { httpapi.MustStart(a.Env.Err(), a.Store, a.Keys, a.calls) }

// Serve answers API Gateway's events with h for as long as the process lives.
func (a *App) Serve(h http.Handler) {
	a.Start()
	httpapi.Serve(h)
}
