package call

import "time"

const (
	// turnSlack is how late the request for the next music turn may come: the turn may have reached the caller late,
	// and
	// a function may need a cold start. The plan is asked for at each heartbeat, every ten seconds or sooner, so the
	// music is restarted within fifteen.
	turnSlack = 4500 * time.Millisecond
	// fallbackLength is how long the fallback document of a call that was not answered lasts before it asks again:
	// words
	// and a piece of music.
	fallbackLength = 15 * time.Second
	// musicLimit is when the next music turn must have been requested if it is not known how long the current one
	// plays: an earlier version did not store that.
	musicLimit = 45 * time.Second
	// redirectAgainAfter is the time between two redirects of a caller whose <Dial> does not end, and between two holds
	// that
	// restart the music.
	redirectAgainAfter = 10 * time.Second
	// redirectLimit is how long after a redirect the end of the old conference is taken for its effect.
	redirectLimit = time.Minute
)

// ApplyMusicTurn applies a request for the next music turn. It proves that the caller is alive and, if the conference
// has started, on hold.
func (c *Call) ApplyMusicTurn(now time.Time) {
	c.CallerAbsentSince = time.Time{}
	if c.Started {
		c.Caller.Joined = true
		c.applyCallerHold(true, now)
	}
	c.MusicRequested = true
	c.MusicAt = now
}

// ApplyMusicLength says how long the music turn just requested will play. Every turn is stored, so it shows at once if
// the
// next one is missing.
func (c *Call) ApplyMusicLength(d time.Duration, now time.Time) {
	c.MusicEnds = time.Time{}
	c.startMusic(d, now)
}

// startMusic starts a music turn of the given length; 0 if the first turn is still to be requested. An event about the
// start
// of the music may come late, so it never shortens the current turn.
func (c *Call) startMusic(d time.Duration, now time.Time) {
	c.MusicAt = now
	if ends := now.Add(d); ends.After(c.MusicEnds) {
		c.MusicEnds = ends
	}
}

// musicDue is when the next music turn must have been requested.
func (c *Call) musicDue() time.Time {
	switch {
	case c.MusicEnds.Before(c.MusicAt):
		return c.MusicAt.Add(musicLimit)
	case c.noPageWatches:
		return c.MusicEnds
	}
	return c.MusicEnds.Add(turnSlack)
}

// MusicLate says whether the caller hears music and the next turn is due. The request for it may still be on its way.
func (c *Call) MusicLate(now time.Time) bool {
	return c.CallerLive && (c.Caller.held() || c.State.InLine() && !c.Started) && !now.Before(c.MusicEnds)
}

// NoPageWatches says that nothing looks at the call before the next sweep, since no page sends heartbeats. The music
// then
// counts as run out as soon as the next turn is due; otherwise it would be noticed a minute later. If the request was
// on its way, the music starts anew.
func (c *Call) NoPageWatches() { c.noPageWatches = true }

// applyCallerHold applies the caller's hold flag. A hold starts the music.
func (c *Call) applyCallerHold(held bool, now time.Time) {
	switch {
	case held && !c.Caller.Held:
		c.startMusic(0, now)
	case !held && c.Caller.Held:
		c.MusicEnds = time.Time{} // the rest of the turn is not heard
	}
	c.Caller.applyHeld(held, now)
}

// MusicStopped: the caller should be on hold and is not known to be, or the music has run out. Alone in a started
// conference without a hold, the caller hears silence, and no wait webhook will arrive. If the music cannot be fetched,
// Twilio gives up, and no webhook arrives either.
func (c *Call) MusicStopped(now time.Time) bool {
	return c.State.InLine() && c.callerHoldTarget() == hold && !c.Caller.held() || c.musicOverdue(now)
}

// CallerMayHearNothing: the caller may hear nothing until an effect succeeds that has failed so far: music in the
// queue, or the
// goodbye.
func (c *Call) CallerMayHearNothing(now time.Time) bool {
	return c.State == Ended && c.CallerLive || c.State.InLine() && c.MusicStopped(now)
}

// musicOverdue: the caller should hear music, and the next turn was not requested in time. A call that an older version
// stored without MusicAt does not count.
func (c *Call) musicOverdue(now time.Time) bool {
	if !c.CallerLive || c.MusicAt.IsZero() || now.Before(c.musicDue()) {
		return false
	}
	if c.Started {
		return c.callerHoldTarget() == hold && c.Caller.held() && !now.Before(c.Caller.ResumingSince.Add(resumeLimit))
	}
	return c.State.InLine()
}

// planMusic plans to restart the music that has run out. A caller in the queue is alone in the conference and is
// redirected to a new one. Otherwise the hold is repeated, which makes Twilio fetch the music again. A caller who is
// not found in the conference is redirected in any case.
func (c *Call) planMusic(now time.Time) []Effect {
	switch {
	case !c.callerLost && !c.musicOverdue(now):
		return nil
	case !c.callerLost && !c.State.InLine():
		if now.Before(c.MusicRepeatedAt.Add(redirectAgainAfter)) {
			return nil
		}
		c.MusicRepeatedAt = now
		return []Effect{SetHold{Leg: LegID(c.ID), Hold: true}}
	case now.Before(c.RedirectedAt.Add(redirectAgainAfter)):
		return nil
	}
	c.RedirectedAt = now
	return []Effect{RejoinConference{}}
}

// applyRejoin applies the result of the redirect. If it was accepted, the request at the end of the caller's <Dial>
// tells the
// rest; if not, a later plan repeats it.
func (c *Call) applyRejoin(r Result, now time.Time) {
	switch r.Kind {
	case Done: // so the caller's leg is alive
		c.CallerAbsentSince, c.callerLost = time.Time{}, false
	case AlreadyGone: // the caller's own leg has ended, and its callback was lost
		c.ApplyCallerEnded(now)
	case Refused, Throttled:
		c.RedirectedAt = time.Time{}
	}
}

// redirecting: the caller was redirected a moment ago, so the end of the old conference does not mean that the caller
// has
// hung up.
func (c *Call) redirecting(now time.Time) bool {
	return !c.RedirectedAt.IsZero() && now.Before(c.RedirectedAt.Add(redirectLimit))
}
