// Command events receives Twilio's status callbacks of conferences, of agents' legs and of callers'
// calls. Each callback is a hint: it does no harm late, twice, out of order or lost.
package main

import (
	"os"
	"time"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

func main() {
	r := env.New(os.Getenv)
	store, keys := dynamo.Open(r), secret.Open(r)
	calls := twilio.NewCalls(keys,
		twilio.CallSettings{Number: r.Number("TWILIO_NUMBER"), APIURL: r.OptionalURL("TWILIO_API_URL"),
			FallbackURL: r.OptionalURL("FALLBACK_URL")})
	set := service.Settings{
		Ring:    r.Seconds("RING_SECONDS", 5, 120),
		MaxWait: r.Seconds("MAX_WAIT_SECONDS", 60, 14400),
		WrapUp:  r.Seconds("WRAP_UP_SECONDS", 0, 3600),
		Numbers: httpapi.Numbers(r.Optional("ALLOWED_COUNTRIES")),
		Notify:  httpapi.Push{Calls: calls},
		Observe: httpapi.Observe,
		NewKey:  httpapi.NewKey,
	}
	h := handler{
		edge: httpapi.Edge{Name: "events", Public: twilio.Base(r.OptionalURL("PUBLIC_BASE_URL"))},
		keys: keys, after: time.After,
		board: func(b twilio.Base) *service.Service { return service.New(store, httpapi.Instrument(calls.At(b)), set) },
	}
	httpapi.MustStart(r.Err(), store, keys, calls)
	httpapi.Serve(h.routes())
}
