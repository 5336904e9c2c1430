// Command agents serves the agents' presence, their directory, and each agent's snapshot.
package main

import (
	"os"

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
	number := r.Number("TWILIO_NUMBER")
	calls := twilio.NewCalls(keys, twilio.CallSettings{
		Number: number, APIURL: r.OptionalURL("TWILIO_API_URL"), FallbackURL: r.OptionalURL("FALLBACK_URL"),
	})
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
		edge:   httpapi.Edge{Name: "agents", Public: twilio.Base(r.OptionalURL("PUBLIC_BASE_URL"))},
		claim:  r.String("IDENTITY_CLAIM"),
		number: number,
		board: func(b twilio.Base) *service.Service {
			return service.New(store, httpapi.Instrument(calls.At(b)), set)
		},
	}
	httpapi.MustStart(r.Err(), store, keys, calls)
	httpapi.Serve(h.routes())
}
