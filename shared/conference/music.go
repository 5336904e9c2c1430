package conference

import "time"

const (
	// musicNoted is how much later than last written down the caller must have asked for
	// music to be written down again: not each of her turns, which take some twelve seconds,
	// is worth a save.
	musicNoted = 20 * time.Second
	// musicWithin is when a caller on music must have asked for more: since it was written
	// down a turn may have passed unwritten, and another with all its tries was due.
	musicWithin = 45 * time.Second
	// moveAgain is when a caller who was to be taken to a fresh room, and has not asked what
	// is to become of her, is taken again.
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
	if !now.Before(c.Music.Add(musicNoted)) {
		c.Music = now
	}
}

// callerHolds takes in the caller's hold flag. With a hold her music begins.
func (c *Conference) callerHolds(held bool, now time.Time) {
	if held && !c.Caller.Held {
		c.Music = now
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
	if !c.CallerOn || c.Music.IsZero() || now.Before(c.Music.Add(musicWithin)) {
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
