package scenario

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/teamview"
)

// team is what a supervisor's page shows of the line.
func (l *line) team() (v teamview.View) {
	l.t.Helper()
	l.must(l.agent("erin").Call(l.ctx, http.MethodGet, "/team", nil, &v))
	return v
}

// act is a supervisor's press, with that request key.
func (l *line) act(action teamview.Action, who, call, key string) error {
	body := map[string]any{"action": action, "request": key}
	if who != "" {
		body["agent"] = who
	}
	if call != "" {
		body["call"] = call
	}
	return l.agent("erin").Call(l.ctx, http.MethodPost, "/team/acts", body, nil)
}

func parties(list []agentview.PartyView) string {
	var all []string
	for _, p := range list {
		all = append(all, p.ID)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// A supervisor sees a consult and who waits, sets an agent Away who is rung, has an agent rung again who has declined,
// and ends a call; each press once more changes nothing. A stranger to the group gets nothing of it.
func TestF225F228ASupervisorSeesTheLineAndActsOnIt(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"WrapUpSeconds": "0"} })
	l.online("alice", "bob")
	first := l.talks("alice")
	l.presses("alice", "consult", "bob")
	l.pass(4 * time.Second)
	v := l.team()
	if len(v.Calls.List) != 1 || v.Calls.List[0].State != call.ConsultRinging || parties(v.Calls.List[0].Rung) != "bob" ||
		parties(v.Calls.List[0].Music) != teamview.CallerID || v.Calls.List[0].Owner.ID != "alice" {
		t.Fatalf("during the consult: %+v", v.Calls)
	}
	l.must(l.act("away", "bob", "", "k1"))
	l.must(l.act("away", "bob", "", "k1"))
	l.pass(3 * time.Second)
	if me := l.me("bob"); me.Agent.Status != "away" || me.Call != nil {
		t.Errorf("bob is %+v", me.Agent)
	}
	l.wantLive(first)

	second := l.dial("+15550188")
	l.pass(4 * time.Second)
	v = l.team()
	if len(v.Waiting.List) != 1 || string(v.Waiting.List[0].Call) != second || v.Waiting.List[0].Place != 1 ||
		v.Waiting.List[0].Caller.Number != "+15550188" || v.Today.Counts == nil || v.Today.Counts.Arrived != 2 {
		t.Fatalf("while one waits: %+v, %+v", v.Waiting, v.Today.Counts)
	}
	l.must(l.act("available", "bob", "", "k2"))
	l.pass(2 * time.Second)
	l.ringing("bob")
	l.presses("bob", "decline", "")
	l.pass(4 * time.Second)
	l.wantLive(second)
	l.must(l.act("offer", "bob", second, "k3"))
	l.must(l.act("offer", "bob", second, "k3"))
	l.pass(2 * time.Second)
	l.answers("bob")
	l.pass(2 * time.Second)
	if err := l.act("offer", "alice", second, "k4"); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("answered meanwhile: %v", err)
	}
	v = l.team()
	if len(v.Calls.List) != 2 || len(v.Waiting.List) != 0 || v.Today.Counts.Answered != 2 {
		t.Errorf("both talk: %+v", v)
	}

	for _, path := range []string{"/team", "/team?since=nonsense"} {
		l.refusal("alice", http.MethodGet, path, nil, 403, "not-supervisor")
	}
	l.refusal("alice", http.MethodPost, "/team/acts", map[string]any{"action": "end", "call": second, "request": "k"}, 403,
		"not-supervisor")
	l.must(l.act("end", "", second, "k5"))
	l.must(l.act("end", "", second, "k5"))
	l.pass(10 * time.Second)
	l.wantOver(second)
	l.hangs(first)
	l.pass(10 * time.Second)
	if err := l.act("end", "", first, "k6"); err == nil || !strings.Contains(err.Error(), "call-over") {
		t.Errorf("over already: %v", err)
	}
	v = l.team()
	if c := v.Today.Counts; c == nil || len(v.Calls.List) != 0 || c.Arrived != 2 || c.Answered != 2 || c.Abandoned != 0 ||
		c.LongestWait == nil || len(c.Transfers) != 1 || v.Today.Partial {
		t.Errorf("at the end: %+v, %+v", v, v.Today.Counts)
	}
	rs := l.history("erin", map[string]any{}).Calls
	if len(rs) != 2 || rs[1].Ender == nil || rs[1].Ender.ID != "erin" {
		t.Errorf("the records are %+v", rs)
	}
	if strings.Contains(l.log.String(), "15550188") {
		t.Error("N9: a number is in a log")
	}
	l.done(10 * time.Second)
}
