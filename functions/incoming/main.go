// Command incoming answers a caller who has dialled our number, or whose <Dial> into the conference has ended: it puts
// the caller into the call's conference, where they hear music until an agent joins.
package main

import (
	_ "time/tzdata" // opening hours, and a runtime that may have no time zones: see package settings

	"warmtransfer/shared/app"
)

func main() {
	a := app.Open("incoming")
	a.CallKeptPlaces()
	a.ChooseForm()
	h := handler{
		edge: a.Edge, keys: a.Keys, newService: a.Service, line: a.Line,
		music: a.Env.URL("MUSIC_BASE_URL"), closed: a.Env.Flag("LINE_CLOSED"),
	}
	a.Serve(h.routes())
}
