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
	// Meanwhile is what was last told of the party while a hold or resume was on its way, and may be of one before: it
	// waits for the answer, and counts if that leaves open what it tells.
	Meanwhile Told `json:"meanwhile,omitempty"`
	// ResumeAgainAt is when a resume that failed, as far as is known, may be tried again.
	ResumeAgainAt time.Time `json:"again,omitzero"`
	// Holds and Resumes count what was begun in this conference: the result of one before the last tells nothing.
	Holds   int `json:"holds,omitempty"`
	Resumes int `json:"resumes,omitempty"`
	// ResumesTold counts the numbered events of resumes. Once each has had its own, the next event is of nothing older.
	ResumesTold int `json:"resumesTold,omitempty"`
	// Seq is one more than the sequence number of the last conference event applied to this party; older events are
	// ignored. 0: none yet.
	Seq int `json:"seq,omitempty"`
	// HeldAt is when the hold began.
	HeldAt time.Time `json:"heldAt,omitzero"`
}

// Told is what an event, a list or a turn of music tells of a party.
type Told string

const (
	ToldHeld    Told = "held"
	ToldResumed Told = "resumed"
)

func toldAs(held bool) Told {
	if held {
		return ToldHeld
	}
	return ToldResumed
}

// begun counts the holds and resumes that were begun.
func (p Participant) begun() int { return p.Holds + p.Resumes }

// ambiguous: a hold or a resume is on its way, and what is told of the party may be of one before it. Of the first
// hold, and of others until a resume, it is not.
func (p Participant) ambiguous(now time.Time) bool {
	return p.Resumes > 0 &&
		(now.Before(p.HoldingSince.Add(resumeLimit)) || now.Before(p.ResumingSince.Add(resumeLimit)))
}

// settled: all holds and resumes have had an answer that says what has become of them.
func (p Participant) settled() bool {
	return !p.uncertain() && p.HoldAskedAt.IsZero() && p.HoldingSince.IsZero() && p.PendingResumes == 0
}

// outdated: what is told of the party is of a hold or resume before the last, because that has had its answer, and
// nobody else puts a party on hold.
func (p Participant) outdated(held bool) bool { return p.Resumes > 0 && held != p.Held && p.settled() }

// doubtful: that the party is on hold is not known, and if it is told, that may be of a hold before the last resume.
func (p Participant) doubtful() bool { return p.Resumes > 0 && (!p.Held || p.HoldUncertain) }

// sameHold: of the party's hold the same is known.
func (p Participant) sameHold(o Participant) bool {
	return p.Held == o.Held && p.HoldUncertain == o.HoldUncertain && p.Holds == o.Holds && p.Resumes == o.Resumes &&
		p.HoldingSince.Equal(o.HoldingSince) && p.ResumingSince.Equal(o.ResumingSince) &&
		p.LateResume.Equal(o.LateResume) && p.Seq == o.Seq && p.Meanwhile == o.Meanwhile
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
	if e.Kind == ParticipantResumed {
		p.ResumesTold++
	}
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

// applyLate applies the result of a hold or a resume after which another was begun. Only one that may still take effect
// matters.
func (p *Participant) applyLate(held bool, r Result, now time.Time) {
	if r.Kind != Unknown {
		return
	}
	p.HoldUncertain = true
	if !held {
		p.applyResume(r, time.Time{}, now)
	}
}

// expireResume gives up waiting for the result of a resume after resumeLimit: the result is unknown.
func (p *Participant) expireResume(now time.Time) {
	if began := p.ResumingSince; !began.IsZero() && !now.Before(began.Add(resumeLimit)) {
		p.ResumingSince = time.Time{}
		p.applyResume(Result{Kind: Unknown}, began, now)
	}
}

// applyHeld applies the hold flag of an event or a list. If it shows that the party was resumed, and only one resume
// has no known result, that one has taken effect.
func (p *Participant) applyHeld(held bool, now time.Time) {
	p.Meanwhile = ""
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

// takeMeanwhile is what was told while a hold or resume was on its way that has its answer now, or will have none.
func (p *Participant) takeMeanwhile() Told {
	t := p.Meanwhile
	p.Meanwhile = ""
	return t
}

func (p Participant) uncertain() bool {
	return p.HoldUncertain || !p.ResumingSince.IsZero() || !p.LateResume.IsZero()
}
