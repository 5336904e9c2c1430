package call_test

import (
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

const askEvery = 3 * time.Minute

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// inLine is a call whose caller has waited so long, with music, in generation 0.
func inLine(waits time.Duration) (*call.Call, time.Time) {
	now := monday
	c := call.New("CA1", "+15550199", true, now)
	c.ApplyConferenceEvent(call.ConferenceEvent{
		Conference: "CF1", Kind: call.ParticipantJoined, Leg: "CA1", Label: call.CallerLabel,
	}, now)
	for now.Sub(monday) < waits {
		now = now.Add(12 * time.Second)
		c.ApplyMusicTurn(now)
		c.ApplyMusicLength(12*time.Second, now)
	}
	return c, now
}

// takenOut is such a call when the caller's <Dial> has ended for the question.
func takenOut(t *testing.T) (*call.Call, time.Time) {
	c, now := inLine(askEvery)
	c.Asking(now).ApplyEvery(askEvery)
	effects := c.Plan(Ring, now)
	if len(effects) != 1 || effects[0] != (call.RejoinConference{}) {
		t.Fatalf("the plan is %v", effects)
	}
	c.ApplyStarted(effects, now)
	c.ApplyResult(effects[0], call.Result{Kind: call.Done}, now)
	c.ApplyDialEnded(0, now.Add(time.Second))
	now = now.Add(time.Second)
	if !c.Asking(now).Is() || c.Generation != 1 || c.FailedJoins != 0 {
		t.Fatalf("asked: %+v, %+v", c.Question, c.Generations)
	}
	return c, now
}

func mayOffer(c *call.Call, now time.Time) bool {
	return c.Offering(nil, now).May(&agent.Agent{ID: "alice", HeartbeatAt: now})
}

func TestF294WhoWaitsIsAskedOnceInAWhile(t *testing.T) {
	c, now := inLine(time.Minute)
	if c.Asking(now).ApplyEvery(askEvery); c.BeingAsked() {
		t.Error("asked after a minute")
	}
	if c.Asking(now.Add(time.Hour)).ApplyEvery(0); c.BeingAsked() {
		t.Error("asked on a line that does not ask")
	}
	c, now = takenOut(t)
	if mayOffer(c, now) {
		t.Error("an agent may be rung for a caller who is being asked")
	}
	queued := c.Queued
	now = now.Add(20 * time.Second)
	c.ApplyConferenceEvent(call.ConferenceEvent{
		Conference: "CF2", Kind: call.ParticipantJoined, Leg: "CA1", Label: call.CallerLabel,
	}, now)
	if !mayOffer(c, now) || c.Queued != queued || c.Asking(now).Is() {
		t.Errorf("who has stayed may not be offered, or has lost their place: %+v", c.Question)
	}
	c.ApplyMusicTurn(now)
	c.ApplyMusicLength(8*time.Second, now)
	if c.Asking(now.Add(time.Minute)).ApplyEvery(askEvery); c.BeingAsked() {
		t.Error("asked again after a minute")
	}
	if c.Asking(now.Add(askEvery)).ApplyEvery(askEvery); !c.BeingAsked() {
		t.Error("not asked again")
	}
}

func TestF294WhoIsRungOrHasTalkedIsNotAsked(t *testing.T) {
	c, now := inLine(askEvery)
	if err := c.StartOffer(&agent.Agent{ID: "alice"}, "k1", Ring, now); err != nil {
		t.Fatal(err)
	}
	if c.Asking(now).ApplyEvery(askEvery); c.BeingAsked() {
		t.Error("asked while an agent is rung")
	}
	c, now = inLine(askEvery)
	c.Requeued = true
	if c.Asking(now).ApplyEvery(askEvery); c.BeingAsked() {
		t.Error("asked after a talk")
	}
}

func TestF295TheRedirectToTheQuestionFails(t *testing.T) {
	for _, kind := range []call.ResultKind{call.Refused, call.Throttled, call.Unknown} {
		c, now := inLine(askEvery)
		c.Asking(now).ApplyEvery(askEvery)
		effects := c.Plan(Ring, now)
		c.ApplyStarted(effects, now)
		c.ApplyResult(effects[0], call.Result{Kind: kind}, now)
		if again := c.Plan(Ring, now); len(again) > 0 {
			t.Errorf("%d: planned again: %v", kind, again)
		}
		if kind == call.Unknown && mayOffer(c, now) {
			t.Error("offered although the caller may be asked now")
		}
		now = now.Add(12 * time.Second) // the music goes on, so they were not taken out
		c.ApplyMusicTurn(now)
		c.ApplyMusicLength(12*time.Second, now)
		if c.Asking(now).ApplyEvery(askEvery); c.BeingAsked() || !mayOffer(c, now) || c.Generation != 0 {
			t.Errorf("%d: %+v, may be offered %t", kind, c.Question, mayOffer(c, now))
		}
	}
}

func TestF296AKeyLeadsToAMessageOrBackIntoTheLine(t *testing.T) {
	c, now := takenOut(t)
	c.Asking(now).ApplyChoice(1, call.ChooseStay)
	if c.State != call.Waiting || c.Generation != 1 || c.Asking(now).Is() || mayOffer(c, now) {
		t.Errorf("who stays: %s, %+v", c.State, c.Question)
	}
	c, now = takenOut(t)
	if c.Asking(now).ApplyChoice(0, call.ChooseMessage); c.State != call.Waiting {
		t.Error("a choice in an earlier generation ends the call")
	}
	c.Asking(now).ApplyChoice(1, call.ChooseMessage)
	if c.State != call.Ended || c.Reason != call.ReasonMessage {
		t.Errorf("the message was chosen: %s, %s", c.State, c.Reason)
	}
	c.ApplyGoodbyeHeard()
	queued := c.Queued
	if err := c.ApplyReturned(now.Add(time.Minute)); err != nil || c.Queued != queued || c.Generation != 2 {
		t.Errorf("without a message: %v, queued %v", err, c.Queued)
	}
	if c.BeingAsked() {
		t.Error("who has come back is still being asked")
	}
}

// No request tells how the question ended: the clock of the music looks after the caller.
func TestF297StuckInTheQuestion(t *testing.T) {
	c, now := takenOut(t)
	if got := c.Plan(Ring, now.Add(38*time.Second)); len(got) > 0 {
		t.Errorf("planned while the question may last: %v", got)
	}
	now = now.Add(time.Minute)
	effects := c.Plan(Ring, now)
	if len(effects) != 1 || effects[0] != (call.RejoinConference{}) || !c.Hearing(now).MusicStopped() {
		t.Fatalf("planned afterwards: %v", effects)
	}
	c.ApplyStarted(effects, now)
	c.ApplyDialEnded(1, now)
	if c.Generation != 2 || c.BeingAsked() || c.State != call.Waiting {
		t.Errorf("%+v, %+v", c.Generations, c.Question)
	}
}

// The request at the end of the <Dial> is made twice, the second time after Twilio has waited for the first answer.
func TestF298TheQuestionIsFetchedTwice(t *testing.T) {
	c, now := takenOut(t)
	now = now.Add(9 * time.Second)
	c.ApplyDialEnded(0, now)
	if c.Generation != 1 || !c.Asking(now.Add(35*time.Second)).Is() ||
		c.Hearing(now.Add(38*time.Second)).MusicStopped() {
		t.Errorf("the clock of the question was not set anew: %+v", c.Generations)
	}
}

// The key # ends a <Gather> without a request (https://www.twilio.com/docs/voice/twiml/gather#finishonkey): the caller
// joins at once, and the request for their music may come before the event about it.
func TestF298AnEarlyTurnIsNoLateOneIfTheCallerHasJoined(t *testing.T) {
	c, now := takenOut(t)
	now = now.Add(2 * time.Second)
	if !c.Asking(now).LateTurn() {
		t.Fatal("the turn cannot be a late one")
	}
	c.Asking(now).ApplyLateTurn(12 * time.Second)
	if !c.BeingAsked() || c.Hearing(now.Add(30*time.Second)).MusicStopped() {
		t.Errorf("the turn has ended the question: %+v", c.Question)
	}
	c.ApplyConferenceEvent(call.ConferenceEvent{
		Conference: "CF2", Kind: call.ParticipantJoined, Leg: "CA1", Label: call.CallerLabel,
	}, now)
	if c.BeingAsked() || c.Hearing(now.Add(12*time.Second)).MusicStopped() ||
		!c.Hearing(now.Add(20*time.Second)).MusicStopped() {
		t.Errorf("the music of the turn does not count: %v, %+v", c.MusicEnds.Sub(now), c.Question)
	}
}

// While nobody is online a caller is asked for a message after two minutes, once. Whom an agent is rung for, who is
// being asked something, and whom we have called, is not.
func TestF378WhoIsAloneIsAskedOnce(t *testing.T) {
	alone := func(c *call.Call, now time.Time) bool {
		c.Asking(now).ApplyAlone()
		return c.Reason == call.ReasonNobodyOnline
	}
	c, now := inLine(time.Minute)
	if alone(c, now) {
		t.Error("asked after a minute")
	}
	c, now = inLine(2 * time.Minute)
	c.Out.Number = "+15550199"
	if alone(c, now) {
		t.Error("asked though we have called them")
	}
	if c, now = takenOut(t); alone(c, now) {
		t.Error("asked while they are asked whether they stay")
	}
	c, now = inLine(2 * time.Minute)
	if err := c.StartOffer(&agent.Agent{ID: "alice"}, "k1", Ring, now); err != nil || alone(c, now) {
		t.Errorf("asked while an agent is rung: %v", err)
	}
	c, now = inLine(2 * time.Minute)
	if !alone(c, now) {
		t.Fatal("not asked after two minutes")
	}
	queued := c.Queued
	if err := c.ApplyReturned(now); err != nil || alone(c, now.Add(time.Hour)) {
		t.Errorf("asked twice: %v", err)
	}
	if !c.Queued.Equal(queued) {
		t.Error("the caller has lost their place")
	}
}
