// Package matching decides which waiting caller is offered to which free agent.
//
// It is pure: it sees lists that may lag and the calls that were loaded, and answers with the next [Step]. It loads
// nothing and claims nobody.
package matching

import (
	"hash/fnv"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Entry is a caller as the list of the queue shows them.
type Entry struct {
	ID       call.ID
	State    call.State
	Queued   time.Time // since when they wait: see call.Place.WaitsSince
	Requeued bool
}

// Loaded is a caller's call as it is stored now.
type Loaded struct {
	Call *call.Call // nil: it cannot be read
	// Recall is the agent for whom the caller may be reserved; nil if there is none or they cannot be read.
	Recall *agent.Agent
}

// Situation is what one request knows of the queue and of the free agents.
type Situation struct {
	Now   time.Time
	Queue []Entry        // requeued callers first, then by waiting time, longest first
	Free  []*agent.Agent // longest idle first
	// Caller is the call of the caller whose request it is; they may not be in the queue's list yet. Nil: it is no
	// caller's.
	Caller *call.Call
	// Agent is the agent whose page makes the request; "": it is no agent's.
	Agent agent.ID
	// Loaded are the calls that earlier steps have asked for.
	Loaded map[call.ID]Loaded
}

// Step is what to do next: Load or Offer.
type Step interface{ step() }

// Load asks for the call of a caller in the queue. Then Next is asked again.
type Load struct{ ID call.ID }

// Offer asks to offer the caller to the first of the agents who can be claimed.
type Offer struct {
	Loaded
	Agents []*agent.Agent
}

func (Load) step()  {}
func (Offer) step() {}

// HelpAfter is how long a caller must have been queued before a request that has no match of its own offers them. Until
// then the request that queued them does.
const HelpAfter = 5 * time.Second

// arrivalLooks is how many of the callers ahead a request looks at whose own caller has just been queued. In a burst
// everybody ahead has a request of their own under way, and looking at all of them costs the most.
const arrivalLooks = 1

// mostLooks is how many it loads at most if it finds places whose callers may not be called now: nobody has a request
// under way for these, and they must not keep an agent from who has just come.
const mostLooks = 5

// Next is the next step; nil if nobody can be offered to anybody.
//
// The n-th caller in the queue is for the n-th free agent, longest idle first, so that many concurrent requests do not
// all try the first agent. Requeued callers come before all others, and an agent who is reserved for a caller is
// offered to nobody behind that caller. A request whose own caller or agent has no counterpart offers the first caller
// in the queue who has waited for HelpAfter.
func Next(s Situation) Step {
	queue := s.mayBeOffered()
	others := slices.IndexFunc(queue, func(e Entry) bool { return !e.Requeued })
	if others < 0 {
		others = len(queue)
	}
	if step := s.requeued(queue[:others]); step != nil || len(s.Free) == 0 {
		return step
	}
	return s.others(queue[others:])
}

// Likely is whom Next would offer first to a caller of whom nothing more is known than that they wait; "" if it would
// not, or would have to know of other callers. It decides nothing: who loads the caller may load the agent with them.
func Likely(s Situation, id call.ID) agent.ID {
	s.Caller = call.New(id, "", false, s.Now)
	s.Caller.Caller.Joined = true
	if o, ok := Next(s).(Offer); ok && s.isCaller(o.Call.ID) {
		return o.Agents[0].ID
	}
	return ""
}

// mayBeOffered lists the callers who may be offered, in the queue's order, and the requeued ones for whom an agent is
// being rung, since another agent may be reserved for them. A caller whom the list does not show yet is put at its end,
// or at its head if requeued.
func (s *Situation) mayBeOffered() []Entry {
	var list []Entry
	for _, e := range s.Queue {
		if s.isCaller(e.ID) || e.State == call.Waiting || e.State == call.KeepsPlace || e.Requeued {
			list = append(list, e)
		}
	}
	switch c := s.Caller; {
	case c == nil || s.listed():
		return list
	case c.Requeued:
		return append([]Entry{{ID: c.ID, State: c.State, Queued: c.WaitsSince(), Requeued: true}}, list...)
	default:
		return append(list, Entry{ID: c.ID, State: c.State, Queued: c.WaitsSince()})
	}
}

func (s *Situation) isCaller(id call.ID) bool { return s.Caller != nil && s.Caller.ID == id }

// listed says whether the list of the queue shows the caller whose request it is.
func (s *Situation) listed() bool {
	return slices.ContainsFunc(s.Queue, func(e Entry) bool { return s.isCaller(e.ID) })
}

// requeued offers the first of the requeued callers who can be offered. Only they can be offered to an agent who is not
// free: the agent reserved for them. Such agents are taken from the free ones.
func (s *Situation) requeued(queue []Entry) Step {
	reserved := map[agent.ID]bool{}
	for _, e := range queue {
		l, known := s.Loaded[e.ID]
		if !known {
			return Load{e.ID}
		}
		c := l.Call
		if c == nil {
			continue
		}
		agents := s.Free
		if c.Offering(l.Recall, s.Now).Reserved() {
			agents = nil
			if l.Recall != nil && !reserved[l.Recall.ID] {
				agents = []*agent.Agent{l.Recall}
			}
			reserved[c.Recall.Agent] = true
			s.Free = without(s.Free, c.Recall.Agent)
		}
		if agents = s.eligible(c, agents, l.Recall); len(agents) > 0 {
			return Offer{l, agents}
		}
	}
	return nil
}

// others offers one of the callers who have not talked to an agent yet.
func (s *Situation) others(queue []Entry) Step {
	if at := s.placeOfCaller(queue); at >= 0 && at < len(s.Free) {
		agents := s.counterparts(at, len(queue))
		if agents = s.eligible(s.Caller, agents, nil); len(agents) > 0 {
			return Offer{Loaded{Call: s.Caller}, agents}
		}
	}
	at := slices.IndexFunc(s.Free, func(a *agent.Agent) bool { return a.ID == s.Agent })
	if at >= 0 && at < len(queue) {
		l, known := s.loaded(queue[at].ID)
		if !known {
			return Load{queue[at].ID}
		}
		if agents := s.eligible(l.Call, s.Free[at:at+1], nil); len(agents) > 0 {
			return Offer{Loaded{Call: l.Call}, agents}
		}
	}
	return s.walk(queue)
}

// counterparts lists the free agents in the order in which they are tried for the caller at that place: their own
// counterpart, then those who are nobody's, from another one on for each caller, then the others.
func (s *Situation) counterparts(at, callers int) []*agent.Agent {
	list := []*agent.Agent{s.Free[at]}
	if left := s.Free[min(max(callers, at+1), len(s.Free)):]; len(left) > 0 {
		from := spread(s.Caller.ID, len(left))
		list = append(append(list, left[from:]...), left[:from]...)
	}
	for _, a := range append(slices.Clone(s.Free[at:]), s.Free[:at]...) {
		if !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list
}

// spread is a number below n that is another one for each caller, as far as that is possible.
func spread(id call.ID, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % uint32(n))
}

// placeOfCaller is the place in the queue of the caller whose request it is; -1 if it is no caller's. Many callers may
// be behind the list without knowing their place: they are spread over the agents whom the list leaves.
func (s *Situation) placeOfCaller(queue []Entry) int {
	at := slices.IndexFunc(queue, func(e Entry) bool { return s.isCaller(e.ID) })
	if left := len(s.Free) - at; at >= 0 && left > 0 && !s.listed() {
		at += spread(s.Caller.ID, left)
	}
	return at
}

// walk matches as others does, but with the callers as they are stored now: some may have been taken, and not every
// agent may be offered every caller.
func (s *Situation) walk(queue []Entry) Step {
	late := func(e Entry) bool { return s.Now.Sub(e.Queued) >= HelpAfter }
	if s.Caller == nil && !slices.ContainsFunc(queue, late) {
		return nil
	}
	var help Step
	looks := len(s.Loaded)
	for _, e := range queue {
		if len(s.Free) == 0 {
			break
		}
		l, known := s.loaded(e.ID)
		if fresh := s.Caller != nil && s.Now.Sub(s.Caller.WaitsSince()) < HelpAfter; !known && fresh &&
			(looks >= arrivalLooks || len(s.Loaded) >= mostLooks) {
			break
		}
		if !known {
			return Load{e.ID}
		}
		agents := s.eligible(l.Call, s.Free, nil)
		if len(agents) == 0 {
			switch {
			case e.State == call.KeepsPlace && (l.Call == nil || l.Call.State == call.KeepsPlace):
				looks--
			case l.Call != nil && l.Call.BeingAsked():
				s.hold(l.Call)
			}
			continue
		}
		offer := Offer{Loaded{Call: l.Call}, agents}
		if s.isCaller(e.ID) || agents[0].ID == s.Agent {
			return offer
		}
		if help == nil && late(e) {
			help = offer
		}
		s.Free = without(s.Free, agents[0].ID)
	}
	return help
}

// hold keeps the first agent who may be offered the caller when they are no longer being asked.
func (s *Situation) hold(c *call.Call) {
	rests := c.Offering(nil, s.Now).Rests
	if at := slices.IndexFunc(s.Free, func(a *agent.Agent) bool { return !rests(a.ID) }); at >= 0 {
		s.Free = without(s.Free, s.Free[at].ID)
	}
}

// loaded is the call of a caller in the queue, and whether it was loaded.
func (s *Situation) loaded(id call.ID) (Loaded, bool) {
	if s.isCaller(id) {
		return Loaded{Call: s.Caller}, true
	}
	l, known := s.Loaded[id]
	return l, known
}

// eligible lists those of the agents to whom the caller may be offered.
func (s *Situation) eligible(c *call.Call, agents []*agent.Agent, recall *agent.Agent) []*agent.Agent {
	var may []*agent.Agent
	for _, a := range agents {
		if c != nil && c.Offering(recall, s.Now).May(a) {
			may = append(may, a)
		}
	}
	return may
}

func without(agents []*agent.Agent, id agent.ID) []*agent.Agent {
	return slices.DeleteFunc(slices.Clone(agents), func(a *agent.Agent) bool { return a.ID == id })
}
