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
