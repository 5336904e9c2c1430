package scenario

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
)

// invites dials somebody into a conference by hand, as only a program with the account's keys can.
func (l *line) invites(room, number string) (status int, answer map[string]any) {
	return l.rest("Conferences/"+room+"/Participants",
		url.Values{"From": {l.Number}, "To": {number}, "Label": {"stranger" + number[1:]}})
}

// N5: a conference has one place more than its parties, for the moment in which one leg replaces another, and two for
// supervisors. An unknown leg that takes one of them is hung up at once.
func TestF094StrangersAreNotLetIntoTheRoom(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"consulting", "three-way"} {
		l := open(t)
		caller := consulting(l)
		if phase == "three-way" {
			l.presses("alice", "join", "")
		}
		alice, bob := l.legTo("alice"), l.legTo("bob")
		room := string(l.conference(caller).Conference)
		var strangers []string
		for _, number := range []string{"+15550171", "+15550172", "+15550173"} {
			status, answer := l.invites(room, number)
			if status != http.StatusCreated {
				t.Fatalf("after %d strangers: %d %v", len(strangers), status, answer)
			}
			strangers = append(strangers, answer["call_sid"].(string))
		}
		status, answer := l.invites(room, "+15550174")
		if code, _ := answer["code"].(float64); status != http.StatusBadRequest || code != 16020 {
			t.Errorf("the seventh is answered %d %v, want that the conference is full (16020)", status, answer)
		}
		for _, stranger := range strangers {
			l.must(l.Network.Answer(stranger, nil))
			l.settle()
			l.wantOver(stranger)
		}
		if phase == "consulting" {
			l.together(alice, bob)
			l.waits(caller)
			if heard := l.inTurn(caller); heard != "music alice music" {
				t.Errorf("the caller heard %q", heard)
			}
		} else {
			l.together(caller, alice, bob)
		}
		l.wantState("alice", phase)
		for _, stranger := range strangers {
			l.wantPutOut(stranger)
		}
		l.pass(2 * time.Minute)
		l.wantState("alice", phase)
		l.presses("alice", "complete", "") // and the place is free again
		l.pass(2 * time.Second)
		l.together(caller, bob)
		l.done(10 * time.Second)
	}
}

// wantPutOut asserts that our service ended a leg.
func (l *line) wantPutOut(sid string) {
	l.t.Helper()
	if !slices.ContainsFunc(l.Network.Records(0), func(r journal.Record) bool {
		return r.Event == "UpdateCall" && r.SID == sid && r.Params["Status"] == "completed"
	}) {
		l.t.Errorf("nobody ended %s", sid)
	}
}

// Other programs use the account, too: a conference of their own, one that is named like ours, and a call that rings.
func TestF127TheSweepLeavesForeignCallsAlone(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	const likeOurs = "CA99999999999999999999999999999999"
	foreign := map[string]bool{}
	for _, room := range []string{"board-meeting", likeOurs} {
		var legs []string
		for _, number := range []string{"+15550181", "+15550182"} {
			sid := l.made("Calls", url.Values{
				"From": {l.Number}, "To": {number},
				"Twiml": {`<Response><Dial><Conference>` + room + `</Conference></Dial></Response>`},
			})
			l.must(l.Network.Answer(sid, nil))
			l.settle()
			legs = append(legs, sid)
			foreign[sid] = true
		}
		for i, sid := range legs {
			if c, _ := l.Network.Call(sid); c.Conference != room || len(c.Hears) != 1 ||
				c.Hears[0] != "leg:"+legs[1-i] {
				t.Fatalf("it is not the conference that was meant: %+v", c)
			}
		}
	}
	foreign[l.made("Calls", url.Values{
		"From": {l.Number}, "To": {"+15550183"}, "Timeout": {"600"},
		"Twiml": {`<Response><Say>Hello.</Say></Response>`},
	})] = true
	caller := l.dial("+15550199")
	// One of our own calls, of which nothing more is told: the sweep has something to look for.
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
	l.together(caller, l.answers("alice"))
	before := int64(len(l.Network.Records(0)))
	l.pass(3 * time.Minute)
	l.together(caller, l.legTo("alice"))
	for sid := range foreign {
		l.wantLive(sid)
	}
	looked := 0
	for _, r := range l.Network.Records(before) {
		if r.Kind != "rest" {
			continue
		}
		if looked++; r.Method == http.MethodPost && r.Event != "CreateUserDefinedMessage" {
			t.Errorf("the sweep did %s %s %v", r.Event, r.URL, r.Params)
		}
		for sid := range foreign {
			if strings.Contains(r.URL, sid) {
				t.Errorf("the sweep asked about a foreign call: %s %s", r.Event, r.URL)
			}
		}
	}
	if looked == 0 {
		t.Error("the sweep has asked nothing at all")
	}
	for sid := range foreign { // at the end, done must find none alive
		l.hangs(sid)
	}
	l.done(90 * time.Second)
}

// Another program with the same account rings an agent from our number, just when it is not known whether we do, and no
// callback comes for ours. Twilio's list does not say whose call is whose: theirs is left alone, and ours, if there is
// one, is let in.
func TestF026F127AnotherProgramsCallToAnAgentIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"fail", "fail-after"} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.online("alice")
			l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/leg/"}, Do: "drop"})
			l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "CreateCall"}, Do: do, Times: 1})
			caller := l.dial("+15550199") // their join is told
			l.nothingTold()
			ours := l.legTo("alice")
			if (ours != "") != (do == "fail-after") {
				t.Fatalf("our own leg is %q", ours)
			}
			theirs := l.made("Calls", url.Values{
				"From": {l.Number}, "To": {"client:alice"}, "Timeout": {"600"},
				"Twiml": {`<Response><Play loop="0">` + l.API + `/music/00.wav</Play></Response>`},
			})
			l.pass(12 * time.Second) // long enough to be looked for
			l.waits(caller)
			if ours != "" {
				l.must(l.Network.Answer(ours, nil))
				l.settle()
				l.together(caller, ours)
			}
			l.pass(5 * time.Second)
			l.hangs(caller)
			l.pass(90 * time.Second)
			l.wantLive(theirs)
			for _, r := range l.Network.Records(0) {
				if r.Kind == "rest" && r.Method == http.MethodPost && strings.Contains(r.URL, theirs) {
					t.Errorf("their call was told %s %v", r.Event, r.Params)
				}
			}
			l.hangs(theirs) // at the end, done must find none alive
			l.done(0)
		})
	}
}
