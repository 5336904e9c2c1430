package call

import "time"

const (
	// turnSlack is how late the request for the next music turn may come: the turn may have reached the caller late,
	// and a function may need a cold start. The plan is asked for at the next heartbeat, ten and a half seconds
	// later at most, so the music is restarted within fifteen.
	turnSlack = 4500 * time.Millisecond
	// requestSlack is the same where nobody asks again for a minute: the request for the next music turn is on its way
	// for some part of a second after each turn.
	requestSlack = time.Second
	// fallbackLength is how long the fallback document of a call that was not answered lasts before it asks again:
	// words and a piece of music.
	fallbackLength = 15 * time.Second
	// musicLimit is when the next music turn must have been requested if it is not known how long the current one
	// plays: an earlier version did not store that.
	musicLimit = 45 * time.Second
	// redirectAgainAfter is the time between two redirects of a caller whose <Dial> does not end, and between two
	// holds that restart the music.
	redirectAgainAfter = 10 * time.Second
	// redirectLimit is how long after a redirect the end of the old conference is taken for its effect.
	redirectLimit = time.Minute
)

// Music is what the caller hears while they wait or are on hold.
type Music struct {
	MusicAt time.Time `json:"music,omitzero"` // start of the current music turn, or of the hold
	// MusicEnds is when the current music turn has been played, so that Twilio must request the next one. If it is
	// before MusicAt it belongs to an earlier turn and is not used.
	MusicEnds       time.Time `json:"musicEnds,omitzero"`
	MusicRepeatedAt time.Time `json:"again,omitzero"`  // when the hold was last repeated to restart the music
	RedirectedAt    time.Time `json:"moving,omitzero"` // when the caller was sent to a new conference; zero: has joined

	noPageWatches bool // see NoPageWatches
}

// startMusic starts a music turn of the given length; 0 if the first turn is still to be requested. An event about
// the start of the music may come late, so it never shortens the current turn.
func (m *Music) startMusic(d time.Duration, now time.Time) {
	m.MusicAt = now
	if ends := now.Add(d); ends.After(m.MusicEnds) {
		m.MusicEnds = ends
	}
}

// restart starts the music of a new generation, in which the caller waits that long before they join a conference.
func (m *Music) restart(wait time.Duration, now time.Time) {
	m.RedirectedAt, m.MusicEnds = time.Time{}, time.Time{}
	m.startMusic(wait, now)
}

// musicDue is when the next music turn must have been requested.
func (m *Music) musicDue() time.Time {
	switch {
	case m.MusicEnds.Before(m.MusicAt):
		return m.MusicAt.Add(musicLimit)
	case m.noPageWatches:
		return m.MusicEnds.Add(requestSlack)
	}
	return m.MusicEnds.Add(turnSlack)
}

// redirecting: the caller was redirected a moment ago, so the end of the old conference does not mean that the caller
// has hung up.
func (m *Music) redirecting(now time.Time) bool {
	return !m.RedirectedAt.IsZero() && now.Before(m.RedirectedAt.Add(redirectLimit))
}

// NoPageWatches says that nothing looks at the call before the next sweep, since no page sends heartbeats. The music
// then counts as run out a second after the next turn is due; otherwise it would be noticed a minute later. If the
// request comes later still, the music starts anew. It returns when that is.
func (m *Music) NoPageWatches() time.Time {
	m.noPageWatches = true
	return m.musicDue()
}

// ApplyMusicLength says how long the music turn just requested will play. Every turn is stored, so it shows at once
// if the next one is missing.
func (m *Music) ApplyMusicLength(d time.Duration, now time.Time) {
	m.MusicEnds = time.Time{}
	m.startMusic(d, now)
}

func (c change) musicTurn() {
	c.CallerAbsentSince = time.Time{}
	if c.Started {
		c.Caller.Joined = true
		c.callerHold(true)
	}
	Asking{c}.wentOn()
	if !c.now.Before(c.Question.Due.Add(takenOut)) {
		Asking{c}.notTaken()
	}
	c.MusicRequested = true
	c.MusicAt = c.now
}

// rejoined applies the result of the redirect. If it was accepted, the request at the end of the caller's <Dial>
// tells the rest; if not, a later plan repeats it.
func (c resultChange) rejoined(r Result) {
	switch r.Kind {
	case Done: // so the caller's leg is alive
		c.CallerAbsentSince, c.callerLost = time.Time{}, false
	case AlreadyGone: // the caller's own leg has ended, and its callback was lost
		c.callerEnded()
	case Refused, Throttled:
		Asking(c).notTaken()
		c.RedirectedAt = time.Time{}
	}
}

// Hearing is what the caller hears at one moment, as far as it is music or words of the line.
type Hearing struct{ p planner }

// Hearing is what the caller hears now.
func (c *Call) Hearing(now time.Time) Hearing { return Hearing{planner{Call: c, now: now}} }

// MusicLate says whether the caller hears music and the next turn is due. The request for it may still be on its way.
func (h Hearing) MusicLate() bool {
	c := h.p.Call
	return c.CallerLive && (c.Caller.held() || c.State.InLine() && !c.Started) && !h.p.now.Before(c.MusicEnds)
}

// MusicStopped: the caller should be on hold and is not known to be, or the music has run out. Alone in a started
// conference without a hold, the caller hears silence, and no wait webhook will arrive. If the music cannot be fetched,
// Twilio gives up, and no webhook arrives either.
func (h Hearing) MusicStopped() bool { return h.p.mayLackMusic() || h.p.musicOverdue() }

// mayLackMusic: the caller is to be on hold and is not known to be, and no agent is known to be heard instead. If an
// agent owns the call, the caller hears them until the hold is done; but of a hold without a known result, such as one
// that was to restart the music, neither is known.
func (p planner) mayLackMusic() bool {
	return p.CallerLive && p.callerHoldTarget() == hold && !p.Caller.held() && (p.State.InLine() || !p.Caller.heard())
}

// musicStopsAt: see Due.Music.
func (p planner) musicStopsAt() time.Time {
	c := p.Call
	switch {
	case p.mayLackMusic():
		return c.Since
	case !c.CallerLive, c.MusicAt.IsZero(), !c.Started && !c.State.InLine(),
		c.Started && (p.callerHoldTarget() != hold || !c.Caller.held()):
		return time.Time{}
	}
	at := c.musicDue()
	if resumed := c.Caller.ResumingSince.Add(resumeLimit); c.Started && resumed.After(at) {
		at = resumed
	}
	return at
}

// MayBeNothing: the caller may hear nothing until an effect succeeds that has failed so far: music in the
// queue, or the goodbye.
func (h Hearing) MayBeNothing() bool {
	c := h.p.Call
	return c.State == Ended && c.CallerLive || c.State.InLine() && h.MusicStopped()
}

// musicOverdue: the caller should hear music, and the next turn was not requested in time. A call that an older version
// stored without MusicAt does not count.
func (p planner) musicOverdue() bool {
	if !p.CallerLive || p.MusicAt.IsZero() || p.now.Before(p.musicDue()) {
		return false
	}
	if p.Started {
		return p.callerHoldTarget() == hold && p.Caller.held() && !p.now.Before(p.Caller.ResumingSince.Add(resumeLimit))
	}
	return p.State.InLine()
}

// music plans to restart the music that has run out. A caller in the queue is alone in the conference and is redirected
// to a new one. Otherwise the hold is repeated, which makes Twilio fetch the music again. A caller who is not found in
// the conference is redirected in any case, and so is one in the queue who may be resumed at any moment.
func (p planner) music() []Effect {
	switch {
	case !p.callerLost && !p.musicOverdue() && !p.mayBeResumed():
		return p.question()
	case !p.callerLost && !p.State.InLine():
		if p.now.Before(p.MusicRepeatedAt.Add(redirectAgainAfter)) {
			return nil
		}
		return []Effect{RestartMusic{}}
	case p.now.Before(p.RedirectedAt.Add(redirectAgainAfter)):
		return nil
	}
	return []Effect{RejoinConference{}}
}

// mayBeResumed: the caller is alone in the conference, and a resume whose result is not known may still take effect.
// They would hear silence then, and nothing would tell. In another conference it finds nobody.
func (p planner) mayBeResumed() bool {
	return p.Started && p.State.InLine() && p.now.Before(p.Caller.LateResume.Add(lateEffectLimit))
}
