package call

import (
	"slices"
	"time"
)

const (
	// questionLimit is longer than the question lasts: up to 29 s, with a greeting of the most letters before it and
	// the way into the conference (see the test of twilio.AskCaller). By then the caller is in the conference, or has
	// answered.
	questionLimit = 38 * time.Second
	// takenOut is how long after the redirect that takes the caller out, and after the question has begun, a music turn
	// of the old conference may come.
	takenOut = 5 * time.Second
)

// Question is what is known of the question whether a waiting caller goes on waiting. They are asked outside the
// conference, as it takes no keys (https://www.twilio.com/docs/voice/twiml/gather). Whoever says nothing goes on into
// the conference of their generation without a request that could be lost (see twilio.AskCaller). Nobody is rung for a
// caller who is being asked.
type Question struct {
	Due   time.Time `json:"due,omitzero"`   // since then they are being taken out of the conference for it
	Asked time.Time `json:"asked,omitzero"` // when they were asked last, or could not be
	Open  bool      `json:"open,omitempty"` // they are not known to have gone on into the conference
	Count int       `json:"n,omitempty"`    // how often they were asked
	Turn  time.Time `json:"turn,omitzero"`  // when the music ends that was requested by what may be a late turn
}

// Choice is what a caller has chosen when they were asked.
type Choice string

const (
	ChooseStay    Choice = "" // also any key that means nothing
	ChooseMessage Choice = "message"
	ChooseKeep    Choice = "keep" // be called when it is their turn
)

// Asking is the question at one moment.
type Asking struct{ change }

// Asking is the question now.
func (c *Call) Asking(now time.Time) Asking { return Asking{change{c, now}} }

// Is says whether the caller is to hear the question.
func (c Asking) Is() bool {
	return c.State == Waiting && c.Question.Open && c.now.Before(c.EnterAt)
}

// BeingAsked says whether the caller is being asked, or is about to be.
func (c *Call) BeingAsked() bool {
	return c.State == Waiting && (!c.Question.Due.IsZero() || c.Question.Open && !c.Caller.Joined && !c.MusicRequested)
}

// MayChoose says whether a choice in that generation counts.
func (c Asking) MayChoose(generation int) bool {
	return c.State.InLine() && generation == c.Generation && c.Question.Count > 0
}

// MayKeep says whether the choice to be called counts, which was made in that generation: also that of a caller who has
// hung up at once, and whose end was known before it.
func (c Asking) MayKeep(generation int) bool {
	return c.MayChoose(generation) || c.HungUp() && generation == c.Generation && c.Question.Count > 0
}

// AloneLimit is how long a caller waits, and nobody is online, before they are asked for a message.
const AloneLimit = 2 * time.Minute

// MayAlone says whether a caller is asked for a message who waits while no agent is online: after a while, once. Whom
// we have called is not asked.
func (c Asking) MayAlone() bool {
	asked := c.BeingAsked() || c.Return.Count > 0
	return c.State == Waiting && !asked && !c.Out.Dialled() && !c.now.Before(c.Since.Add(AloneLimit))
}

// ApplyAlone applies that no agent is online for a caller who waits (see MayAlone).
func (c Asking) ApplyAlone() {
	if c.MayAlone() {
		c.nobodyOnline()
	}
}

// HungUp says whether the caller has hung up before anybody has talked to them.
func (c Asking) HungUp() bool {
	return c.State == Ended && c.Reason == ReasonCallerLeft && !c.talked()
}

// talked says whether anybody has ever answered in this call.
func (l *Log) talked() bool {
	return slices.ContainsFunc(l.History, func(e Entry) bool { return e.What == Answer })
}

// DueAfter says whether the caller is to be asked now, if callers are asked once in that time while they wait; 0 is
// never.
func (c Asking) DueAfter(every time.Duration) bool {
	last := c.WaitsSince()
	if c.Question.Asked.After(last) {
		last = c.Question.Asked
	}
	asks := every > 0 && c.State == Waiting && c.CallerLive && !c.Requeued && !c.Started && c.FailedJoins == 0
	return asks && !c.BeingAsked() && !c.now.Before(last.Add(every))
}

// ApplyEvery applies that callers are asked once in that time.
func (c Asking) ApplyEvery(every time.Duration) {
	if c.DueAfter(every) {
		c.Question.Due = c.now
	}
}

// taken: the caller's <Dial> has ended because they are to be asked.
func (c Asking) taken() bool {
	due := !c.Question.Due.IsZero()
	c.Question.Due = time.Time{}
	if !due || c.State != Waiting || !c.redirecting(c.now) {
		return false
	}
	c.forgetConference()
	c.CallerAbsentSince = time.Time{}
	c.Generations = Generations{Generation: c.Generation + 1}
	c.ask()
	return true
}

// LateTurn says whether a request for music may be a late one of the conference that the caller was taken out of for
// the question: the address does not tell. Who says nothing is asked for longer than that.
func (c Asking) LateTurn() bool {
	return c.Is() && c.now.Before(c.Question.Asked.Add(takenOut))
}

// ApplyLateTurn applies such a request, for music of that length. It ends nothing. If it is not late, as the caller has
// gone on at once by a key that makes no request, the event about their joining tells so.
func (c Asking) ApplyLateTurn(d time.Duration) { c.Question.Turn = c.now.Add(d) }

// outside says whether the caller waits and has not been in the conference of this generation, so that they can be
// asked on their way into it; nobody is rung for them.
func (c Asking) outside() bool {
	return c.State == Waiting && c.CallerLive && !c.Question.Open && !c.MusicRequested && !c.Caller.Joined && !c.Started
}

// MayOnArrival says whether the caller has just arrived, so that they can be asked.
func (c Asking) MayOnArrival() bool { return c.outside() && c.Generation == 0 && c.Question.Count == 0 }

// ApplyArrival applies that a caller who has just arrived is asked before they join a conference.
func (c Asking) ApplyArrival() {
	if c.MayOnArrival() {
		c.ask()
	}
}

// MayOnReturn says whether the caller has just come back into the queue, so that they can be asked.
func (c Asking) MayOnReturn() bool { return c.outside() && c.Return.Count > 0 }

// ApplyReturn applies that a caller who has just come back is asked before they join a conference.
func (c Asking) ApplyReturn() {
	if c.MayOnReturn() {
		c.ask()
	}
}

// ApplyAgain applies that a request is repeated whose answer was lost: who is asked by it hears the question from its
// beginning.
func (c Asking) ApplyAgain() {
	if c.Is() {
		c.askAgain()
	}
}

// ask begins the question, after which the caller joins the conference of this generation.
func (c Asking) ask() {
	c.Question = Question{Asked: c.now, Open: true, Count: c.Question.Count + 1}
	c.askAgain()
}

// askAgain: the caller hears the question from its beginning, for the request for it was repeated.
func (c Asking) askAgain() {
	c.EnterAt = c.now.Add(questionLimit)
	c.restart(questionLimit, c.now)
}

// ApplyChoice applies what the caller has chosen. A choice in an earlier generation changes nothing, as the caller was
// taken out of the question meanwhile.
func (c Asking) ApplyChoice(generation int, a Choice) {
	switch {
	case a == ChooseKeep && c.State == Ended && c.MayKeep(generation):
		c.Reason = ReasonKept
	case !c.MayChoose(generation):
	case a == ChooseMessage:
		c.end(Entry{What: Expire}, ReasonMessage)
	case a == ChooseKeep:
		c.end(Entry{What: Expire}, ReasonKept)
	case c.Question.Open:
		c.EnterAt, c.Question.Turn = c.now, time.Time{}
		c.restart(0, c.now)
	}
}

// notTaken: the redirect that was to take the caller out has failed, or took no effect. The music goes on, and they are
// asked another time.
func (c Asking) notTaken() {
	if !c.Question.Due.IsZero() {
		c.Question.Due, c.Question.Asked, c.RedirectedAt = time.Time{}, c.now, time.Time{}
	}
}

// wentOn: the caller is in the conference after the question.
func (c Asking) wentOn() {
	if c.Question.Open {
		c.Question.Open = false
		if c.now.Before(c.EnterAt) {
			c.EnterAt = c.now
		}
		if c.now.Before(c.Question.Turn) { // so it was not late
			c.MusicRequested, c.MusicEnds = true, c.Question.Turn
		}
		c.Question.Turn = time.Time{}
	}
}

// question plans to take the caller out of the conference: once, for if that fails they are asked another time.
func (p planner) question() []Effect {
	if p.State != Waiting || p.Question.Due.IsZero() || !p.RedirectedAt.Before(p.Question.Due) {
		return nil
	}
	return []Effect{RejoinConference{}}
}
