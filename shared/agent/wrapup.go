package agent

import "time"

// WrapUpUntil is when the automatic wrap-up after a call ends; zero while none runs, and
// while the agent has chosen one that ends with his choice only.
func (a *Agent) WrapUpUntil(now time.Time) time.Time {
	if a.Presence(now) != IsWrapUp || a.Status == WrapUp {
		return time.Time{}
	}
	return a.Idle
}

// ShownSince is since when the agent is what Presence says, for his own page: a status
// that was chosen in a call begins with the end of the call, an automatic wrap-up too, and
// what comes after that with its end.
func (a *Agent) ShownSince(now time.Time) time.Time {
	ended := time.Time{}
	if a.Last != nil {
		ended = a.Last.At
	}
	switch p := a.Presence(now); {
	case p == IsWrapUp && a.Status != WrapUp:
		return ended
	case p == IsAvailable:
		return later(a.Since, a.Idle)
	case p == IsAway || p == IsWrapUp:
		return later(a.Since, ended)
	}
	return a.Since
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
