package scenario

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// No callback of the answer arrives. The conference's SID, without which nobody can be put on hold, is found by asking
// Twilio.
func TestF029TheAnswerIsNotTold(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	caller := l.dial("+15550199")
	for _, event := range []string{"call-answered", "participant-join"} {
		l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Event: event}, Do: "drop"})
	}
	alice := l.answers("alice")
	l.together(caller, alice)
	l.wantState("alice", "talking")
	l.pass(60 * time.Second)
	if c := l.conference(caller); !c.Started || c.Conference == "" || !c.Caller.Joined || !c.Leg(c.Owner).Joined {
		t.Errorf("60 s later the item has conference %q, started %t, caller %+v, owner %+v", c.Conference, c.Started,
			c.Caller,
			c.Leg(c.Owner))
	}
	l.presses("alice", "consult", "bob")
	l.waits(caller)
	l.together(alice, l.answers("bob"))
	l.presses("alice", "complete", "")
	l.until("bob has the caller alone", 20*time.Second,
		func() bool { return l.hears(caller) == "bob" && !l.live(alice) })
	l.done(90 * time.Second)
}

// A leg leaves its conference and rejoins it, and the event of the leaving comes after that of the joining: the leg is
// there.
func TestF101AgentsLegJoinsLeavesAndJoinsAgain(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	alice := l.legTo("alice")
	l.fault(leavesLate)
	status, answer := l.rest("Calls/"+alice, url.Values{
		"Url": {l.API + "/connect-agent/" + caller + "/" + string(l.conference(caller).Owner)}, "Method": {"POST"},
	})
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	l.wantInTurn(alice, "caller")
	l.wantStaysWith(caller, "alice")
	if n := l.dials("alice"); n != 1 {
		t.Errorf("alice was dialled %d times: the second join was not honoured", n)
	}
	l.done(10 * time.Second)
}

// The caller rejoins a conference of the same name, another one, after somebody has ended the first by hand.
func TestF101CallerJoinsLeavesAndJoinsAgain(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	l.fault(leavesLate)
	room := l.conference(caller).Conference
	if status, answer := l.rest("Conferences/"+string(room),
		url.Values{"Status": {"completed"}}); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	l.wantLive(caller)
	l.waits(caller)
	l.until("alice is rung", 20*time.Second, func() bool { return l.legTo("alice") != "" })
	l.together(caller, l.answers("alice"))
	l.wantStaysWith(caller, "alice")
	if c := l.conference(caller); c.Conference == room || !c.Caller.Joined || c.Generation != 1 {
		t.Errorf("the item has conference %s, generation %d, caller %+v", c.Conference, c.Generation, c.Caller)
	}
	l.done(10 * time.Second)
}

// leavesLate keeps back the word of who has left.
var leavesLate = faults.Rule{Kind: "webhook", Match: faults.Match{Event: "participant-leave"}, Do: "delay",
	DelayMs: 4000}

// wantStaysWith asserts that the caller stays with the agent through the late events, the sweeps and the polls, and
// that the stored state of both is right: hold works.
func (l *line) wantStaysWith(caller, id string) {
	l.t.Helper()
	for range 30 {
		l.together(caller, l.legTo(id))
		l.pass(4 * time.Second)
	}
	l.wantState(id, "talking")
	l.wantRole(id, "owner")
	l.presses(id, "hold", "")
	l.waits(caller)
	l.presses(id, "resume", "")
	l.together(caller, l.legTo(id))
}

// Events of alice's first call arrive during the second: late ones, and one that names the second call and the first
// leg.
func TestF106EventsOfAnAgentsOldLegWhenTheyHaveANewCall(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	first := l.dial("+15550191")
	old := l.answers("alice")
	oldKey := string(l.conference(first).Owner)
	l.pass(5 * time.Second)
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "delay", DelayMs: 30_000})
	l.presses("alice", "end", "")
	l.pass(8 * time.Second)
	l.wantOver(old)
	second := l.dial("+15550192")
	l.until("alice is rung", 15*time.Second, func() bool { return l.legTo("alice") != "" })
	leg := l.answers("alice")
	l.together(second, leg)
	version := l.conference(second).Version
	for _, conference := range []string{first, second} {
		path := "/events/leg/" + conference + "/" + oldKey
		form := url.Values{"AccountSid": {stack.MadeUp().SID}, "CallSid": {old}, "CallStatus": {"completed"},
			"SequenceNumber": {"9"}}
		if status, body, _ := l.post(path, form, signed(l.API+path, form)); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", path, status, body)
		}
		l.settle()
	}
	if c := l.conference(second); c.Version != version || c.Owner == "" {
		t.Errorf("a word about the old leg changed the new call: version %d became %d", version, c.Version)
	}
	l.pass(time.Minute) // by now all the late events have come
	l.together(second, leg)
	l.wantState("alice", "talking")
	l.wantPresence("alice", "busy")
	if l.conference(first).Live() {
		t.Error("the first call has been taken up again")
	}
	l.done(60 * time.Second)
}

// No event tells of the caller's conference: the sweep finds it, before it has started and after.
func TestF197ARoomIsFoundBeforeItHasStartedAndAfter(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.gap = 10 * time.Second
	l.nothingTold()
	caller := l.dial("+15550199")
	l.pass(70 * time.Second)
	c := l.conference(caller)
	if c.Conference == "" || c.Started || !c.Caller.Joined {
		t.Errorf("the waiting caller is in conference %q, started %v, joined %v", c.Conference, c.Started,
			c.Caller.Joined)
	}
	l.waits(caller)
	l.online("alice")
	l.together(caller, l.answers("alice"))
	l.pass(70 * time.Second)
	if now := l.conference(caller); now.Conference != c.Conference || !now.Started || now.Generation != 0 {
		t.Errorf("the talking caller is in conference %q, started %v, generation %d; it was %q",
			now.Conference, now.Started, now.Generation, c.Conference)
	}
	l.together(caller, l.legTo("alice"))
	l.done(90 * time.Second)
}
