// Command sweep is the scheduled reconciliation. Once a minute it repairs what neither a callback nor
// the caller's or an agent's clock has repaired, and ends legs that have no place in a call.
package main

import (
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"warmtransfer/shared/app"
	"warmtransfer/shared/twilio"
)

func main() {
	a := app.Open("sweep")
	a.CallKeptPlaces()
	a.Settings.Observe = observe
	base := twilio.Base(a.Env.URL("PUBLIC_BASE_URL")) // there is no request to take it from
	box := a.MessageDesk()
	a.Start()
	lambda.Start(sweep(a.Service(base), a.Line, box, slog.Default(), time.Now))
}
