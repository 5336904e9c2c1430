// Command push opens the push channel: it gives the page of a signed-in agent a ticket, and lets a connection in that
// has one. It tells the pages nothing: the functions that change something do.
package main

import (
	"crypto/rand"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
)

func main() {
	r := env.New(os.Getenv)
	store := dynamo.Open(r)
	h := handler{
		edge:    httpapi.Edge{Name: "push"},
		signIn:  httpapi.ReadSignIn(r),
		address: r.Optional("PUSH_ADDRESS"),
		store:   store,
		secret:  rand.Text,
	}
	httpapi.MustStart(r.Err(), store)
	lambda.Start(h.serve())
}
