package agent

import "time"

// WrapUpUntil is when the automatic wrap-up after a call ends; zero if there is none, or if the agent has chosen
// WrapUp, which lasts until they choose again.
func (a *Agent) WrapUpUntil(now time.Time) time.Time {
	if a.Presence(now) != IsWrapUp || a.Status == WrapUp {
		return time.Time{}
	}
	return a.IdleSince
}
