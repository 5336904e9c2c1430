package call

import "time"

// elsewhere: the effect was begun in a conference that the call has left.
func (c resultChange) elsewhere(r Result) bool {
	return r.Began != nil && r.Began.Conference != c.Conference
}

// overtaken: another hold or resume of the party was begun since, after an event had told what became of this one. So
// its result, which comes last, says nothing of how the party is now.
func (c resultChange) overtaken(p *Participant, leg LegID, r Result) bool {
	if r.Began == nil {
		return false
	}
	then := change{r.Began, c.now}.party(leg)
	return then != nil && p.begun() > then.begun()
}

// holdDone applies the result of a hold or a resume, of the caller or of another leg.
func (c resultChange) holdDone(a SetHold, r Result) {
	p := c.party(a.Leg)
	if p == nil || c.elsewhere(r) {
		return
	}
	if l := c.bySID(a.Leg); l != nil && p != &c.Caller && r.Kind == AlreadyGone {
		c.legEnded(l.Key, a.Leg, OutcomeLost)
		return
	}
	if c.overtaken(p, a.Leg, r) {
		p.applyLate(a.Hold, r, c.now)
		return
	}
	began, meanwhile := p.ResumingSince, p.takeMeanwhile()
	p.ResumingSince = time.Time{}
	if a.Hold {
		p.HoldingSince = time.Time{}
	} else {
		p.applyResume(r, began, c.now)
	}
	if r.Kind == Done {
		c.holdCarriedOut(p, a.Hold, meanwhile)
		return
	}
	c.holdFailed(p, a.Hold, r)
	if r.Kind == Unknown && meanwhile == toldAs(a.Hold) {
		holding{c.change, p}.toldMeanwhile(a.Hold)
	}
	if p == &c.Caller && a.Hold && c.State == ConsultRinging && r.Kind != Unknown && !c.CallerHeld() {
		c.consultWithoutHold(r)
	}
}

// holdCarriedOut applies a hold or a resume that was carried out. An earlier request, whose result is not known, may
// have undone it meanwhile, and so may one that was to restart the music.
func (c resultChange) holdCarriedOut(p *Participant, held bool, meanwhile Told) {
	caller := p == &c.Caller
	undone := meanwhile == toldAs(!held)
	if !held {
		if caller && p.Held { // the rest of the turn is not heard
			c.MusicEnds = time.Time{}
		}
		p.setHeld(false, c.now)
		restarted := caller && c.now.Before(c.MusicRepeatedAt.Add(resumeLimit))
		p.HoldUncertain = undone && (restarted || !p.HoldAskedAt.IsZero())
		return
	}
	p.HoldAskedAt = time.Time{}
	undone = undone && !p.LateResume.IsZero()
	if undone {
		p.applyHeld(false, c.now)
	}
	p.applyHoldRepeated(c.now)
	p.HoldUncertain = undone
	if caller {
		c.startMusic(0, c.now)
	}
}

// holdFailed applies a hold or a resume that was not carried out, as far as is known.
func (c resultChange) holdFailed(p *Participant, held bool, r Result) {
	if held && p == &c.Caller {
		c.MusicRepeatedAt = time.Time{}
	}
	switch r.Kind {
	case Unknown:
		p.HoldUncertain = true
		if held && r.Slow {
			p.HoldAskedAt = c.now
		}
	case AlreadyGone:
		c.Stale = true // the conference may have ended: reconcile
	}
}

// consultWithoutHold: the caller could not be put on hold, so the consult fails and the agent stays with the caller. If
// the result is unknown, the hold may still be carried out, and the target waits for it (see plannedLimit).
func (c resultChange) consultWithoutHold(r Result) {
	if t := c.Leg(c.Transfer.targetKey()); t != nil && t.Phase == LegPlanned {
		c.legEnded(t.Key, "", Failed(r.Code))
	} else if t != nil {
		c.withdrawLeg(t.Key, Failed(r.Code))
	}
}

// holding is the change of one party's hold: the caller's, or another participant's.
type holding struct {
	change
	*Participant
}

// event applies what an event tells.
func (h holding) event(e ConferenceEvent) {
	held := e.Kind == ParticipantHeld
	if e.Seq >= 0 && h.ResumesTold >= h.Resumes { // it is of the last request
		h.known(held)
		return
	}
	h.told(held)
}

// told applies what an event or a turn of music tells. What comes too late is not believed: then Twilio is asked. In
// the queue nobody else is there to be heard, and a hold on a mere doubt would begin the music anew.
func (h holding) told(held bool) {
	switch {
	case h.outdated(held):
		h.Stale = true
		if held && h.now.Before(h.ReconciledAt.Add(reconcileEvery)) { // it is not asked yet: a resume does no harm
			h.HoldUncertain = true
		}
	case h.ambiguous(h.now):
		h.Meanwhile = toldAs(held)
	case held && h.doubtful() && !h.State.InLine():
		h.doubtHold()
	case !held && h.PendingResumes == 1 && h.Resumes > 1:
		h.Stale = true // of which resume?
	default:
		h.shown(held)
	}
}

// toldMeanwhile applies what was told while a hold or resume was on its way whose result is not known. It may be of one
// before it.
func (h holding) toldMeanwhile(held bool) {
	switch {
	case held:
		h.doubtHold()
	case h.Resumes == 1:
		h.shown(false)
	default:
		h.Stale = true
	}
}

// doubtHold: the party may be on hold. Twilio is asked, and until it has answered, no hold begins the music anew.
func (h holding) doubtHold() { h.Stale, h.HoldUncertain, h.HoldAskedAt = true, true, h.now }

// shown applies how the party is said to be, or keeps it while that is ambiguous.
func (h holding) shown(held bool) {
	if h.ambiguous(h.now) {
		h.Meanwhile = toldAs(held)
		return
	}
	h.known(held)
}

// known applies how the party is known to be. For the caller music begins with a hold, and ends with it.
func (h holding) known(held bool) {
	before := h.Held
	h.applyHeld(held, h.now)
	if h.Participant != &h.Caller {
		return
	}
	switch {
	case h.Held && !before:
		h.startMusic(0, h.now)
	case !h.Held && before:
		h.MusicEnds = time.Time{} // the rest of the turn is not heard
	}
}

// expire gives up waiting for the result of a hold or a resume that nobody has saved in time.
func (h holding) expire() {
	resumed := !h.ResumingSince.IsZero()
	h.expireResume(h.now)
	if h.Meanwhile == "" || h.ambiguous(h.now) {
		return
	}
	if t := h.takeMeanwhile(); t == toldAs(!resumed) {
		h.toldMeanwhile(!resumed)
	}
}
