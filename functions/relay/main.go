// Command relay tells other systems what happens to calls: it reads the saved changes of calls from the table's stream,
// and puts a notice of each answer, transfer and end on an event bus. Nothing that a caller or an agent asks for waits
// for it.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"warmtransfer/shared/bus"
	"warmtransfer/shared/env"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/notice"
)

func main() {
	r := env.New(os.Getenv)
	h := handler{bus: bus.Open(r), may: notice.Leave{Stack: r.String("STACK_NAME"), Numbers: r.Flag("EVENT_NUMBERS")}}
	httpapi.MustStart(r.Err())
	h.log, h.clock = slog.Default(), time.Now
	lambda.Start(h.relay)
}
