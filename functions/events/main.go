// Command events receives Twilio's status callbacks of conferences, of agents' legs and of callers'
// calls. Each callback is a hint: it does no harm late, twice, out of order or lost.
package main

import (
	"time"

	"warmtransfer/shared/app"
)

func main() {
	a := app.Open("events")
	a.CallKeptPlaces()
	a.LetSettle()
	a.PushToPages()
	h := handler{edge: a.Edge, keys: a.Keys, after: time.After, newService: a.Service, box: a.MessageDesk()}
	a.Serve(h.routes())
}
