// Command calls serves the records of calls that have ended: the history, what is known of a caller, and notes. It
// changes no call, and nothing that a caller hears waits for it.
package main

import (
	"os"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
)

func main() {
	r := env.New(os.Getenv)
	store := dynamo.Open(r)
	line := &service.LineSettings{Read: store.Line}
	h := handler{
		edge:         httpapi.Edge{Name: "calls"},
		signIn:       httpapi.ReadSupervision(r),
		codeRequired: r.Flag("WRAP_UP_CODE_REQUIRED"),
		callBack:     r.On("CALL_BACK"),
		archive: &archive.Archive{
			Shelf: store, Keep: r.Days("RECORD_DAYS", 0, 999),
			Codes: offered(line, codes(r.Optional("WRAP_UP_CODES"))),
		},
		line: line, box: store,
	}
	httpapi.MustStart(r.Err(), store)
	httpapi.Serve(h.routes())
}
