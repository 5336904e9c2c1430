package call

import "time"

// Participant is what is known of one leg inside the conference.
type Participant struct {
	Joined bool `json:"joined,omitempty"`
	Held   bool `json:"held,omitempty"`
	// HoldUncertain: the result of the last hold or resume is unknown, so it is repeated.
	HoldUncertain bool `json:"unsure,omitempty"`
	// ResumingSince is when a resume was started whose result has not been saved yet. Until it is, or resumeLimit has
	// passed, the party may leave hold at any moment.
	ResumingSince time.Time `json:"unholding,omitzero"`
	// LateResume is when a resume was started whose result is unknown: it may still take effect.
	LateResume time.Time `json:"late,omitzero"`
	// ConfirmedHeld: an event or a list has confirmed the hold, not only the response to our request, so no older
	// event about it can still arrive.
	ConfirmedHeld bool `json:"told,omitempty"`
	// PendingResumes counts the resumes without a known result. If it is 1, an event that shows the party resumed
	// settles that one.
	PendingResumes int `json:"unholds,omitempty"`
	// HoldAskedAt is when a hold was last requested that timed out: it may still be carried out.
	HoldAskedAt time.Time `json:"asked,omitzero"`
	// HoldingSince is when a hold was started whose result has not been saved yet. Until it is, or resumeLimit has
	// passed, no other request repeats it, which would begin the music anew.
	HoldingSince time.Time `json:"holding,omitzero"`
	// ResumeAgainAt is when a resume that failed, as far as is known, may be tried again.
	ResumeAgainAt time.Time `json:"again,omitzero"`
	// Begun counts the holds and resumes that were begun in this conference: the result of one before the last tells
	// nothing any more.
	Begun int `json:"begun,omitempty"`
	// Seq is one more than the sequence number of the last conference event applied to this party; older events are
	// ignored. 0: none yet.
	Seq int `json:"seq,omitempty"`
	// HeldAt is when the hold began.
	HeldAt time.Time `json:"heldAt,omitzero"`
}

// acceptSequence says whether an event is newer than what is known of the party. If so, it records the sequence number.
func (p *Participant) acceptSequence(e ConferenceEvent) bool {
	if e.Seq < 0 {
		return true
	}
	if e.Seq < p.Seq {
		return false
	}
	p.Seq = e.Seq + 1
	return true
}

// setHeld applies a hold flag that is known to be right.
func (p *Participant) setHeld(held bool, now time.Time) {
	if held && !p.Held {
		p.HeldAt = now
	}
	p.ConfirmedHeld = p.ConfirmedHeld && held && p.Held
	p.Held, p.HoldUncertain = held, false
	// A hold on its way may have been carried out before a resume that took effect late: it is asked for again.
	p.HoldingSince = time.Time{}
	if !held { // keep it on hold: the event may be older than a resume still on its way
		p.ResumingSince = time.Time{}
	}
}

// heard: the party is known not to be on hold.
func (p Participant) heard() bool { return !p.Held && !p.HoldUncertain }

// held: the party is known to be on hold, and no resume is on its way.
func (p Participant) held() bool {
	return p.Held && !p.HoldUncertain && p.ResumingSince.IsZero() && p.LateResume.IsZero()
}

// applyResume applies the result of the resume that was started at the given time. If the result is unknown, it may
// still take effect for some seconds.
func (p *Participant) applyResume(r Result, began, now time.Time) {
	k := r.Kind
	switch {
	case k == Unknown && r.Over: // done or not, it is not done later: it is asked for again at once
		p.PendingResumes += 2 // if it is seen, which of them was it?
	case k == Refused, k == Throttled, k == AlreadyGone:
		p.ResumeAgainAt = now.Add(refusedDelay)
	case k == Unknown:
		if began.IsZero() {
			began = now
		}
		p.ResumeAgainAt = began.Add(resumeRetryDelay)
		if p.LateResume.IsZero() && p.Held && !p.HoldUncertain && p.ConfirmedHeld {
			p.PendingResumes = 1
		} else {
			p.PendingResumes += 2 // an event cannot say which of them it shows
		}
		p.LateResume, p.HoldUncertain = began, true
	case k == Done && !p.LateResume.IsZero():
		p.PendingResumes += 2
	}
}

// expireResume gives up waiting for the result of a resume after resumeLimit: the result is unknown.
func (p *Participant) expireResume(now time.Time) {
	if began := p.ResumingSince; !began.IsZero() && !now.Before(began.Add(resumeLimit)) {
		p.ResumingSince = time.Time{}
		p.applyResume(Result{Kind: Unknown}, began, now)
	}
}

// applyHeld applies the hold flag of an event or a list. If the flag shows that the party was resumed, and only one
// resume has no known result, that one has taken effect.
func (p *Participant) applyHeld(held bool, now time.Time) {
	if !held && p.PendingResumes == 1 {
		p.LateResume, p.PendingResumes = time.Time{}, 0
	}
	p.setHeld(held, now)
	p.ConfirmedHeld, p.HoldAskedAt = held, time.Time{}
}

// applyHoldRepeated applies a hold that was carried out. If lateEffectLimit has passed, an earlier resume without a
// known result cannot take effect any more.
func (p *Participant) applyHoldRepeated(now time.Time) {
	p.setHeld(true, now)
	if !now.Before(p.LateResume.Add(lateEffectLimit)) {
		p.LateResume, p.PendingResumes = time.Time{}, 0
	}
}

func (p Participant) uncertain() bool {
	return p.HoldUncertain || !p.ResumingSince.IsZero() || !p.LateResume.IsZero()
}
