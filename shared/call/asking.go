package call

import "time"

// Asking is the question at one moment.
type Asking struct{ change }

// Asking is the question now.
func (c *Call) Asking(now time.Time) Asking { return Asking{change{c, now}} }

// BeingAsked says whether the caller is being asked, or is about to be.
func (c *Call) BeingAsked() bool {
	return c.State == Waiting && (!c.Question.Due.IsZero() || c.Question.Open && !c.Caller.Joined && !c.MusicRequested)
}

// Is says whether the caller is to hear the question.
func (c Asking) Is() bool {
	return c.State == Waiting && c.Question.Open && c.now.Before(c.EnterAt)
}

// outside says whether the caller waits and has not been in the conference of this generation, so that they can be
// asked on their way into it; nobody is rung for them.
func (c Asking) outside() bool {
	return c.State == Waiting && c.CallerLive && !c.Question.Open && !c.MusicRequested && !c.Caller.Joined && !c.Started
}

// MayAlone says whether a caller is asked for a message who waits while no agent is online: after a while, once. Whom
// we have called is not asked.
func (c Asking) MayAlone() bool {
	asked := c.BeingAsked() || c.Return.Count > 0
	return c.State == Waiting && !asked && !c.Out.Dialled() && !c.now.Before(c.Since.Add(AloneLimit))
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

// MayOnReturn says whether the caller has just come back into the queue, so that they can be asked.
func (c Asking) MayOnReturn() bool { return c.outside() && c.Return.Count > 0 }

// MayOnArrival says whether the caller has just arrived, so that they can be asked.
func (c Asking) MayOnArrival() bool { return c.outside() && c.Generation == 0 && c.Question.Count == 0 }

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

// ApplyArrival applies that a caller who has just arrived is asked before they join a conference.
func (c Asking) ApplyArrival() {
	if c.MayOnArrival() {
		c.ask()
	}
}

// ApplyReturn applies that a caller who has just come back is asked before they join a conference.
func (c Asking) ApplyReturn() {
	if c.MayOnReturn() {
		c.ask()
	}
}

// ApplyEvery applies that callers are asked once in that time.
func (c Asking) ApplyEvery(every time.Duration) {
	if c.DueAfter(every) {
		c.Question.Due = c.now
	}
}

// ApplyAlone applies that no agent is online for a caller who waits (see MayAlone).
func (c Asking) ApplyAlone() {
	if c.MayAlone() {
		c.nobodyOnline()
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

// ApplyAgain applies that a request is repeated whose answer was lost: who is asked by it hears the question from its
// beginning.
func (c Asking) ApplyAgain() {
	if c.Is() {
		c.askAgain()
	}
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

// LateTurn says whether a request for music may be a late one of the conference that the caller was taken out of for
// the question: the address does not tell. Who says nothing is asked for longer than that.
func (c Asking) LateTurn() bool {
	return c.Is() && c.now.Before(c.Question.Asked.Add(takenOut))
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

// ApplyLateTurn applies such a request, for music of that length. It ends nothing. If it is not late, as the caller has
// gone on at once by a key that makes no request, the event about their joining tells so.
func (c Asking) ApplyLateTurn(d time.Duration) { c.Question.Turn = c.now.Add(d) }

// HungUp says whether the caller has hung up before anybody has talked to them.
func (c Asking) HungUp() bool {
	return c.State == Ended && c.Reason == ReasonCallerLeft && !c.talked()
}

// question plans to take the caller out of the conference: once, for if that fails they are asked another time.
func (p planner) question() []Effect {
	if p.State != Waiting || p.Question.Due.IsZero() || !p.RedirectedAt.Before(p.Question.Due) {
		return nil
	}
	return []Effect{RejoinConference{}}
}
