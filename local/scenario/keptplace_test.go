package scenario

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/teamview"
)

// keeps opens a line whose callers may keep their place, and that asks who waits every two minutes. Nobody is free.
func keeps(t *testing.T, set settings.Values) *line {
	l := open(t, allow, func(o *stack.Options) { o.Parameters["CallBack"] = "on" })
	set.Question = settings.Question{Every: 2, Keep: true}
	l.sets(set)
	l.online("alice")
	l.away("alice")
	return l
}

// keepsPlace is a caller from london who has chosen to be called, and the place that they keep.
func (l *line) keepsPlace() (caller, place string) {
	l.t.Helper()
	caller = l.dial(london)
	l.pass(100 * time.Second)
	l.untilHears(caller, theQuestion)
	l.untilHears(caller, "speech:To be called back")
	l.must(l.Network.DTMF(caller, "2"))
	l.pass(time.Second)
	if got := l.sound(caller); !strings.HasPrefix(got, "speech:Your place in the line is kept") {
		l.t.Errorf("after the key the caller hears %q", got)
	}
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.wantNoGap(caller)
	place = string(call.KeptID(call.ID(caller)))
	if c := l.conference(place); c == nil || c.State != call.KeepsPlace {
		l.t.Fatalf("the place is %+v", c)
	}
	return caller, place
}

// The caller of a place hangs up while they hear that it is kept.
func TestF319TheCallerHangsUpInTheLastWords(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	caller := l.dial(london)
	l.pass(100 * time.Second)
	l.untilHears(caller, "speech:To be called back")
	l.must(l.Network.DTMF(caller, "2"))
	l.untilHears(caller, "speech:Your place in the line is kept")
	l.hangs(caller)
	l.pass(10 * time.Second)
	if c := l.conference(string(call.KeptID(call.ID(caller)))); c == nil || c.State != call.KeepsPlace {
		t.Fatalf("the place is %+v", c)
	}
	l.online("alice")
	l.pass(12 * time.Second)
	l.answers("alice")
	l.pass(time.Second)
	l.must(l.Network.Answer(l.outside(london), nil))
	l.pass(2 * time.Second)
	l.together(l.legTo("alice"), l.outside(london))
}

// The settings change in the middle of the question: the caller has their place in the line, or keeps it.
func TestF267TheQuestionIsSwitchedOffWhileACallerIsAsked(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"1", "2", ""} {
		l := keeps(t, settings.Values{})
		caller := l.dial(london)
		l.pass(100 * time.Second)
		l.untilHears(caller, theQuestion)
		l.sets(settings.Values{})
		if key != "" {
			l.must(l.Network.DTMF(caller, key))
		}
		l.pass(time.Minute)
		place := l.conference(string(call.KeptID(call.ID(caller))))
		switch {
		case key == "1" && l.sound(caller) == "recording":
		case l.live(caller):
			l.waits(caller)
		case key != "2" || place == nil:
			t.Errorf("after %q the caller has neither a place in the line nor one that is kept", key)
		}
		l.wantNoGap(caller)
	}
}

func TestF301AKeptPlaceIsCalledWhenItIsItsTurn(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	later := l.dial("+15550198")
	l.pass(5 * time.Minute)
	if l.outside(london) != "" {
		t.Error("the caller is dialled while nobody is free")
	}
	l.online("alice")
	l.pass(12 * time.Second)
	agent := l.answers("alice")
	l.pass(time.Second)
	back := l.outside(london)
	if c, _ := l.Network.Call(back); c.Status != "ringing" || c.From != l.Number {
		t.Fatalf("the caller's leg is %+v; the place is %+v", c, l.conference(place))
	}
	l.waits(later)
	l.talksUntilTheEnd("alice", agent, back)
}

func TestF302ACallerWhoIsNotReachedIsTriedTwice(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	l.must(l.Network.SetOutside(london, "busy"))
	l.online("alice")
	for try := 1; try <= 2; try++ {
		l.until("alice is rung", 6*time.Minute, func() bool { return l.legTo("alice") != "" })
		l.answers("alice")
		l.pass(10 * time.Second)
		if c := l.conference(place); c.Kept.Tries != try || l.legTo("alice") != "" {
			t.Errorf("attempt %d: the place is %s, tried %d times", try, c.State, c.Kept.Tries)
		}
		l.online("alice") // out of the wrap-up
	}
	if c := l.conference(place); c.State != call.Ended || c.Reason != call.ReasonUnreached || c.Live() {
		t.Errorf("in the end the place is %s, %s", c.State, c.Reason)
	}
	l.pass(10 * time.Minute)
	l.notRinging("alice")
}

func TestF304WhoRingsInAgainHasTheOldPlace(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	later := l.dial("+15550198")
	l.pass(40 * time.Second)
	again := l.dial(london)
	l.pass(20 * time.Second)
	l.waits(again)
	if c := l.conference(place); c.State != call.KeepsPlace || string(c.Kept.Lent) != again {
		t.Errorf("the place is %s, %+v", c.State, c.Kept)
	}
	l.online("alice")
	l.pass(15 * time.Second)
	l.together(again, l.answers("alice"))
	l.waits(later)
	l.presses("alice", "end", "")
	l.pass(90 * time.Second)
	l.wantNoGap(again)
	if c := l.conference(place); c.State != call.Ended || c.Reason != call.ReasonCameBack {
		t.Errorf("when the caller was served the place is %s, %s", c.State, c.Reason)
	}
}

func TestF341WhoRingsInAgainAndHangsUpKeepsTheirPlace(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	again := l.dial(london)
	l.pass(40 * time.Second)
	l.waits(again)
	l.must(l.Network.Hangup(again))
	l.pass(90 * time.Second)
	l.online("alice")
	l.until("alice is rung", time.Minute, func() bool { return l.legTo("alice") != "" })
	l.answers("alice")
	l.pass(2 * time.Second)
	back := l.outside(london)
	if back == "" {
		t.Fatalf("the caller is not dialled; the place is %+v", l.conference(place))
	}
	l.must(l.Network.Answer(back, nil))
	l.pass(2 * time.Second)
	l.presses("alice", "end", "")
	l.pass(15 * time.Second)
	l.wantOver(back)
}

func TestF305APlaceStaysWhileTheLineIsClosed(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{
		Zone: "UTC", Hours: &settings.Week{
			Monday: []settings.Span{{From: "09:00", To: "09:05"}, {From: "09:30", To: "24:00"}},
		},
	})
	_, place := l.keepsPlace()
	for l.clock.Now().Before(epoch.Add(6 * time.Minute)) {
		l.pass(10 * time.Second)
	}
	l.online("alice")
	l.pass(10 * time.Minute)
	l.notRinging("alice")
	if c := l.conference(place); c.State != call.KeepsPlace {
		t.Errorf("while the line is closed the place is %s", c.State)
	}
	l.until("alice is rung", 16*time.Minute, func() bool { return l.legTo("alice") != "" })
	if now := l.clock.Now(); now.Before(epoch.Add(30 * time.Minute)) {
		t.Errorf("rung at %v", now)
	}
}

// The operator closes the line, or switches calling back off, by the stack's parameters.
func TestF305APlaceIsNotCalledOnceTheStackForbidsIt(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	deploy := func(value string) {
		for _, folder := range []string{"incoming", "wait", "connect-agent", "events", "agents", "sweep"} {
			l.Gateway.Deploy(folder, "KEPT_PLACES", value)
		}
	}
	deploy("off")
	l.online("alice")
	l.pass(5 * time.Minute)
	l.notRinging("alice")
	if c := l.conference(place); c.State != call.KeepsPlace {
		t.Errorf("the place is %s", c.State)
	}
	deploy("60")
	l.until("alice is rung", time.Minute, func() bool { return l.legTo("alice") != "" })
}

// The request with the key fails: the caller is in the line, and is served once.
func TestF306TheChoiceCannotBeStored(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	caller := l.dial(london)
	l.pass(100 * time.Second)
	l.untilHears(caller, theQuestion)
	l.fault(faults.Rule{Kind: faults.Webhook, Do: faults.FailAfter, Match: faults.Match{Path: "/choice"}, Times: 9})
	l.must(l.Network.DTMF(caller, "2"))
	l.pass(90 * time.Second)
	if l.live(caller) {
		l.waitsOrTalks(caller)
	}
	l.wantNoGap(caller)
}

// A withheld number, and one that may not be dialled, is not offered the choice.
func TestF306WhoCannotBeCalledIsNotOfferedTheChoice(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"", "+4930123456", "+15550199"} {
		l := keeps(t, settings.Values{})
		caller := l.dial(from)
		l.pass(100 * time.Second)
		l.untilHears(caller, theQuestion)
		l.must(l.Network.DTMF(caller, "2"))
		l.pass(3 * time.Second)
		l.waits(caller)
		for _, h := range l.spoken(caller) {
			if strings.Contains(strings.Join(h.words, " "), "keep your place") {
				t.Errorf("%q is offered to keep the place", from)
			}
		}
	}
}

// placeTaken is a place whose turn has come, and alice, who has answered for it.
func (l *line) placeTaken() (place, agent string) {
	l.t.Helper()
	_, place = l.keepsPlace()
	l.online("alice")
	l.pass(12 * time.Second)
	return place, l.answers("alice")
}

// The page of the agent who is rung for a place dies before the caller is dialled: nobody is dialled, and no attempt is
// lost. The next agent is rung.
func TestF320ThePageDiesBeforeTheCallerOfAPlaceIsDialled(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	joins := faults.Match{Event: "participant-join"}
	l.fault(faults.Rule{Kind: faults.Webhook, Do: faults.Drop, Match: joins, Times: 2})
	place, agent := l.placeTaken()
	l.must(l.Network.Hangup(agent))
	l.settle()
	if c := l.conference(place); l.outside(london) != "" || c.Kept.Tries != 0 {
		t.Errorf("the caller is dialled for nobody: %+v", c)
	}
	l.crash("alice")
	l.Network.ClearFaults()
	l.online("bob")
	l.until("bob is rung", 2*time.Minute, func() bool { return l.legTo("bob") != "" })
	agent = l.answers("bob")
	l.pass(2 * time.Second)
	back := l.outside(london)
	l.talksUntilTheEnd("bob", agent, back)
}

// The caller of a place picks up as the agent is lost: music, and the next agent, as for each caller whose agent is
// lost.
func TestF254TheCallerOfAPlacePicksUpAsTheAgentLeaves(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, agent := l.placeTaken()
	l.pass(time.Second)
	back := l.outside(london)
	l.fault(faults.Rule{
		Kind: faults.REST, Do: "throttle", Match: faults.Match{Event: "UpdateCall"}, Times: 8,
	})
	l.must(l.Network.Hangup(agent))
	l.settle()
	l.must(l.Network.Answer(back, nil))
	l.pass(3 * time.Second)
	l.waits(back)
	l.crash("alice")
	l.online("bob")
	l.until("bob is rung", time.Minute, func() bool { return l.legTo("bob") != "" })
	agent = l.answers("bob")
	l.pass(3 * time.Second)
	l.together(agent, back)
	l.wantNoGap(back)
}

// Twilio does not record: the caller may be called back, or stays in the line.
func TestF377WhoIsNotRecordedMayBeCalledBack(t *testing.T) {
	for _, key := range []string{"", "2"} {
		t.Run("key "+key, func(t *testing.T) {
			t.Parallel()
			l := keeps(t, settings.Values{})
			l.fault(faults.Rule{Kind: faults.Record, Do: faults.Fail})
			caller := l.dial(london)
			l.pass(100 * time.Second)
			l.untilHears(caller, theQuestion)
			l.must(l.Network.DTMF(caller, "1"))
			l.untilHears(caller, notRecorded)
			l.untilHears(caller, "speech:To be called back")
			if key == "" {
				l.untilHears(caller, "music")
				l.stayed(caller, 2*time.Second)
				l.wantNoGap(caller)
				return
			}
			l.must(l.Network.DTMF(caller, key))
			l.pass(20 * time.Second)
			l.wantOver(caller)
			l.wantNoGap(caller)
			if c := l.conference(string(call.KeptID(call.ID(caller)))); c == nil || c.State != call.KeepsPlace {
				t.Errorf("the place is %+v", c)
			}
		})
	}
}

// A supervisor gives a kept place up, and is told truly why it cannot be offered.
func TestF349ASupervisorGivesAPlaceUp(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	l.supervises()
	var v teamview.View
	l.must(l.agent("erin").Call(l.ctx, http.MethodGet, "/team", nil, &v))
	if len(v.Waiting.List) != 1 || !slices.Equal(v.Waiting.List[0].Actions, []teamview.Action{teamview.End}) {
		t.Errorf("erin may: %+v", v.Waiting.List)
	}
	l.sets(settings.Values{Emergency: settings.Emergency{Closed: true}})
	l.pass(35 * time.Second)
	l.online("alice")
	var refused *stack.APIError
	if err := l.act("offer", "alice", place, "p1"); !errors.As(err, &refused) || refused.Type != "/problems/hung-up" {
		t.Errorf("an offer while the line is closed: %v", err)
	}
	for range 2 { // pressed twice
		l.must(l.act("end", "", place, "p2"))
	}
	l.pass(5 * time.Second)
	l.sets(settings.Values{})
	l.pass(time.Minute)
	c := l.conference(place)
	if c.State != call.Ended || c.Reason != call.ReasonAgentEnded || c.Live() {
		t.Errorf("the place is %s, %s", c.State, c.Reason)
	}
	l.notRinging("alice")
}

// talksUntilTheEnd lets the caller of a place pick up, talk to the agent who is on that leg, and be served.
func (l *line) talksUntilTheEnd(id, agent, back string) {
	l.t.Helper()
	l.must(l.Network.Answer(back, nil))
	l.pass(2 * time.Second)
	l.together(agent, back)
	l.presses(id, "end", "")
	l.pass(15 * time.Second)
	l.wantOver(back)
}
