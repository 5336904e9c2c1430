// Command messages serves the messages that callers have left: the list, who takes care of which, and their sound,
// which it fetches from Twilio. It changes no call.
package main

import (
	"os"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

func main() {
	r := env.New(os.Getenv)
	store, keys := dynamo.Open(r), secret.Open(r)
	calls := twilio.NewCalls(keys, twilio.CallSettings{APIURL: r.OptionalURL("TWILIO_API_URL")})
	h := handler{
		edge:   httpapi.Edge{Name: "messages"},
		signIn: httpapi.ReadSupervision(r),
		box:    &voicemail.Desk{Box: store, Recordings: calls, Keep: r.Days("MESSAGE_DAYS", 1, 999)},
	}
	httpapi.MustStart(r.Err(), store, keys, calls)
	httpapi.Serve(h.routes())
}
