package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/dynamo"
)

// table is the test's table as the functions see it.
func (l *line) table() *dynamo.Store { return dynamo.New(l.Table.Client(), l.TableName) }

// agentItem is an agent as stored.
func (l *line) agentItem(id string) *agent.Agent {
	l.t.Helper()
	a, err := l.table().Agent(l.ctx, agent.ID(id))
	l.must(err)
	return a
}

// wantClaimed asserts that an agent is claimed for their leg in a call.
func (l *line) wantClaimed(id, caller string) {
	l.t.Helper()
	a, leg := l.agentItem(id), l.conference(caller).Seat(agent.ID(id)).Leg()
	if leg == nil || a.Claim == nil || a.Claim.Leg != string(leg.Key) {
		l.t.Errorf("%s has the leg %+v and the claim %+v", id, leg, a.Claim)
	}
}

// listed asks for a list of agents.
func (l *line) listed(id, method, path string, body any) (ids []string, more bool) {
	l.t.Helper()
	var d struct {
		Agents []struct {
			ID string `json:"id"`
		} `json:"agents"`
		More bool `json:"more"`
	}
	l.must(l.agent(id).Call(l.ctx, method, path, body, &d))
	for _, a := range d.Agents {
		ids = append(ids, a.ID)
	}
	return ids, d.More
}

func TestF179WhoIsThereIsRungBehindManySilentOnes(t *testing.T) {
	t.Parallel()
	l := open(t)
	for n := range 250 {
		a := agent.New(agent.ID(fmt.Sprintf("gone%03d", n)), "Gone", epoch.Add(-time.Hour))
		a.Choose(agent.Available, epoch.Add(-time.Hour))
		l.must(l.table().SaveAgent(l.ctx, a))
	}
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.together(caller, l.answers("alice"))
	ids, more := l.listed("alice", "GET", "/agents", nil)
	if ids[0] != "bob" || !more {
		t.Errorf("the directory begins with %s, more %t", ids[0], more)
	}
	found, _ := l.listed("alice", "POST", "/agents/search", map[string]string{"text": "BÓB"})
	if len(found) != 1 || found[0] != "bob" {
		t.Errorf("found: %v", found)
	}
	l.presses("alice", "consult", "*")
	l.together(l.answers("bob"), l.legTo("alice"))
	l.pass(time.Minute + time.Second) // the sweep
	if a := l.agentItem("gone007"); a.Ranked() {
		t.Error("who was silent for long is still among the free")
	}
	l.presses("alice", "complete", "")
	l.together(caller, l.legTo("bob"))
	l.presses("bob", "end", "")
	l.done(10 * time.Second)
}

// queries stands between the functions and the store, and makes queries fail.
type queries struct {
	down   atomic.Bool
	status int
	body   string
}

func (q *queries) between(t *testing.T) func(*stack.Options) {
	return viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		if q.down.Load() && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(q.status)
			_, _ = w.Write([]byte(q.body))
			return
		}
		store.ServeHTTP(w, r)
	})
}

func TestF185ACallGoesOnWhileTheIndexesFail(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]*queries{
		"failed": {status: http.StatusInternalServerError, body: `{"__type":"InternalServerError"}`},
		"throttled": {
			status: http.StatusBadRequest, body: `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, allow, q.between(t))
			caller := l.talks("alice", "bob")
			q.down.Store(true)
			l.presses("alice", "consult", london)
			l.key(l.picksUp(), "1")
			l.together(l.legTo("alice"), l.outside(london))
			l.presses("alice", "cancel", "")
			l.together(caller, l.legTo("alice"))
			l.presses("alice", "consult", "bob")
			l.together(l.answers("bob"), l.legTo("alice"))
			for _, id := range []string{"alice", "bob"} {
				if s := l.me(id); s.State() != "consulting" || !s.Line.Unknown {
					t.Errorf("%s is shown %s, the line is not known: %t", id, s.State(), s.Line.Unknown)
				}
			}
			l.presses("alice", "swap", "")
			l.together(caller, l.legTo("alice"))
			l.presses("alice", "swap", "")
			l.presses("alice", "complete", "")
			l.together(caller, l.legTo("bob"))
			l.pass(20 * time.Second)
			l.presses("bob", "hold", "")
			l.presses("bob", "resume", "")
			l.presses("bob", "end", "")
			l.pass(5 * time.Second)
			l.wantOver(caller)
			q.down.Store(false)
			if s := l.me("bob"); s.Line.Unknown {
				t.Error("the line is not known though it can be read")
			}
			l.done(70 * time.Second)
		})
	}
}

func TestF206ThirtyCallersInOneMomentAndTwentyFreeAgents(t *testing.T) {
	t.Parallel()
	ids, may := crowd(20)
	l := open(t, may, func(o *stack.Options) { o.Parameters = map[string]string{"RingSeconds": "90"} })
	l.gap = 5 * time.Second
	l.online(ids...)
	var dial []func()
	for n := range 30 {
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
	t.Logf("%d are rung at once", len(l.ringingAt(ids)))
	l.until("all who can be are rung", 30*time.Second, func() bool { return len(l.ringingAt(ids)) == 20 })
	if n := l.created(); n != 20 {
		t.Errorf("%d calls were made to 20 agents", n)
	}
	rung := map[agent.ID]bool{}
	for _, sid := range l.callers {
		if c := l.conference(sid); c != nil && c.Offer != "" {
			rung[c.Leg(c.Offer).Agent] = true
		}
	}
	if len(rung) != 20 {
		t.Errorf("%d agents are rung for callers of their own", len(rung))
	}
	for _, sid := range l.callers {
		l.hangs(sid)
	}
	l.done(10 * time.Second)
}

// Callers arrive in the moment in which agents in calls consult free agents.
func TestF209ConsultsAndArrivalsInOneMoment(t *testing.T) {
	t.Parallel()
	ids, may := crowd(12)
	l := open(t, may, func(o *stack.Options) { o.Parameters = map[string]string{"RingSeconds": "90"} })
	l.gap = 5 * time.Second
	owners, free := ids[:4], ids[4:]
	l.online(owners...)
	for n := range owners {
		l.dial(fmt.Sprintf("+155501%02d", n))
	}
	l.until("the owners are rung", 30*time.Second, func() bool { return len(l.ringingAt(owners)) == len(owners) })
	for _, id := range owners {
		l.answers(id)
	}
	l.online(free...)
	talks := append([]string{}, l.callers...)
	var all []func()
	for n, id := range owners {
		all = append(all, func() { _, _ = l.agent(id).Do(l.ctx, "consult", free[n]) }, func() {
			sid, err := l.Network.PlaceCall(nil, fmt.Sprintf("+155502%02d", n), l.Number)
			if err != nil {
				t.Error(err)
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.callers = append(l.callers, sid)
		})
	}
	l.atOnce(all...)
	for _, id := range l.ringingAt(free) {
		l.answers(id)
	}
	l.pass(20 * time.Second)
	for _, sid := range l.callers {
		for _, leg := range l.conference(sid).Legs {
			l.wantClaimed(string(leg.Agent), sid)
		}
	}
	for _, sid := range talks {
		l.wantLive(sid)
	}
	for _, sid := range l.callers {
		l.hangs(sid)
	}
	l.done(15 * time.Second)
}

func TestF209AWrongClaimIsRepairedInTime(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]func(doc map[string]any){
		"given up": func(doc map[string]any) {
			claim := doc["claim"].(map[string]any)
			doc["dropped"] = map[string]any{"conference": claim["conference"], "at": doc["seen"]}
			delete(doc, "claim")
		},
		"another leg": func(doc map[string]any) { doc["claim"].(map[string]any)["leg"] = "another" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := l.talks("alice", "bob")
			l.pass(10 * time.Second)
			l.edit("a#alice", wrong)
			l.pass(12 * time.Second)
			l.wantClaimed("alice", caller)
			l.wantPresence("alice", "busy")
			l.presses("alice", "end", "")
			l.done(10 * time.Second)
		})
	}
}

func TestF202AnAgentIsRemoved(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice", "bob", "carol")
	for _, id := range []string{"alice", "bob"} { // one is in a call, one is free
		l.must(l.agent(id).Call(l.ctx, "POST", "/token", nil, nil))
		l.must(l.SetRemoved(l.ctx, id, true))
	}
	refused := func(id, method, path string, body any) {
		t.Helper()
		var problem *stack.APIError
		err := l.agent(id).Call(l.ctx, method, path, body, nil)
		if !errors.As(err, &problem) || problem.Status != http.StatusForbidden {
			t.Errorf("%s %s %s: %v", id, method, path, err)
		}
	}
	for _, id := range []string{"alice", "bob"} {
		refused(id, "POST", "/token", nil)
		refused(id, "GET", "/agents/me", nil)
		refused(id, "PUT", "/agents/me", map[string]string{"status": "available"})
		refused(id, "GET", "/agents", nil)
		refused(id, "POST", "/transfer", map[string]string{"action": "hold", "request": "1"})
		if _, err := l.SignIn.Token(id); err == nil {
			t.Errorf("%s can sign in", id)
		}
	}
	if ids, _ := l.listed("carol", "GET", "/agents", nil); len(ids) != 1 || ids[0] != "carol" {
		t.Errorf("the directory has %v", ids)
	}
	l.pass(15 * time.Second)
	l.together(caller, l.legTo("alice")) // the caller stays connected
	second := l.dial("+15550198")
	l.notRinging("bob")
	l.together(second, l.answers("carol"))
	l.presses("carol", "end", "")
	l.hangs(l.legTo("alice")) // and is rescued when the agent leaves
	l.pass(6 * time.Second)
	l.notRinging("alice")
	l.until("the caller is offered to carol", 20*time.Second, func() bool { return l.legTo("carol") != "" })
	l.together(caller, l.answers("carol"))
	l.must(l.SetRemoved(l.ctx, "bob", false))
	if _, err := l.SignIn.Token("bob"); err != nil {
		t.Errorf("bob cannot sign in again: %v", err)
	}
	if s := l.me("bob"); s.Agent.Status != "away" {
		t.Errorf("bob is %s", s.Agent.Status)
	}
	l.presses("carol", "end", "")
	l.done(10 * time.Second)
}

// The offer rings at an agent who is removed: an answer is refused, and the caller is offered to the next.
func TestF202AnAgentIsRemovedWhileItRings(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	sid := l.ringing("alice")
	l.must(l.SetRemoved(l.ctx, "alice", true))
	l.must(l.Network.Answer(sid, nil))
	l.settle()
	l.pass(2 * time.Second)
	l.together(caller, l.answers("bob"))
	l.presses("bob", "end", "")
	l.done(10 * time.Second)
}
