// Command transfer carries out one command of an agent on their current call.
package main

import (
	"warmtransfer/shared/app"
	"warmtransfer/shared/dialplan"
)

func main() {
	a := app.Open("transfer")
	a.PushToPages()
	a.Settings.Numbers = dialplan.Open(a.Env, a.Number) // only this function dials outside numbers
	a.Settings.NumbersPerHour = a.Env.Whole("NUMBERS_PER_HOUR", 1, 10000)
	h := handler{edge: a.Edge, claim: a.Env.String("IDENTITY_CLAIM"), board: a.Service}
	a.Serve(h.routes())
}
