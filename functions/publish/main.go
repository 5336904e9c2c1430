// Command publish is a custom resource of the stack. CloudFormation calls it when the stack is
// created, when what it publishes has changed, and when the stack is deleted. It uploads the agent
// page with its settings, lets sign-in return to the page, and points the phone number at the API, so
// that a deployment leaves nothing to be done by hand.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
package main

import (
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"warmtransfer/shared/env"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/twilio"
)

func main() {
	r := env.New(os.Getenv)
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	calls := twilio.NewCalls(secret.Open(r), twilio.CallSettings{APIURL: r.OptionalURL("TWILIO_API_URL")})
	p := publisher{page: builtPage(), bucket: openBucket(r), sign: openSignIn(r), numbers: calls, log: log}
	h := handler{
		work: p.work, settings: r.Err(), log: log, margin: 10 * time.Second,
		http: &http.Client{Timeout: 4 * time.Second},
	}
	lambda.Start(h.handle)
}
