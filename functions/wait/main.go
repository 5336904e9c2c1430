// Command wait answers what a waiting or held party hears next. The caller's requests are also a
// clock: each turn of music repairs what a lost callback has left undone.
package main

import "warmtransfer/shared/app"

func main() {
	a := app.Open("wait")
	a.CallKeptPlaces()
	h := handler{edge: a.Edge, keys: a.Keys, newService: a.Service, line: a.Line, music: a.Env.URL("MUSIC_BASE_URL")}
	a.Serve(h.routes())
}
