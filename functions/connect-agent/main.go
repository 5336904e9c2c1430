// Command connect-agent answers when a leg has been answered: an agent joins the call's conference, or
// hears that the call is over. An outside party must press a key first.
package main

import "warmtransfer/shared/app"

func main() {
	a := app.Open("connect-agent")
	a.CallKeptPlaces()
	a.LetSettle()
	h := handler{edge: a.Edge, keys: a.Keys, newService: a.Service, line: a.Line, name: a.Env.Optional("LINE_NAME")}
	a.Serve(h.routes())
}
