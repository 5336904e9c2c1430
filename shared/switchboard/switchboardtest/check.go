package switchboardtest

import (
	"fmt"
	"slices"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// TB is what is needed of a test; *testing.T and *rapid.T have it.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// Check asserts what holds in every conference at every moment.
func Check(t TB, c *conference.Conference) {
	t.Helper()
	for _, v := range Violations(c) {
		t.Errorf("conference %s, %s: %s", c.ID, c.State, v)
	}
}

// hasTransfer are the states in which a transfer is open.
var hasTransfer = map[conference.State]bool{
	conference.AddRinging: true, conference.ConsultRinging: true, conference.Consulting: true,
	conference.Swapped: true, conference.ThreeWay: true, conference.Completing: true,
}

// Violations lists what does not hold in a conference.
func Violations(c *conference.Conference) []string {
	var bad []string
	no := func(ok bool, format string, a ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, a...))
		}
	}
	s := c.State
	if !slices.Contains(conference.States, s) {
		return nil // of a later version
	}
	no((c.Offer != "") == (s == conference.Ringing), "offer %q", c.Offer)
	owned := hasTransfer[s] || s == conference.Talking
	no((c.Owner != "") == owned, "owner %q", c.Owner)
	if hasTransfer[s] {
		no(c.Transfer.Open(), "no open transfer")
	} else if c.Transfer.Open() {
		no(s == conference.Ringing && c.Offer == c.Transfer.Leg, "open transfer")
	}
	if s == conference.Ended {
		no(c.Reason != "" && !c.Ended.IsZero(), "ended without a reason")
	}
	for _, key := range []conference.LegKey{c.Offer, c.Owner} {
		no(key == "" || c.Leg(key) != nil, "leg %q is not there", key)
	}
	agents, keys := map[agent.ID]int{}, map[conference.LegKey]int{}
	for _, l := range c.Legs {
		keys[l.Key]++
		no(keys[l.Key] == 1, "leg %s twice", l.Key)
		no(!l.Held || !l.EndsRoom, "leg %s ends the room and is held", l.Key)
		if mine := c.LegOf(l.Agent); l.Agent != "" && mine != nil && mine.Key == l.Key {
			agents[l.Agent]++
			no(agents[l.Agent] == 1, "agent %s twice", l.Agent)
		}
	}
	no(len(c.History) <= 100 && len(c.Requests) <= 16 && len(c.Gone) <= 12 && len(c.Past) <= 8, "unbounded lists")
	no(c.Hops <= conference.MaxHops, "%d hops", c.Hops)
	return bad
}

// jumps notes that the agent to whom a caller is just being offered was kept for somebody
// ahead of her in the line. Whoever could not load a conference may not have known.
func (s *Store) jumps(c *conference.Conference) {
	s.mu.Lock()
	offered := s.views[c.ID].State == conference.Waiting && c.State == conference.Ringing && !s.blind
	s.mu.Unlock()
	if !offered {
		return
	}
	l := c.Leg(c.Offer)
	a, err := load[agent.ID, agent.Agent](s, s.people, l.Agent)
	if err != nil {
		return
	}
	a.Claim = nil // as he was before
	for _, o := range all[conference.ID, conference.Conference](s, s.confs) {
		ahead := o.Head && (!c.Head || o.Queued.Before(c.Queued))
		if o.ID != c.ID && ahead && o.Prefer.Agent == a.ID && o.Kept(a, l.Since) {
			s.mu.Lock()
			s.jumped = append(s.jumped, fmt.Sprintf("%s is rung for %s, and is kept for %s, who is ahead", a.ID, c.ID, o.ID))
			s.mu.Unlock()
		}
	}
}
