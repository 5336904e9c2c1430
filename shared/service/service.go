// Package service holds the use cases: what is done when a caller arrives, a leg is answered or
// lost, an agent presses a button, or time has passed.
//
// Each use case loads the call, lets the rules decide, saves by compare-and-swap, and only then
// carries out the effects. The package declares what it needs from outside, the Store and the
// CallControl, and knows neither DynamoDB nor Twilio nor HTTP. Time is an argument.
package service

// Service carries out the use cases. It keeps no state between them. Its parts, each of which knows only those above
// it:
//
//	roster       claims and releases agents
//	engine       changes calls: load, decide, save, carry out
//	directory    the lists of agents
//	pusher       tells agents' pages what has changed
//	matcher      offers waiting callers to free agents, after most changes
//	targets      finds and claims the agent or number of a transfer
//	places       the places in the queue that are kept
//	holds        whether a number has a call, and which call holds it
//	supervision  what supervisors do with calls and agents
//	sweeper      the scheduled reconciliation
type Service struct {
	store Store
	set   Settings
	*matcher
	*targets
	*places
	*holds
	*supervision
	*sweeper
}

// New returns a service over a store and a phone network.
func New(store Store, calls CallControl, set Settings) *Service {
	if set.Together == nil {
		set.Together = together
	}
	agents := &roster{store: store, wrapUp: set.WrapUp, together: set.Together}
	m := &matcher{
		store:     store,
		set:       set,
		roster:    agents,
		engine:    &engine{store: store, calls: calls, set: set, roster: agents},
		directory: &directory{store: store, roster: agents},
		pusher:    &pusher{set: set, roster: agents},
	}
	return &Service{store: store, set: set, matcher: m, targets: &targets{m}, places: &places{m}, holds: &holds{store},
		supervision: &supervision{m}, sweeper: &sweeper{m}}
}
