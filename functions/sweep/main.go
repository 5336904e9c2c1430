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
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

func main() {
	r := env.New(os.Getenv)
	store, keys := dynamo.Open(r), secret.Open(r)
	calls := twilio.NewCalls(keys, twilio.CallSettings{
		Number: r.Number("TWILIO_NUMBER"), APIURL: r.OptionalURL("TWILIO_API_URL"),
		FallbackURL: r.OptionalURL("FALLBACK_URL"),
	})
	set := service.Settings{
		Ring:    r.Seconds("RING_SECONDS", 5, 120),
		MaxWait: r.Seconds("MAX_WAIT_SECONDS", 60, 14400),
		WrapUp:  r.Seconds("WRAP_UP_SECONDS", 0, 3600),
		Numbers: httpapi.Numbers(r.Optional("ALLOWED_COUNTRIES")),
		Notify:  httpapi.Push{Calls: calls},
		Observe: observe,
		NewKey:  httpapi.NewKey,
	}
	base := twilio.Base(r.URL("PUBLIC_BASE_URL")) // there is no request to take it from
	httpapi.MustStart(r.Err(), store, keys, calls)
	lambda.Start(sweep(service.New(store, httpapi.Instrument(calls.At(base)), set), slog.Default(), time.Now))
}
