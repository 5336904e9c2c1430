package servicetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Boss is a supervisor who is no agent of any World.
var Boss = service.Principal{ID: "erin", Name: "Erin", Supervisor: true}

// SetStatusOf is a supervisor's act on an agent, with that request key.
func (w *World) SetStatusOf(id agent.ID, s agent.Status, key string) error {
	return w.outcome(w.Service.SetStatusOf(context.Background(), Boss, id, s, key, w.Now))
}

// EndCall is a supervisor's end of a call, with that request key.
func (w *World) EndCall(id call.ID, key string) error {
	return w.outcome(w.Service.EndCall(context.Background(), Boss, id, key, w.Now))
}

// OfferTo is a supervisor's offer of a waiting caller, with that request key.
func (w *World) OfferTo(id call.ID, to agent.ID, key string) error {
	return w.outcome(w.Service.OfferTo(context.Background(), Boss, id, to, key, w.Now))
}

// Watch is Boss's press of Listen, Coach or Barge, after which Boss's page answers by itself.
func (w *World) Watch(id call.ID, m call.Mode) error {
	if !slices.Contains(w.agents, Boss.ID) {
		w.Choose(Boss.ID, agent.Away)
	}
	w.keys++
	err := w.outcome(w.Service.Watch(context.Background(), w.who(Boss.ID), id, m, fmt.Sprint("press-", w.keys), w.Now))
	if err == nil {
		w.Answer(Boss.ID)
	}
	return err
}

// MustWatch is Watch where a refusal is a failure of the test, and then everything is settled.
func (w *World) MustWatch(id call.ID, m call.Mode) {
	w.T.Helper()
	if err := w.Watch(id, m); err != nil {
		w.T.Fatalf("%s: %v", m, err)
	}
	w.Settle()
}

// Unwatch is Boss's press of Leave.
func (w *World) Unwatch(id call.ID) error {
	w.keys++
	press := fmt.Sprint("press-", w.keys)
	return w.outcome(w.Service.Unwatch(context.Background(), w.who(Boss.ID), id, press, w.Now))
}

// HearBoss are those in a caller's conference who hear Boss: "caller" and the agents' names, in order.
func (w *World) HearBoss(id call.ID) string {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	var who []string
	if r := w.Phones.rooms[id]; r != nil && r.started {
		for _, l := range r.in {
			for _, o := range r.in {
				if o != l && o.dial.Agent == Boss.ID && hears(l, o) {
					who = append(who, cmp.Or(string(l.dial.Agent)+l.dial.Number, "caller"))
				}
			}
		}
	}
	slices.Sort(who)
	return strings.Join(who, " ")
}

// BossHears are those whom Boss hears: "caller" and the agents' names, in order; "nobody" if Boss is in no conference.
func (w *World) BossHears(id call.ID) string {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	var who []string
	in := false
	if r := w.Phones.rooms[id]; r != nil && r.started {
		for _, l := range r.in {
			in = in || l.dial.Agent == Boss.ID
			if l.dial.Agent != Boss.ID && !l.held {
				who = append(who, cmp.Or(string(l.dial.Agent)+l.dial.Number, "caller"))
			}
		}
	}
	if !in {
		return "nobody"
	}
	slices.Sort(who)
	return strings.Join(who, " ")
}

// strays says whether the leg that this one coached has left, and nothing was changed since.
func (w *World) strays(sid call.LegID) bool {
	w.Phones.mu.Lock()
	defer w.Phones.mu.Unlock()
	l := w.Phones.legs[sid]
	return l != nil && l.strays
}

// hears says whether one leg in a conference hears another.
func hears(l, o *phone) bool {
	return !l.held && !o.held && !o.muted && (o.coaches == "" || o.coaches == l.sid)
}

// checkWatchers asserts that nobody hears a supervisor who has not asked for it, and no caller a coach, unless the
// coached leg was lost a moment ago.
func (w *World) checkWatchers(c *call.Call) {
	w.T.Helper()
	l := c.WatcherOf(Boss.ID)
	heard := w.HearBoss(c.ID)
	switch {
	case heard == "" || l == nil:
	case !l.Voice.Asked.IsZero() || !l.Voice.Unsure.IsZero() || !l.Voice.Again.IsZero(): // a change has failed
	case l.Mode == call.ModeListen:
		w.T.Errorf("%s hear a supervisor who only listens; call %s", heard, asJSON(w.T, c))
	case l.Mode == call.ModeCoach && strings.Contains(heard, "caller") && !w.strays(l.SID):
		w.T.Errorf("%s hear a coach; call %s", heard, asJSON(w.T, c))
	}
}

// SetVoice implements service.Conferences.
func (p *Phones) SetVoice(_ context.Context, sid call.ConferenceID, v call.SetVoice) error {
	return p.act("SetVoice", func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		_, l := p.in(sid, v.Leg)
		if l == nil {
			return service.ErrGone
		}
		l.strays = l.strays && v.Step == call.Unmute
		switch v.Step {
		case call.Mute:
			l.muted = true
		case call.Unmute:
			l.muted = false
		case call.SetCoach:
			_, coached := p.in(sid, v.Coach)
			switch {
			case v.Coach != "" && coached == nil:
				return &service.RefusedError{Code: 16028, Status: 400}
			case v.Coach != "" && coached.held:
				return &service.RefusedError{Code: 16027, Status: 400}
			}
			l.coaches = v.Coach
		}
		return nil
	})
}
