// Command token gives the page of a signed-in agent a voice token: the page can be called with it, and
// cannot call. It asks the store whether the agent was removed, and asks Twilio nothing.
package main

import (
	"os"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/secret"
)

func main() {
	r := env.New(os.Getenv)
	store, keys := dynamo.Open(r), secret.Open(r)
	h := handler{
		edge:   httpapi.Edge{Name: "token"},
		signIn: httpapi.ReadSignIn(r),
		keys:   keys,
		store:  store,
		life:   r.Seconds("ACCESS_TOKEN_SECONDS", 60, 3600),
	}
	httpapi.MustStart(r.Err(), store, keys)
	httpapi.Serve(h.routes())
}
