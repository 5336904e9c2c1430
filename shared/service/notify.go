package service

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// Notifier tells an agent's page, over the agent's leg, what has changed. It makes one outside
// request without a guarantee: the adapter may log an error, and polling makes up for it. The
// context ends after notifyTimeout at the latest.
type Notifier interface {
	Tell(ctx context.Context, leg call.LegID, s agentview.Snapshot) error
}

// pusher notifies agents' pages.
type pusher struct {
	store Store
	set   Settings
}

// notifyTimeout bounds all notifications of one use case together, so that no webhook is answered
// late.
const notifyTimeout = time.Second

// notifyHistory is how many history entries of a call a notification has, the newest ones, because
// the content of a message to a page is limited to 10,000 characters
// (https://www.twilio.com/docs/api/errors/32703). A request for the snapshot gives all entries.
const notifyHistory = 40

// pageViews is what each agent in a call can see of it on the page, and the phase of the agent's own
// leg.
type pageViews map[agent.ID]string

// pageViews computes the view of every agent who can be notified. It leaves Version out: most saves
// change nothing that a page shows.
func (p *pusher) pageViews(c *call.Call, now time.Time) pageViews {
	if p.set.Notify == nil {
		return nil
	}
	all := pageViews{}
	for _, l := range c.NotifiableLegs() {
		v := agentview.Call(c, l.Agent, now)
		v.Version = 0
		raw, _ := json.Marshal(v) // it is one of our own values
		all[l.Agent] = string(l.Phase) + string(raw)
	}
	return all
}

// notify notifies the agents in a call: at most one message for each live leg, all at the same time,
// after all effects. It leaves out the agent who made the request, who gets the answer, and every
// agent whose view has not changed.
func (p *pusher) notify(ctx context.Context, c *call.Call, before pageViews, asked agent.ID, now time.Time) {
	after := p.pageViews(c, now)
	legs := slices.DeleteFunc(c.NotifiableLegs(), func(l call.Leg) bool {
		return l.Agent == asked || after[l.Agent] == before[l.Agent]
	})
	if p.set.Notify == nil || len(legs) == 0 || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	var all sync.WaitGroup
	for _, l := range legs {
		all.Go(func() {
			a, err := p.store.Agent(ctx, l.Agent)
			if err != nil {
				return
			}
			snap := p.view(a, c, nil, false, now) // a change of a call tells nothing of the queue
			if snap.Call != nil {
				snap.Call.History = snap.Call.History[max(0, len(snap.Call.History)-notifyHistory):]
			}
			_ = p.set.Notify.Tell(ctx, l.SID, snap)
		})
	}
	all.Wait()
}
