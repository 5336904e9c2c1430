// Package twiliosim stands in for Twilio on a developer's machine: its REST resources,
// its signed webhooks, a TwiML interpreter and the semantics of its conferences, with
// telephones that are played by a control API and real clients behind Endpoint.
//
// It is written against Twilio's documentation alone and refuses to know the
// application that it calls. Sound is not mixed here: the network only says, for every
// leg and at every time, what that leg hears (see Sound).
package twiliosim
