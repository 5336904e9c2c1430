package conference

import "time"

const (
	// lateTurn is how late the request for the next music turn may come: the turn may have reached the caller late, and
	// a function may need a cold start. The plan is asked for at each heartbeat, every ten seconds or sooner, so the
	// music is restarted within fifteen.
	lateTurn = 4500 * time.Millisecond
	// fallbackLasts is how long the fallback document of a call that was not answered lasts before it asks again: words
	// and a piece of music.
	fallbackLasts = 15 * time.Second
	// musicWithin is when the next music turn must have been requested if it is not known how long the current one
	// plays: an earlier version did not store that.
	musicWithin = 45 * time.Second
	// moveAgain is the time between two redirects of a caller whose <Dial> does not end, and between two holds that
	// restart the music.
	moveAgain = 10 * time.Second
	// moveWithin is how long after a redirect the end of the old conference is taken for its effect.
	moveWithin = time.Minute
)

// CallerHearsMusic applies a request for the next music turn. It proves that the caller is alive and, if the conference
// has started, on hold.
func (c *Conference) CallerHearsMusic(now time.Time) {
	c.Missing = time.Time{}
	if c.Started {
		c.Caller.Joined = true
		c.callerHolds(true, now)
	}
	c.Turned = true
	c.Music = now
}

// MusicLasts says how long the music turn just requested will play. Every turn is stored, so it shows at once if the
// next one is missing.
func (c *Conference) MusicLasts(d time.Duration, now time.Time) {
	c.MusicEnds = time.Time{}
	c.hears(d, now)
}

// hears starts a music turn of the given length; 0 if the first turn is still to be requested. An event about the start
// of the music may come late, so it never shortens the current turn.
func (c *Conference) hears(d time.Duration, now time.Time) {
	c.Music = now
	if ends := now.Add(d); ends.After(c.MusicEnds) {
		c.MusicEnds = ends
	}
}

// musicDue is when the next music turn must have been requested.
func (c *Conference) musicDue() time.Time {
	switch {
	case c.MusicEnds.Before(c.Music):
		return c.Music.Add(musicWithin)
	case c.unwatched:
		return c.MusicEnds
	}
	return c.MusicEnds.Add(lateTurn)
}

// MusicLate says whether the caller hears music and the next turn is due. The request for it may still be on its way.
func (c *Conference) MusicLate(now time.Time) bool {
	return c.CallerOn && (c.Caller.held() || c.State.InLine() && !c.Started) && !now.Before(c.MusicEnds)
}

// Unwatched says that nothing looks at the call before the next sweep, since no page sends heartbeats. The music then
// counts as run out as soon as the next turn is due; otherwise it would be noticed a minute later. If the request was
// on its way, the music starts anew.
func (c *Conference) Unwatched() { c.unwatched = true }

// callerHolds applies the caller's hold flag. A hold starts the music.
func (c *Conference) callerHolds(held bool, now time.Time) {
	switch {
	case held && !c.Caller.Held:
		c.hears(0, now)
	case !held && c.Caller.Held:
		c.MusicEnds = time.Time{} // the rest of the turn is not heard
	}
	c.Caller.told(held, now)
}

// Neglected: the caller should be on hold and is not known to be, or the music has run out. Alone in a started
// conference without a hold, the caller hears silence, and no wait webhook will arrive. If the music cannot be fetched,
// Twilio gives up, and no webhook arrives either.
func (c *Conference) Neglected(now time.Time) bool {
	return c.State.InLine() && c.callerWish() == held && !c.Caller.held() || c.ranOut(now)
}

// Unheard: the caller may hear nothing until an effect succeeds that has failed so far: music in the queue, or the
// goodbye.
func (c *Conference) Unheard(now time.Time) bool {
	return c.State == Ended && c.CallerOn || c.State.InLine() && c.Neglected(now)
}

// ranOut: the caller should hear music, and the next turn was not requested in time. A call that an older version
// stored without MusicAt does not count.
func (c *Conference) ranOut(now time.Time) bool {
	if !c.CallerOn || c.Music.IsZero() || now.Before(c.musicDue()) {
		return false
	}
	if c.Started {
		return c.callerWish() == held && c.Caller.held() && !now.Before(c.Caller.Unholding.Add(unholdWithin))
	}
	return c.State.InLine()
}

// dueMusic plans to restart the music that has run out. A caller in the queue is alone in the conference and is
// redirected to a new one. Otherwise the hold is repeated, which makes Twilio fetch the music again. A caller who is
// not found in the conference is redirected in any case.
func (c *Conference) dueMusic(now time.Time) []Act {
	switch {
	case !c.astray && !c.ranOut(now):
		return nil
	case !c.astray && !c.State.InLine():
		if now.Before(c.Again.Add(moveAgain)) {
			return nil
		}
		c.Again = now
		return []Act{SetHold{Leg: LegID(c.ID), Hold: true}}
	case now.Before(c.Moving.Add(moveAgain)):
		return nil
	}
	c.Moving = now
	return []Act{FreshRoom{}}
}

// moved applies the result of the redirect. If it was accepted, the request at the end of the caller's <Dial> tells the
// rest; if not, a later plan repeats it.
func (c *Conference) moved(r Result, now time.Time) {
	switch r.Kind {
	case Acted: // so the caller's leg is alive
		c.Missing, c.astray = time.Time{}, false
	case WasGone: // the caller's own leg has ended, and its callback was lost
		c.CallerGone(now)
	case Refused, Throttled:
		c.Moving = time.Time{}
	}
}

// moving: the caller was redirected a moment ago, so the end of the old conference does not mean that the caller has
// hung up.
func (c *Conference) moving(now time.Time) bool {
	return !c.Moving.IsZero() && now.Before(c.Moving.Add(moveWithin))
}
