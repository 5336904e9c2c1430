// Command voicemail asks a caller whose call is over for a message, and thanks for it. A caller comes here only if the
// line's settings say so.
package main

import "warmtransfer/shared/app"

func main() {
	a := app.OpenSilent("voicemail")
	a.CallKeptPlaces()
	h := handler{
		edge: a.Edge, keys: a.Keys, newService: a.Service, box: a.MessageDesk(), line: a.Line,
		music: a.Env.URL("MUSIC_BASE_URL"),
	}
	a.Serve(h.routes())
}
