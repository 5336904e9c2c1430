package scenario

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// history is what an agent's page shows of the calls that have ended, by a filter.
func (l *line) history(id string, filter map[string]any) archive.Page {
	l.t.Helper()
	var p archive.Page
	l.must(l.agent(id).Call(l.ctx, http.MethodPost, "/calls/search", filter, &p))
	return p
}

// finds asserts that an agent sees this call, alone and with that outcome.
func (l *line) finds(id, caller string, want record.Outcome) record.Record {
	l.t.Helper()
	p := l.history(id, map[string]any{})
	if len(p.Calls) != 1 || string(p.Calls[0].ID) != caller || p.Calls[0].Outcome != want {
		l.t.Fatalf("%s sees %+v", id, p.Calls)
	}
	return p.Calls[0]
}

// refusal asserts that a request is refused like that.
func (l *line) refusal(id, method, path string, body any, status int, slug string) {
	l.t.Helper()
	l.refusalOf(l.agent(id).Call(l.ctx, method, path, body, nil), status, slug)
}

func (l *line) refusalOf(err error, status int, slug string) {
	l.t.Helper()
	var no *stack.APIError
	if !errors.As(err, &no) || no.Status != status || !strings.HasSuffix(no.Type, slug) {
		l.t.Errorf("answered %v, want %d %s", err, status, slug)
	}
}

// A classic transfer, as its agents, a supervisor and a stranger find it afterwards; the caller is known at the next
// call; and then is forgotten.
func TestF211F212F213F215F217F218AClassicTransferIsFoundKnownAndForgotten(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) {
		o.Parameters = map[string]string{"WrapUpSeconds": "60", "WrapUpCodes": "order,complaint"}
	})
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	l.pass(12 * time.Second)
	alice := l.answers("alice")
	l.pass(30 * time.Second)
	l.presses("alice", "add", "bob")
	l.pass(4 * time.Second)
	bob := l.answers("bob")
	l.pass(20 * time.Second)
	l.hangs(alice)
	l.together(caller, bob)

	// Alice is in the wrap-up while the call goes on with bob; the page is reloaded.
	wrap := l.me("alice")
	if wrap.Agent.Presence != "wrap-up" || wrap.Agent.Last == nil || wrap.Agent.Last.Call != caller {
		t.Fatalf("alice's wrap-up: %+v", wrap.Agent)
	}
	path := "/calls/" + caller + "/note"
	note := map[string]any{"note": "wants a <refund>\nsoon", "code": "order", "name": "Ann Lee"}
	l.must(l.agent("alice").Call(l.ctx, http.MethodPut, path, note, nil))
	var own struct{ Note *record.Note }
	l.must(l.agent("alice").Call(l.ctx, http.MethodGet, path, nil, &own))
	if own.Note == nil || own.Note.Text != note["note"] || own.Note.Code != "order" {
		t.Errorf("after the reload: %+v", own.Note)
	}
	l.refusal("carol", http.MethodPut, path, note, 404, "no-record")
	l.refusal("alice", http.MethodPut, path, map[string]any{"note": strings.Repeat("x", 2001)}, 422, "note-too-long")
	l.refusal("alice", http.MethodPut, path, map[string]any{"note": "x", "code": "spam"}, 400, "malformed")
	if n := len(l.history("erin", map[string]any{}).Calls); n != 0 {
		t.Errorf("%d records while the call goes on", n)
	}

	l.pass(30 * time.Second)
	l.must(l.agent("bob").Call(l.ctx, http.MethodPut, path, map[string]any{"note": "done", "code": "order"}, nil))
	l.presses("bob", "end", "")
	l.pass(5 * time.Second)
	l.wantOver(caller)
	for _, id := range []string{"alice", "bob", "erin"} {
		r := l.finds(id, caller, record.Transferred)
		if len(r.Notes) != 2 || r.Name != "Ann Lee" || len(r.Legs) != 2 || len(r.Transfers) != 1 || r.Place != 1 ||
			r.Wait < 10 || r.Wait > 16 || r.Talk < 80 || r.Hold != 0 || r.Caller != "+15550199" || len(r.History) < 4 {
			t.Errorf("%s sees %+v", id, r)
		}
	}
	if n := len(l.history("carol", map[string]any{}).Calls); n != 0 {
		t.Errorf("carol was in none, and sees %d", n)
	}
	l.refusal("alice", http.MethodPost, "/calls/search", map[string]any{"agent": "bob"}, 403, "not-supervisor")
	l.refusal("erin", http.MethodPost, "/calls/search", map[string]any{"cursor": "AAAA"}, 400, "malformed")
	l.refusal("erin", http.MethodGet, "/calls?caller=%2B15550199&text=refund", nil, 400, "malformed")
	for filter, want := range map[string]int{"REFUND": 1, "lee": 1, "nothing": 0} {
		if n := len(l.history("erin", map[string]any{"text": filter, "caller": "+15550199"}).Calls); n != want {
			t.Errorf("%q finds %d", filter, n)
		}
	}

	again := l.dial("+15550199")
	l.pass(2 * time.Second)
	l.must(second(l.agent("bob").Set(l.ctx, "available")))
	l.settle()
	l.ringing("bob")
	var known archive.Known
	l.must(l.agent("bob").Call(l.ctx, http.MethodGet, "/calls/"+again+"/caller", nil, &known))
	if known.Count != 1 || known.Name != "Ann Lee" || known.Note == nil || known.Note.Text != "done" ||
		known.Last == nil || len(known.Last.With) != 2 {
		t.Errorf("bob is told %+v", known)
	}
	l.refusal("carol", http.MethodGet, "/calls/"+again+"/caller", nil, 404, "no-record")
	l.hangs(again)
	l.pass(10 * time.Second)

	f, err := l.Forget(l.ctx, "+15550199")
	l.must(err)
	if f.Calls != 2 || f.Notes != 2 || f.Agents != 2 || f.Live != 0 {
		t.Errorf("forgotten is %+v", f)
	}
	if n := len(l.history("erin", map[string]any{}).Calls); n != 0 {
		t.Errorf("%d records after that", n)
	}
	if strings.Contains(l.log.String(), "refund") || strings.Contains(l.log.String(), "15550199") {
		t.Error("N9: a note, a query or a number is in a log")
	}
	l.done(10 * time.Second)
}

func second[A any](_ A, err error) error { return err }

// The save that ends a call does not reach the store, as when the function dies, or takes effect without an answer: the
// call ends all the same, and its record comes by a clock.
func TestF210TheSaveThatEndsACallIsLost(t *testing.T) {
	t.Parallel()
	for name, took := range map[string]bool{"before it took effect": false, "after it took effect": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failing atomic.Bool
			l := open(t, saving(func(c *call.Call, save func()) bool {
				lost := failing.Load() && !c.Live()
				if took || !lost {
					save()
				}
				return lost
			}).between(t))
			caller := l.talks("alice")
			failing.Store(true)
			l.hangs(caller)
			l.pass(5 * time.Second)
			l.wantOver(caller)
			if took {
				l.finds("alice", caller, record.Answered)
			}
			l.pass(time.Minute)
			failing.Store(false)
			l.pass(time.Minute)
			l.finds("alice", caller, record.Answered)
			l.wantPresence("alice", "available")
			l.done(time.Second)
		})
	}
}
