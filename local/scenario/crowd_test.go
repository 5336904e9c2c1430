package scenario

import (
	"fmt"
	"testing"
	"time"

	"warmtransfer/local/issuer"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim"
)

// Fifty callers arrive in the same moment while three agents are free and Twilio dials one call a second.
// It runs alone, as its neighbour below: a store that answers late on a busy machine would leave agents claimed.
func TestF013FiftyCallersInOneSecond(t *testing.T) {
	l := open(t, func(o *stack.Options) { o.Network = twiliosim.Config{CallsPerSecond: 1} })
	l.gap = 5 * time.Second
	crew := []string{"alice", "bob", "carol"}
	l.online(crew...)
	var dial []func()
	for n := range 50 {
		dial = append(dial, func() {
			sid, err := l.Network.PlaceCall(nil, fmt.Sprintf("+155501%02d", n), l.Number)
			if err != nil {
				t.Error(err)
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.callers = append(l.callers, sid)
		})
	}
	l.atOnce(dial...)
	l.pass(2 * time.Second)
	for _, sid := range l.callers {
		l.wantLive(sid)
		l.waits(sid)
	}
	if n := l.created(); n > len(crew) {
		t.Errorf("the network was asked for %d calls while %d agents are free", n, len(crew))
	}
	l.pass(10 * time.Second)
	for _, id := range crew {
		l.ringing(id) // and only once: each agent has one leg
	}
	if n := l.created(); n != len(crew) {
		t.Errorf("the network was asked for %d calls to %d agents", n, len(crew))
	}
	// No caller is lost: the agents serve one after the other, and the others stay queued.
	served := map[string]bool{}
	l.until("a dozen is served", 2*time.Minute, func() bool {
		for _, id := range crew {
			l.takes(id)
		}
		for _, sid := range l.callers {
			if id := l.hears(sid); l.legTo(id) != "" && !served[sid] {
				served[sid] = true
				l.presses(id, "end", "")
			}
		}
		return len(served) >= 12
	})
	l.pass(10 * time.Second)
	for _, sid := range l.callers {
		if served[sid] {
			l.wantOver(sid)
			l.lastHeard(sid, "speech:") // N2
			continue
		}
		l.wantLive(sid)
		l.waits(sid)
		if c := l.conference(sid); c == nil || !c.State.InLine() {
			t.Errorf("%s's item: %+v, want a queued caller", l.name(sid), c)
		}
	}
	l.done(10 * time.Second)
}

// crowd is a list of so many agents who may sign in.
func crowd(n int) (ids []string, may func(*stack.Options)) {
	var people []issuer.Agent
	for i := range n {
		ids = append(ids, fmt.Sprintf("agent%d", i))
		people = append(people, issuer.Agent{Username: ids[i], Name: ids[i]})
	}
	return ids, func(o *stack.Options) { o.Agents = people }
}

// ringingAt lists the agents who are being rung.
func (l *line) ringingAt(ids []string) []string {
	var rung []string
	for _, id := range ids {
		if c, ok := l.Network.Call(l.legTo(id)); ok && c.Status == "ringing" {
			rung = append(rung, id)
		}
	}
	return rung
}

// wantOwnerEach asserts that every caller talks to one agent, each to a different one, and that the table says the
// same.
func (l *line) wantOwnerEach(callers []string) {
	l.t.Helper()
	owners := map[string]string{}
	for _, sid := range callers {
		id := l.hears(sid)
		leg := l.legTo(id)
		if id == "" || leg == "" || l.hears(leg) != l.name(sid) {
			l.t.Errorf("%s hears %q, who hears %q", l.name(sid), id, l.hears(leg))
			continue
		}
		if owners[id] != "" {
			l.t.Errorf("N4: %s owns two calls", id)
		}
		owners[id] = sid
		c := l.conference(sid)
		if o := c.Leg(c.Owner); c.State != "talking" || len(c.Legs) != 1 || o == nil || string(o.Agent) != id {
			l.t.Errorf("%s's item is %s, owner %+v, legs %+v; the caller talks to %s",
				l.name(sid), c.State, o, c.Legs, id)
		}
	}
}

func TestF133AHundredAgentsRaceForTenCallers(t *testing.T) {
	ids, may := crowd(100)
	l := open(t, may)
	for n := range 10 {
		l.dial(fmt.Sprintf("+155501%02d", n))
	}
	var free []func()
	for _, id := range ids {
		l.register(id)
		agent := l.agent(id)
		free = append(free, func() {
			_,
				_ = patient(func() (stack.Snapshot, error) { return agent.Set(l.ctx, "available") })
		})
	}
	l.atOnce(free...)
	l.pass(16 * time.Second) // long enough for a music turn of a caller whose save lost the race
	rung := l.ringingAt(ids)
	if len(rung) != len(l.callers) || l.created() != len(l.callers) {
		t.Fatalf("%d agents are rung by %d dials for %d callers", len(rung), l.created(), len(l.callers))
	}
	var answer []func()
	for _, id := range rung {
		leg := l.legTo(id)
		answer = append(answer, func() { _ = l.Network.Answer(leg, nil) })
	}
	l.atOnce(answer...)
	l.wantOwnerEach(l.callers)
	l.done(10 * time.Second)
}
