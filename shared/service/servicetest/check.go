package servicetest

import (
	"fmt"
	"slices"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// TB is the part of a test that the checks need; *testing.T and *rapid.T have it.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// Check asserts what holds in every call at every moment.
func Check(t TB, c *call.Call) {
	t.Helper()
	for _, v := range Violations(c) {
		t.Errorf("call %s, %s: %s", c.ID, c.State, v)
	}
}

// hasTransfer are the states in which a transfer is open.
var hasTransfer = map[call.State]bool{
	call.AddRinging: true, call.ConsultRinging: true, call.Consulting: true,
	call.Swapped: true, call.ThreeWay: true, call.Completing: true,
}

// Violations lists what does not hold in a call.
func Violations(c *call.Call) []string {
	var bad []string
	must := func(ok bool, format string, a ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, a...))
		}
	}
	s := c.State
	if !slices.Contains(call.States, s) {
		return nil // of a later version
	}
	must((c.Offer != "") == (s == call.Ringing || s == call.AgentFirst), "offer %q", c.Offer)
	owned := hasTransfer[s] || s == call.Talking
	must(s == call.Calling || (c.Owner != "") == owned, "owner %q", c.Owner)
	must(!c.CallerLive || s != call.AgentFirst && s != call.Calling, "a caller before they have picked up")
	if hasTransfer[s] {
		must(c.Transfer.Open(), "no open transfer")
	} else if c.Transfer.Open() {
		must(s == call.Ringing && c.Offer == c.Transfer.Leg, "open transfer")
	}
	if s == call.Ended {
		must(c.Reason != "" && !c.Ended.IsZero(), "ended without a reason")
	}
	for _, key := range []call.LegKey{c.Offer, c.Owner} {
		must(key == "" || c.Leg(key) != nil, "leg %q is not there", key)
	}
	agents, keys := map[agent.ID]int{}, map[call.LegKey]int{}
	for _, l := range c.Legs {
		keys[l.Key]++
		must(keys[l.Key] == 1, "leg %s twice", l.Key)
		must(!l.Held || !l.EndsConference, "leg %s ends the conference and is on hold", l.Key)
		if mine := c.Seat(l.Agent).Leg(); l.Agent != "" && mine != nil && mine.Key == l.Key {
			agents[l.Agent]++
			must(agents[l.Agent] == 1, "agent %s twice", l.Agent)
		}
	}
	must(len(c.History) <= 100 && len(c.Requests) <= 16 && len(c.ClosedLegs) <= 12 && len(c.PastConferences) <= 8,
		"unbounded lists")
	must(c.Hops <= call.MaxHops, "%d hops", c.Hops)
	if !c.Live() && c.Trail.Caller != (call.Spell{}) {
		bad = append(bad, recordViolations(record.Of(c))...)
	}
	return bad
}

// recordViolations lists what does not hold in the record of a call.
func recordViolations(r record.Record) (bad []string) {
	must := func(ok bool, format string, a ...any) {
		if !ok {
			bad = append(bad, "its record: "+fmt.Sprintf(format, a...))
		}
	}
	whole := r.Ended.Sub(r.Arrived)
	if r.Out != nil {
		whole = r.Ended.Sub(r.Answered)
		must(r.Out.Outcome != "", "nobody knows how the call went")
	}
	spent := time.Duration(r.Wait+r.Talk+r.Hold) * time.Second
	must((spent-whole).Abs() <= 3*time.Second, "%v of %v are accounted for", spent, whole)
	unheard := []record.Outcome{
		record.Abandoned, record.Expired, record.Closed, record.Unreached, record.Voicemail, record.Kept,
	}
	must(r.Out != nil || r.Answered.IsZero() == slices.Contains(unheard, r.Outcome), "%s, answered %v",
		r.Outcome, r.Answered)
	for _, l := range r.Legs {
		who := l.Party.ID
		must(!l.Ended.IsZero() && l.Outcome != "", "the leg to %s has outcome %q, ended %v", who, l.Outcome, l.Ended)
		must(!l.Answered.IsZero() || l.Talk+l.Hold == 0, "%s did not answer, and talked for %d s", who, l.Talk+l.Hold)
	}
	for _, t := range r.Transfers {
		must(t.Outcome != "", "the transfer to %s has no outcome", t.To.ID)
	}
	must(len(r.Legs) <= 40, "%d legs", len(r.Legs))
	return bad
}

// jumps records that the agent to whom a caller is just being offered was reserved for a caller
// ahead in the queue. It does not apply while a load has failed, because the service may not have
// known.
func (s *Store) jumps(c *call.Call) {
	s.mu.Lock()
	offered := s.views[c.ID].State == call.Waiting && c.State == call.Ringing && !s.blind
	s.mu.Unlock()
	if !offered {
		return
	}
	l := c.Leg(c.Offer)
	a, err := load[agent.ID, agent.Agent](s, s.people, l.Agent)
	if err != nil {
		return
	}
	a.Claim = nil // as the agent was before the offer
	for _, o := range all[call.ID, call.Call](s, s.confs) {
		ahead := o.Requeued && (!c.Requeued || o.Queued.Before(c.Queued))
		if o.ID != c.ID && ahead && o.Recall.Agent == a.ID && o.Offering(a, l.Since).Reserved() {
			s.mu.Lock()
			s.jumped = append(s.jumped,
				fmt.Sprintf("%s is rung for %s, and is reserved for %s, who is ahead", a.ID, c.ID, o.ID))
			s.mu.Unlock()
		}
	}
}
