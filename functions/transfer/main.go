// Command transfer carries out one command of an agent on their current call, and calls callers back.
package main

import (
	"warmtransfer/shared/app"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/dialplan"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/voicemail"
)

func main() {
	a := app.Open("transfer")
	a.PushToPages()
	a.Settings.Numbers = dialplan.Open(a.Env, a.Number) // only this function dials outside numbers
	a.Settings.NumbersPerHour = a.Env.Whole("NUMBERS_PER_HOUR", 1, 10000)
	h := handler{
		edge: a.Edge, signIn: httpapi.ReadSignIn(a.Env), newService: a.Service,
		callBack: a.Env.On("CALL_BACK"), box: &voicemail.Desk{Box: a.Store}, archive: &archive.Archive{Shelf: a.Store},
	}
	a.Serve(h.routes())
}
