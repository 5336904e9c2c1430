// Command sweep is the scheduled reconciliation. Once a minute it repairs what neither a callback nor
// the caller's or an agent's clock has repaired, and ends legs that have no place in a call.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

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
	calls := twilio.NewCalls(keys, twilio.CallSettings{
		Number: r.Number("TWILIO_NUMBER"), APIURL: r.OptionalURL("TWILIO_API_URL"), FallbackURL: r.OptionalURL("FALLBACK_URL"),
	})
	set := switchboard.Settings{
		Ring:    r.Seconds("RING_SECONDS", 5, 120),
		MaxWait: r.Seconds("MAX_WAIT_SECONDS", 60, 14400),
		WrapUp:  r.Seconds("WRAP_UP_SECONDS", 0, 3600),
		Numbers: web.Numbers(r.Optional("ALLOWED_COUNTRIES")),
		Notify:  web.Push{Calls: calls},
		Observe: observe,
		NewKey:  web.NewKey,
	}
	base := twilio.Base(r.URL("PUBLIC_BASE_URL")) // there is no request to take it from
	web.Ready(r.Err(), store, keys, calls)
	lambda.Start(sweep(switchboard.New(store, web.Watch(calls.At(base)), set), slog.Default(), time.Now))
}
