package scenario

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	if len(v.Calls.List) != 1 {
		t.Fatalf("during the consult: %+v", v.Calls)
	}
	if c := v.Calls.List[0]; c.State != call.ConsultRinging || parties(c.Rung) != "bob" ||
		parties(c.Music) != teamview.CallerID || c.Owner.ID != "alice" {
		t.Errorf("during the consult: %+v", c)
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
	l.refusalOf(l.act("offer", "alice", second, "k4"), 409, "taken")
	v = l.team()
	if len(v.Calls.List) != 2 || len(v.Waiting.List) != 0 || v.Today.Counts.Answered != 2 {
		t.Errorf("both talk: %+v", v)
	}

	for _, path := range []string{"/team", "/team?since=nonsense"} {
		l.refusal("alice", http.MethodGet, path, nil, 403, "not-supervisor")
	}
	end := map[string]any{"action": "end", "call": second, "request": "k"}
	l.refusal("alice", http.MethodPost, "/team/acts", end, 403, "not-supervisor")
	l.must(l.act("end", "", second, "k5"))
	l.must(l.act("end", "", second, "k5"))
	l.pass(10 * time.Second)
	l.wantOver(second)
	l.hangs(first)
	l.pass(10 * time.Second)
	l.refusalOf(l.act("end", "", first, "k6"), 409, "call-over")
	v = l.team()
	if c := v.Today.Counts; c == nil || len(v.Calls.List) != 0 || c.Arrived != 2 || c.Answered != 2 ||
		c.Abandoned != 0 || c.LongestWait == nil || len(c.Transfers) != 1 || v.Today.Partial {
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

// The store does not read the records, or the calls; it saves an agent and does not answer; it saves nothing. The view
// says what is unknown, and an act that was not answered is done once by the same press.
func TestF226F227TheViewAndTheActsWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	var failing atomic.Value
	failing.Store("")
	l := open(t, viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		what := failing.Load().(string)
		fails := what != "" && strings.Contains(string(body), what) &&
			(strings.HasPrefix(what, `"IndexName"`) || strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem"))
		if !fails {
			store.ServeHTTP(w, r)
			return
		}
		if !strings.HasPrefix(what, `"IndexName"`) {
			store.ServeHTTP(httptest.NewRecorder(), r)
		}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	l.online("alice")
	caller := l.talks("alice")
	whole := l.team()
	if whole.Today.Counts == nil || len(whole.Calls.List) != 1 || whole.Agents.List[0].Missed == nil {
		t.Fatalf("the whole is %+v", whole)
	}
	failing.Store(`"IndexName":"records"`)
	if v := l.team(); v.Today.Counts != nil || v.Agents.List[0].Missed != nil || len(v.Calls.List) != 1 {
		t.Errorf("without records: %+v", v)
	}
	failing.Store(`"IndexName":"live"`)
	if v := l.team(); !v.Calls.Unknown || !v.Waiting.Unknown || v.Today.Counts != nil || len(v.Agents.List) != 1 {
		t.Errorf("without calls: %+v", v)
	}
	failing.Store(`"a#alice"`)
	l.refusalOf(l.act("away", "alice", "", "k"), 503, "unavailable")
	failing.Store("")
	l.must(l.act("away", "alice", "", "k"))
	l.must(second(l.agent("alice").Set(l.ctx, "available")))
	l.must(l.act("away", "alice", "", "k"))
	if me := l.me("alice"); me.Agent.Status != "available" {
		t.Errorf("a late repetition has set alice %s", me.Agent.Status)
	}
	l.wantLive(caller)
	l.hangs(caller)
	l.done(10 * time.Second)
}

// Two supervisors offer one caller at the same moment to two agents who have declined: one of the two is rung.
func TestF229TwoSupervisorsOfferOneCallerAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	for range 2 {
		l.pass(3 * time.Second)
		for _, id := range []string{"alice", "bob"} {
			if c := l.me(id).Call; c != nil && c.Role == "offered" {
				l.presses(id, "decline", "")
				break
			}
		}
	}
	l.pass(3 * time.Second)
	answers := make([]error, 2)
	var both sync.WaitGroup
	for i, id := range []string{"alice", "bob"} {
		both.Go(func() { answers[i] = l.act("offer", id, caller, "k"+id) })
	}
	both.Wait()
	won := slices.Index(answers, nil)
	if won < 0 || answers[1-won] == nil {
		t.Fatalf("answered %v", answers)
	}
	l.refusalOf(answers[1-won], 409, "taken")
	l.pass(2 * time.Second)
	who := []string{"alice", "bob"}
	l.ringing(who[won])
	l.wantPresence(who[1-won], "available")
	l.answers(who[won])
	l.pass(2 * time.Second)
	l.hangs(caller)
	l.done(10 * time.Second)
}
