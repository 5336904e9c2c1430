// Command agents serves the agents' presence, their directory, and each agent's snapshot.
package main

import "warmtransfer/shared/app"

func main() {
	a := app.Open("agents")
	a.TellPages()
	h := handler{edge: a.Edge, claim: a.Env.String("IDENTITY_CLAIM"), number: a.Number, board: a.Service}
	a.Serve(h.routes())
}
