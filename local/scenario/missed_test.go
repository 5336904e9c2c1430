package scenario

import (
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/settings"
)

// missed are the missed calls that an agent sees.
func (l *line) missed(id string) []record.Record {
	l.t.Helper()
	return l.history(id, map[string]any{"missed": true}).Calls
}

// callsBackAs is an agent who calls a missed call back; afterwards all see what has become of it.
func (l *line) callsBackAs(id, missed string, want call.Outcome) {
	l.t.Helper()
	does := map[call.Outcome]string{call.OutcomeBusy: "busy", call.OutcomeAnswered: "ring"}[want]
	l.must(l.Network.SetOutside(london, does))
	l.online(id)
	_, err := l.callsBack(id, map[string]string{"call": missed})
	l.must(err)
	l.answers(id)
	l.pass(2 * time.Second)
	if want == call.OutcomeAnswered {
		l.must(l.Network.Answer(l.outside(london), nil))
		l.pass(5 * time.Second)
		l.hangs(l.outside(london))
	}
	l.pass(30 * time.Second)
	l.away(id)
	list := l.missed("erin")
	if len(list) != 1 || list[0].Later == nil || list[0].Later.Outcome != want || list[0].Later.By.ID != id {
		l.t.Errorf("after %s the missed calls are %+v", want, list)
	}
}

// A caller gives up while no agent is rung. Everybody sees it and may call back; a busy number leaves it open.
func TestF370ACallerWhoGaveUpIsSeenAndCalledBack(t *testing.T) {
	t.Parallel()
	l := backs(t)
	l.away("alice")
	l.away("bob")
	caller := l.dial(london)
	l.pass(70 * time.Second)
	l.hangs(caller)
	l.pass(20 * time.Second)
	for _, id := range []string{"alice", "bob", "erin"} {
		list := l.missed(id)
		if len(list) != 1 || string(list[0].ID) != caller || list[0].Caller != london || list[0].Later != nil {
			t.Errorf("%s sees %+v", id, list)
		}
	}
	if own := l.history("bob", map[string]any{}).Calls; len(own) != 0 {
		t.Errorf("as their own, bob sees %+v", own)
	}
	l.callsBackAs("bob", caller, call.OutcomeBusy)
	l.callsBackAs("alice", caller, call.OutcomeAnswered)
	// A supervisor calls somebody else's call back: their page has the number.
	talked := l.history("erin", map[string]any{"outcome": "answered"}).Calls
	l.online("erin")
	if len(talked) == 0 {
		t.Fatal("the call back is in no history")
	}
	l.must(l.Network.SetOutside(london, "ring"))
	body := map[string]string{"call": string(talked[0].ID), "number": talked[0].Caller}
	_, err := l.callsBack("erin", body)
	l.must(err)
}

// Who is asked for a message and leaves none is a missed call; who leaves one is in the list of messages.
func TestF371WhoLeavesNoMessageIsAMissedCall(t *testing.T) {
	for name, speaks := range map[string]time.Duration{
		"hangs up before the tone": 0, "too short": time.Second, "long enough": 4 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := asleep(t)
			caller := l.dial(london)
			l.pass(time.Second)
			if speaks > 0 {
				l.leaves(caller, speaks)
			} else {
				l.untilHears(caller, "speech:Please leave")
			}
			l.hangs(caller)
			l.pass(8 * time.Minute)
			list, want, missed := l.missed("alice"), record.LeftEmpty, 1
			if speaks > 2*time.Second {
				want, missed = record.Left, 0
			}
			if len(list) != missed || len(l.messages("alice")) != 1-missed {
				t.Errorf("missed %+v, messages %+v", list, l.messages("alice"))
			}
			if all := l.history("erin", map[string]any{}).Calls; len(all) != 1 || all[0].Message != want {
				t.Errorf("the history is %+v", all)
			}
		})
	}
}

// The caller of a kept place who is not reached has called in vain, too.
func TestF370AKeptPlaceThatReachedNobodyIsAMissedCall(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	l.must(l.Network.SetOutside(london, "busy"))
	for range 2 {
		l.online("alice")
		l.until("alice is rung", 6*time.Minute, func() bool { return l.legTo("alice") != "" })
		l.answers("alice")
		l.pass(10 * time.Second)
	}
	list := l.missed("bob")
	if len(list) != 1 || string(list[0].ID) != place || list[0].Caller != london {
		t.Errorf("bob sees %+v", list)
	}
}
