package call

import "time"

// Twilio may refuse to admit a leg to a conference: the account has too many participants
// (https://www.twilio.com/docs/api/errors/16021), the participant label is in use
// (https://www.twilio.com/docs/api/errors/16025), or the conference is full
// (https://www.twilio.com/docs/api/errors/16020). The leg's TwiML then goes on at once after its <Dial>, and no
// conference event is sent. A conference that ends as soon as somebody has joined looks the same and is treated the
// same.

const (
	// shortGeneration: if the caller's <Dial> ends sooner than this, the conference was refused.
	shortGeneration = 2 * time.Second
	// retrySlack is how much later than planned the caller may join the conference after a wait: words and music are
	// fetched and played meanwhile.
	retrySlack = 6 * time.Second
	// refusedMost is how often an agent's leg is tried before it is given up.
	refusedMost = 3
)

// retries are the waits before the next try, by the number of refusals in a row. The caller hears some six seconds of
// words meanwhile, then eight, twelve or twenty-four seconds of music.
var retries = []time.Duration{14 * time.Second, 18 * time.Second, 30 * time.Second}

// legRetries are the waits of an agent's leg, which hears words.
var legRetries = []time.Duration{6 * time.Second, 12 * time.Second, 18 * time.Second}

func retry(after []time.Duration, refused int) time.Duration {
	if refused == 0 {
		return 0
	}
	return after[min(refused, len(after))-1]
}

// nextGeneration begins the caller's next generation. Moved: our redirect ended the last one. The last one has failed
// if it
// was over at once, or if we ended it because its music was never requested.
func (c *Call) nextGeneration(moved bool, now time.Time) {
	slack := shortGeneration
	if c.FailedJoins > 0 {
		slack += retrySlack
	}
	if short := now.Before(c.EnterAt.Add(slack)); moved && (!c.MusicRequested || c.State == Waiting) || !moved &&
		short {
		c.FailedJoins++
	} else {
		c.FailedJoins = 0
	}
	c.Generation++
	c.MusicRequested, c.CallerAbsentSince, c.RedirectedAt = false, time.Time{}, time.Time{}
	wait := retry(retries, c.FailedJoins)
	c.EnterAt, c.MusicEnds = now.Add(wait), time.Time{}
	c.startMusic(wait, now)
}

// awaitsEntry: the caller is not expected in the conference yet.
func (c *Call) awaitsEntry(now time.Time) bool {
	return c.FailedJoins > 0 && now.Before(c.EnterAt.Add(retrySlack))
}

// admitted: as far as is known the conference has admitted the caller. After a refusal that must be confirmed before an
// agent is rung.
func (c *Call) admitted(now time.Time) bool {
	proved := c.FailedJoins < 2 || !now.Before(c.EnterAt.Add(shortGeneration)) // one that ends at once takes nobody
	return c.FailedJoins == 0 || (c.MusicRequested || c.Caller.Joined) && proved
}

// ApplyJoinRefused applies the end of the <Dial> of an agent's leg whose TwiML goes on: the conference has refused the
// leg,
// or the leg has left it. It returns the wait until the next try, or ErrNotWanted if the leg is to be ended. A repeated
// request gets the rest of the wait.
func (c *Call) ApplyJoinRefused(key LegKey, sid LegID, now time.Time) (time.Duration, error) {
	l, err := c.admit(key, sid)
	switch {
	case err != nil:
		return 0, err
	case l.Phase == LegAnswered && l.FailedJoins > 0 && now.Before(l.Since):
		return l.Since.Sub(now), nil
	case l.Phase != LegAnswered, l.Joined, l.FailedJoins >= refusedMost,
		!now.Before(l.Since.Add(shortGeneration + legSlack(l))):
		c.ApplyLegEnded(key, sid, OutcomeLost, now)
		return 0, ErrNotWanted
	}
	l.FailedJoins++
	wait := retry(legRetries, l.FailedJoins)
	l.Since = now.Add(wait) // counts from the next try
	return wait, nil
}

// legSlack is retrySlack for an agent's leg.
func legSlack(l *Leg) time.Duration {
	if l.FailedJoins > 0 {
		return retrySlack
	}
	return 0
}

// Refusals is how often in a row legs of this call were refused by the conference.
func (c *Call) Refusals() int {
	n := c.FailedJoins
	for _, l := range c.Legs {
		n += l.FailedJoins
	}
	return n
}
