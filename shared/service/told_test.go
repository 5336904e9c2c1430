package service_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// toldPages records whose pages are told to ask.
type toldPages struct{ all []string }

func (p *toldPages) Changed(ctx context.Context, id agent.ID, _ time.Time) {
	if _, limited := ctx.Deadline(); !limited {
		panic("no limit of time")
	}
	p.all = append(p.all, string(id))
}

// since are those told since the last time, each once.
func (p *toldPages) since() string {
	slices.Sort(p.all)
	s := strings.Join(slices.Compact(p.all), " ")
	p.all = nil
	return s
}

func telling(t *testing.T, agents ...agent.ID) (*World, *toldPages) {
	w, p := NewWorld(t), &toldPages{}
	w.Use(service.Settings{Pages: p})
	for _, id := range agents {
		w.Choose(id, agent.Available)
		w.Now = w.Now.Add(time.Second)
	}
	p.since()
	return w, p
}

func wantTold(t *testing.T, p *toldPages, when, want string) {
	t.Helper()
	if got := p.since(); got != want {
		t.Errorf("%s: told are the pages of %q, want %q", when, got, want)
	}
}

func TestPagesAreToldOfWhatTheyDoNotLearnOtherwise(t *testing.T) {
	w, p := telling(t, "alice", "bob")
	id, _ := w.Dial()
	w.Settle()
	wantTold(t, p, "rung, which the page's device tells", "")
	w.Answer("alice")
	w.Settle()
	w.Pass(30 * time.Second)
	wantTold(t, p, "half a minute of a quiet call", "")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	wantTold(t, p, "consult, which is told over the legs", "")
	w.MustPress("alice", call.DoCancel, "")
	w.Settle()
	wantTold(t, p, "cancelled", "bob")
	w.MustPress("alice", call.DoConsult, "bob")
	w.Settle()
	w.Answer("bob")
	w.Settle()
	w.MustPress("alice", call.DoComplete, "")
	w.Settle()
	if got := p.since(); got != "" && got != "alice" { // alice has the answer, and their leg ends soon
		t.Errorf("completed: told %q", got)
	}
	w.CallerHangsUp(id)
	w.Settle()
	wantTold(t, p, "the caller has hung up", "bob")
}

func TestPagesAreToldOfAMissedOfferAndOfASupervisor(t *testing.T) {
	w, p := telling(t, "alice")
	w.Dial()
	w.Pass(Ring + 2*time.Second)
	if got := p.since(); !strings.Contains(got, "alice") {
		t.Errorf("missed: told %q", got)
	}
	w, p = telling(t, "alice")
	erin := service.Principal{ID: "erin", Name: "Erin", Supervisor: true}
	if err := w.Service.SetStatusOf(t.Context(), erin, "alice", agent.Away, "k1", w.Now); err != nil {
		t.Fatal(err)
	}
	wantTold(t, p, "set Away", "alice")
	w.Dial()
	w.Settle()
	w.Choose("alice", agent.Available)
	wantTold(t, p, "chosen on one page", "alice")
	if _, err := w.Beat("alice"); err != nil {
		t.Fatal(err)
	}
	wantTold(t, p, "a heartbeat", "")
}

func TestThePagesOfARemovedAgentAreTold(t *testing.T) {
	w, p := telling(t, "alice")
	for _, fault := range []Fault{{Err: service.ErrUnavailable}, {Err: service.ErrUnavailable, Took: true}} {
		w.Store.Next("SaveAgent", fault)
		if err := w.Service.Remove(t.Context(), service.Principal{ID: "alice"}, w.Now); err == nil {
			t.Fatal("the save did not fail")
		}
		p.since()
		if err := w.Service.Remove(t.Context(), service.Principal{ID: "alice"}, w.Now); err != nil {
			t.Fatal(err)
		}
		wantTold(t, p, "removed", "alice")
		if err := w.Service.Restore(t.Context(), service.Principal{ID: "alice"}, w.Now); err != nil {
			t.Fatal(err)
		}
	}
}

func TestF333WhomAMessageOverTheLegMissesIsToldOverTheChannel(t *testing.T) {
	for _, fault := range []Fault{{Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true},
		{Err: service.ErrThrottled}} {
		w, p := telling(t, "alice", "bob")
		w.Dial()
		w.Settle()
		w.Answer("alice")
		w.Settle()
		w.MustPress("alice", call.DoConsult, "bob")
		w.Settle()
		w.Answer("bob")
		w.Settle()
		p.since()
		w.Phones.Next("Tell", fault)
		w.MustPress("alice", call.DoJoin, "")
		w.Settle()
		wantTold(t, p, "joined", "bob")
	}
}

// Who has no push channel, or one that hangs, is told nothing, and everything else is as before.
func TestF333WithoutTheChannelNothingElseChanges(t *testing.T) {
	w := NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Answer("alice")
	w.Settle()
	w.CallerHangsUp(id)
	w.Settle()
	w.CheckQuiet()
}

// A supervisor who listens is in a call for their colleagues, and not rung any more.
func TestF191ASupervisorWhoListensIsNotRung(t *testing.T) {
	w, id := watched(t)
	w.MustWatch(id, call.ModeListen)
	answered := w.Now
	w.Now = w.Now.Add(2 * time.Second)
	if _, err := w.Beat(Boss.ID); err != nil {
		t.Fatal(err)
	}
	a, err := w.Store.Agent(t.Context(), Boss.ID)
	if err != nil || a.Rung(w.Now) || !a.PresenceSince(w.Now).Equal(answered) {
		t.Errorf("after the answer they are rung: %t, busy since %v, want %v", a.Rung(w.Now), a.PresenceSince(w.Now),
			answered)
	}
}
