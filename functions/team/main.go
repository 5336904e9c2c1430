// Command team serves the team's view: what a supervisor sees of the whole line, and what they do to it. Nothing that a
// caller hears waits for the view.
package main

import (
	"warmtransfer/shared/app"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/team"
)

func main() {
	a := app.OpenSilent("team")
	a.PushToPages()
	a.TellPages(a.Env.Flag("DIALS_NUMBERS"))
	a.Settings.HideListening = a.Env.Flag("HIDE_LISTENING")
	h := handler{
		edge:       a.Edge,
		signIn:     httpapi.ReadSupervision(a.Env),
		newService: a.Service,
		team:       &team.Team{Shelf: a.Store},
	}
	if a.Env.Days("RECORD_DAYS", 0, 999) > 0 {
		h.team.Day = new(team.Day)
	}
	a.Serve(h.routes())
}
