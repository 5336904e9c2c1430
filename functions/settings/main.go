// Command settings lets supervisors see and change the line's settings: hours, words, language, the emergency switch.
package main

import (
	"os"
	_ "time/tzdata" // opening hours, and a runtime that may have no time zones: see package settings

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
)

func main() {
	r := env.New(os.Getenv)
	store := dynamo.Open(r)
	h := handler{
		edge:   httpapi.Edge{Name: "settings"},
		signIn: httpapi.ReadSupervision(r),
		editor: service.LineEditor{Store: store},
		shelf:  openBucket(r),
	}
	httpapi.MustStart(r.Err(), store)
	httpapi.Serve(h.routes())
}
