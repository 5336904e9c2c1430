package conference

import "time"

const (
	// lateTurn is how much later than reckoned a caller on music may ask for more. Her turn may have
	// come late to her, and so may the word of this one: a function may have had to be started. A page
	// beats every ten seconds at least, so that she hears something again within fifteen.
	lateTurn = 4500 * time.Millisecond
	// musicWithin is when a caller must have asked for more of whose turn it is not known how long
	// it lasts: a release before this one has written it down, which did not do so each time.
	musicWithin = 45 * time.Second
	// moveAgain is when a caller who was to be taken to a fresh room, and has not asked what
	// is to become of her, is taken again, or one on hold is held anew once more.
	moveAgain = 10 * time.Second
	// moveWithin is how late the word may come that her old room has ended for it.
	moveWithin = time.Minute
)

// CallerHearsMusic takes in that the caller has asked for more music, which proves
// that she is on hold if the room has started, and alive in any case.
func (c *Conference) CallerHearsMusic(now time.Time) {
	c.Missing = time.Time{}
	if c.Started {
		c.Caller.Joined = true
		c.callerHolds(true, now)
	}
	c.Turned = true
	c.Music = now
}

// MusicLasts says how long what the caller has just asked for will be heard. Each turn is written
// down: one that is not followed by the next shows at once that her music has run out.
func (c *Conference) MusicLasts(d time.Duration, now time.Time) {
	c.MusicEnds = time.Time{}
	c.hears(d, now)
}

// hears takes in that the caller begins to hear music, or is about to, for that long; 0 until she
// asks for her first turn of it. Of a turn that goes on already a word about its beginning may come
// late.
func (c *Conference) hears(d time.Duration, now time.Time) {
	c.Music = now
	if ends := now.Add(d); ends.After(c.MusicEnds) {
		c.MusicEnds = ends
	}
}

// musicDue is when the caller must have asked for more music.
func (c *Conference) musicDue() time.Time {
	switch {
	case c.MusicEnds.Before(c.Music):
		return c.Music.Add(musicWithin)
	case c.unwatched:
		return c.MusicEnds
	}
	return c.MusicEnds.Add(lateTurn)
}

// MusicLate says whether the caller hears music, and the next turn of it is due. She may still be about
// to ask for it.
func (c *Conference) MusicLate(now time.Time) bool {
	return c.CallerOn && (c.Caller.held() || c.State.InLine() && !c.Started) && !now.Before(c.MusicEnds)
}

// Unwatched says that nobody looks after the caller before the next sweep: there is no page that
// beats. So she is taken to have lost her music as soon as the next turn is due; what began a moment
// later would be noticed a minute later. If it was about to come, her music begins anew.
func (c *Conference) Unwatched() { c.unwatched = true }

// callerHolds takes in the caller's hold flag. With a hold her music begins.
func (c *Conference) callerHolds(held bool, now time.Time) {
	switch {
	case held && !c.Caller.Held:
		c.hears(0, now)
	case !held && c.Caller.Held:
		c.MusicEnds = time.Time{} // the rest of it is not heard
	}
	c.Caller.told(held, now)
}

// Neglected: the caller is to hear music and is not known to. Alone in a room that has
// started she hears silence, and does not ask for anything: her clock stands still. So it
// does when her music could not be had for as long as the network tries: then its
// document is over.
func (c *Conference) Neglected(now time.Time) bool {
	return c.State.InLine() && c.callerWish() == held && !c.Caller.held() || c.ranOut(now)
}

// Unheard: the caller hears nothing, or may, until something is done for her that could
// not be done: she is neglected in the line, or waits for her last words.
func (c *Conference) Unheard(now time.Time) bool {
	return c.State == Ended && c.CallerOn || c.State.InLine() && c.Neglected(now)
}

// ranOut: the caller is on music, and has not asked for more for too long. Of one who was
// on music before that was written down, it is not known.
func (c *Conference) ranOut(now time.Time) bool {
	if !c.CallerOn || c.Music.IsZero() || now.Before(c.musicDue()) {
		return false
	}
	if c.Started {
		return c.callerWish() == held && c.Caller.held() && !now.Before(c.Caller.Unholding.Add(unholdWithin))
	}
	return c.State.InLine()
}

// dueMusic starts the music anew for a caller to whom it has run out. In the line nobody
// else is in her room: she gets a fresh one, with music from the start. Otherwise she
// shares it with others, and is put on hold once more, which fetches the music again. One
// who has been looked for in vain gets a fresh room in any case: she is not in the old one.
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

// moved takes in how it went to take the caller to a fresh room; her own request tells
// the rest. If it was not done, the next clock does it.
func (c *Conference) moved(r Result, now time.Time) {
	switch r.Kind {
	case Acted: // so her leg is there
		c.Missing, c.astray = time.Time{}, false
	case WasGone: // it is about her own leg, and nothing was heard of her
		c.CallerGone(now)
	case Refused, Throttled:
		c.Moving = time.Time{}
	}
}

// moving: the caller is on her way to a fresh room, so that her old one ends with her
// though she is there.
func (c *Conference) moving(now time.Time) bool {
	return !c.Moving.IsZero() && now.Before(c.Moving.Add(moveWithin))
}
