package service

import (
	"context"
	"time"

	"warmtransfer/shared/agent"
)

// Lookout is the page on which the others rely: its heartbeats come soon enough for music that begins and stops right
// after one, of which no list tells before. So the others may come a little later.
type Lookout struct {
	Agent agent.ID  `json:"agent"`
	Since time.Time `json:"since"` // when it became the lookout
	Until time.Time `json:"until"` // within which time its next heartbeat is wanted
}

const (
	// lookoutTerm is how long a page is the lookout before another may be it, so that none sends many more heartbeats
	// than the others.
	lookoutTerm = time.Minute
	// lookoutSpares is how much later the heartbeats of the others are wanted. If the lookout's page goes away, it is
	// how much later music is noticed that stops in the same quarter of a minute. The page begins a heartbeat two
	// seconds before it is wanted, so that they come fifteen seconds apart: three until agent.StaleAfter.
	lookoutSpares = 2 * time.Second
)

// lookOut says whether another page is the lookout. If none is, this one is it from now on, unless its agent is in a
// call: if they are lost, the music of their caller begins.
func (m *matcher) lookOut(ctx context.Context, a *agent.Agent, now time.Time) bool {
	if a.Claim != nil {
		return false
	}
	l, err := m.store.Lookout(ctx)
	switch {
	case err != nil: // as if this were the only page
		return false
	case l.Agent == a.ID && !now.After(l.Until):
	case l.Agent != a.ID && l.stays(now):
		return true
	default:
		l = Lookout{Agent: a.ID, Since: now}
	}
	l.Until = now.Add(BeatInSilence)
	_ = m.store.SaveLookout(ctx, l) // its heartbeat is wanted as soon in any case
	return false
}

// stays says whether the lookout is still relied on. Its times may come from another computer's clock.
func (l Lookout) stays(now time.Time) bool {
	return !now.After(l.Until) && now.Before(l.Since.Add(lookoutTerm)) &&
		!l.Until.After(now.Add(BeatInSilence+time.Second))
}
