// Command incoming answers a caller who has dialled our number, or whose <Dial> into the conference has ended: it puts
// the caller into the call's conference, where they hear music until an agent joins.
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
		edge: httpapi.Edge{Name: "incoming", Public: twilio.Base(r.OptionalURL("PUBLIC_BASE_URL"))},
		keys: keys,
		board: func(b twilio.Base) *service.Service {
			return service.New(store, httpapi.Instrument(calls.At(b)), set)
		},
		music:  r.URL("MUSIC_BASE_URL"),
		closed: r.Flag("LINE_CLOSED"),
	}
	httpapi.MustStart(r.Err(), store, keys, calls)
	httpapi.Serve(h.routes())
}
