// Command agents serves the agents' presence, their directory, and each agent's snapshot.
package main

import (
	_ "time/tzdata" // the line's opening hours, and a runtime that may have no time zones: see package settings

	"warmtransfer/shared/app"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/voicemail"
)

func main() {
	a := app.Open("agents")
	a.CallKeptPlaces()
	a.PushToPages()
	a.ChooseForm()
	h := handler{
		edge: a.Edge, signIn: httpapi.ReadSignIn(a.Env), number: a.Number, newService: a.Service, line: a.Line,
		messages: &voicemail.Counter{Count: a.Store.CountNew},
	}
	a.Serve(h.routes())
}
