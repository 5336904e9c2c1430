// Command agents serves the agents' presence, their directory, and each agent's snapshot.
package main

import (
	"os"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/web"
)

func main() {
	r := env.New(os.Getenv)
	store, keys := dynamo.Open(r), secret.Open(r)
	number := r.Number("TWILIO_NUMBER")
	calls := twilio.NewCalls(keys, twilio.CallSettings{
		Number: number, APIURL: r.OptionalURL("TWILIO_API_URL"), FallbackURL: r.OptionalURL("FALLBACK_URL"),
	})
	set := switchboard.Settings{
		Ring:    r.Seconds("RING_SECONDS", 5, 120),
		MaxWait: r.Seconds("MAX_WAIT_SECONDS", 60, 14400),
		WrapUp:  r.Seconds("WRAP_UP_SECONDS", 0, 3600),
		Numbers: web.Numbers(r.Optional("ALLOWED_COUNTRIES")),
		Notify:  web.Push{Calls: calls},
		Observe: web.Observe,
		NewKey:  web.NewKey,
	}
	h := handler{
		edge:   web.Edge{Name: "agents", Public: twilio.Base(r.OptionalURL("PUBLIC_BASE_URL"))},
		claim:  r.String("IDENTITY_CLAIM"),
		number: number,
		board: func(b twilio.Base) *switchboard.Switchboard {
			return switchboard.New(store, web.Watch(calls.At(b)), set)
		},
	}
	web.Ready(r.Err(), store, keys, calls)
	web.Serve(h.routes())
}
