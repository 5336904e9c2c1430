package service

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// pusher notifies agents' pages.
type pusher struct {
	set Settings
	*roster
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
// after all effects. It leaves out the agent who made the request, who gets the answer, every agent
// whose view has not changed, and whoever begins to be rung: their page hears it, and asks.
func (p *pusher) notify(ctx context.Context, c *call.Call, before pageViews, asked agent.ID, now time.Time) {
	after := p.pageViews(c, now)
	legs := slices.DeleteFunc(c.NotifiableLegs(), func(l call.Leg) bool {
		_, known := before[l.Agent]
		return l.Agent == asked || after[l.Agent] == before[l.Agent] || !known && l.Phase == call.LegRinging
	})
	if p.set.Notify == nil || len(legs) == 0 || ctx.Err() != nil {
		return
	}
	var missed []agent.ID // over their legs; the push channel is another way
	var lock sync.Mutex
	limited, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	var all sync.WaitGroup
	for _, l := range legs {
		all.Go(func() {
			a, err := p.seen(limited, l.Agent)
			if err != nil {
				return
			}
			snap := p.view(a, c, notAsked, now) // a change of a call tells nothing of the queue
			if snap.Call != nil {
				snap.Call.History = snap.Call.History[max(0, len(snap.Call.History)-notifyHistory):]
			}
			if err := p.set.Notify.Tell(limited, l.SID, snap); err != nil && !errors.Is(err, ErrGone) {
				lock.Lock()
				defer lock.Unlock()
				missed = append(missed, l.Agent)
			}
		})
	}
	all.Wait()
	p.tell(ctx, missed, now)
}

// inCall is the set of agents who have a leg in a call; nil if nobody is told who leaves it.
func (p *pusher) inCall(c *call.Call) map[agent.ID]bool {
	if p.set.Pages == nil {
		return nil
	}
	all := map[agent.ID]bool{}
	for _, l := range c.Legs {
		if l.Agent != "" {
			all[l.Agent] = true
		}
	}
	return all
}

// tellWhoLeft tells the pages of the agents who were in a call and have left it: over their legs they
// cannot be told any more. It leaves out the agent who made the request, who gets the answer.
func (p *pusher) tellWhoLeft(
	ctx context.Context, c *call.Call, before map[agent.ID]bool, asked agent.ID, now time.Time,
) {
	after := p.inCall(c)
	var left []agent.ID
	for id := range before {
		if !after[id] && id != asked {
			left = append(left, id)
		}
	}
	slices.Sort(left)
	p.tell(ctx, left, now)
}

// tell tells agents' pages that something of theirs has changed. All of it takes notifyTimeout at most.
func (p *pusher) tell(ctx context.Context, ids []agent.ID, now time.Time) {
	if p.set.Pages == nil || len(ids) == 0 || ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() { p.set.Pages.Changed(ctx, id, now) })
	}
	all.Wait()
}

// view is the snapshot of what was loaded, with the queue, or notAsked.
func (p *pusher) view(a *agent.Agent, c *call.Call, queue agentview.QueueView, now time.Time) agentview.Snapshot {
	return agentview.Of(a, c, queue, p.set.Numbers != nil, now)
}

// notAsked is the queue that was not asked for: the page keeps what it was told of it last.
var notAsked = agentview.QueueView{Unknown: true}

// queueView is the queue as it was read; err: it was not, or not all of it.
func queueView(queue []QueueEntry, err error) agentview.QueueView {
	shown := agentview.Queue(queue, QueuePage)
	shown.Unknown, shown.Unread = err != nil, err != nil
	return shown
}
