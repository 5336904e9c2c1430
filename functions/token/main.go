// Command token gives the signed-in agent's page a voice token, with which it can be
// called and cannot call. It needs neither the store nor the phone network.
package main

import (
	"os"

	"warmtransfer/shared/env"
	"warmtransfer/shared/secret"
	"warmtransfer/shared/web"
)

func main() {
	r := env.New(os.Getenv)
	keys := secret.Open(r)
	h := handler{
		edge:  web.Edge{Name: "token"},
		claim: r.String("IDENTITY_CLAIM"),
		keys:  keys,
		life:  r.Seconds("ACCESS_TOKEN_SECONDS", 60, 3600),
	}
	web.Ready(r.Err(), keys)
	web.Serve(h.routes())
}
