package switchboard

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Notifier tells an agent's page over his leg what has changed. It is one outside call,
// best effort: an error is for the adapter's own eyes, since polling is the net. The
// context ends after pushWithin at the latest.
type Notifier interface {
	Tell(ctx context.Context, leg conference.LegID, s Snapshot) error
}

// pushWithin bounds all telling of one use case, so that no webhook is late for it.
const pushWithin = time.Second

// pushHistory is how many lines of a call's history a push has, the newest: a message to
// a page may not be longer than 10,000 characters. Asking gives them all.
const pushHistory = 40

// sight is what each agent in a conference can see of it on his page, and how far his own
// leg has come.
type sight map[agent.ID]string

// sight looks at a conference through the eyes of those who can be told of it. Saves are
// not counted: most of them write down what no page shows.
func (s *Switchboard) sight(c *conference.Conference, now time.Time) sight {
	if s.set.Notify == nil {
		return nil
	}
	all := sight{}
	for _, l := range c.Reachable() {
		v := callView(c, l.Agent, now)
		v.Version = 0
		raw, _ := json.Marshal(v) // it is one of our own values
		all[l.Agent] = string(l.Phase) + string(raw)
	}
	return all
}

// push tells the agents in a conference what it is now: at most one message for each
// live leg, all at once, after everything that was due has been done. Who has just
// asked is left out: the answer tells him. So is who sees what he saw before.
func (s *Switchboard) push(ctx context.Context, c *conference.Conference, before sight, asked agent.ID, now time.Time) {
	after := s.sight(c, now)
	legs := slices.DeleteFunc(c.Reachable(), func(l conference.Leg) bool {
		return l.Agent == asked || after[l.Agent] == before[l.Agent]
	})
	if s.set.Notify == nil || len(legs) == 0 || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pushWithin)
	defer cancel()
	line, known := s.lineSoon(ctx)
	var all sync.WaitGroup
	for _, l := range legs {
		all.Go(func() {
			a, err := s.store.Agent(ctx, l.Agent)
			if err != nil {
				return
			}
			snap := s.view(a, c, line, known, now)
			if snap.Call != nil {
				snap.Call.History = snap.Call.History[max(0, len(snap.Call.History)-pushHistory):]
			}
			_ = s.set.Notify.Tell(ctx, l.SID, snap)
		})
	}
	all.Wait()
}

// lineWithin leaves the telling itself its time, if the line cannot be read.
const lineWithin = pushWithin / 3

// lineSoon is the line, and whether it is known.
func (s *Switchboard) lineSoon(ctx context.Context) ([]Waiter, bool) {
	ctx, cancel := context.WithTimeout(ctx, lineWithin)
	defer cancel()
	line, err := s.store.Line(ctx)
	return line, err == nil
}
