package conference

import "time"

// Twilio may refuse to admit a leg to a conference: the account has too many participants
// (https://www.twilio.com/docs/api/errors/16021), the participant label is in use
// (https://www.twilio.com/docs/api/errors/16025), or the conference is full
// (https://www.twilio.com/docs/api/errors/16020). The leg's TwiML then goes on at once after its <Dial>, and no
// conference event is sent. A conference that ends as soon as somebody has joined looks the same and is treated the
// same.

const (
	// shortRound: if the caller's <Dial> ends sooner than this, the conference was refused.
	shortRound = 2 * time.Second
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

// nextRound begins the caller's next generation. Moved: our redirect ended the last one. The last one has failed if it
// was over at once, or if we ended it because its music was never requested.
func (c *Conference) nextRound(moved bool, now time.Time) {
	slack := shortRound
	if c.Refused > 0 {
		slack += retrySlack
	}
	if short := now.Before(c.Entering.Add(slack)); moved && (!c.Turned || c.State == Waiting) || !moved && short {
		c.Refused++
	} else {
		c.Refused = 0
	}
	c.Round++
	c.Turned, c.Missing, c.Moving = false, time.Time{}, time.Time{}
	wait := retry(retries, c.Refused)
	c.Entering, c.MusicEnds = now.Add(wait), time.Time{}
	c.hears(wait, now)
}

// outside: the caller is not expected in the conference yet.
func (c *Conference) outside(now time.Time) bool {
	return c.Refused > 0 && now.Before(c.Entering.Add(retrySlack))
}

// admitted: as far as is known the conference has admitted the caller. After a refusal that must be confirmed before an
// agent is rung.
func (c *Conference) admitted(now time.Time) bool {
	proved := c.Refused < 2 || !now.Before(c.Entering.Add(shortRound)) // one that ends at once takes nobody
	return c.Refused == 0 || (c.Turned || c.Caller.Joined) && proved
}

// LegFellOut applies the end of the <Dial> of an agent's leg whose TwiML goes on: the conference has refused the leg,
// or the leg has left it. It returns the wait until the next try, or ErrNotWanted if the leg is to be ended. A repeated
// request gets the rest of the wait.
func (c *Conference) LegFellOut(key LegKey, sid LegID, now time.Time) (time.Duration, error) {
	l, err := c.admit(key, sid)
	switch {
	case err != nil:
		return 0, err
	case l.Phase == Answered && l.Refused > 0 && now.Before(l.Since):
		return l.Since.Sub(now), nil
	case l.Phase != Answered, l.Joined, l.Refused >= refusedMost, !now.Before(l.Since.Add(shortRound + legSlack(l))):
		c.LegGone(key, sid, OutcomeLost, now)
		return 0, ErrNotWanted
	}
	l.Refused++
	wait := retry(legRetries, l.Refused)
	l.Since = now.Add(wait) // counts from the next try
	return wait, nil
}

// legSlack is retrySlack for an agent's leg.
func legSlack(l *Leg) time.Duration {
	if l.Refused > 0 {
		return retrySlack
	}
	return 0
}

// Refusals is how often in a row legs of this call were refused by the conference.
func (c *Conference) Refusals() int {
	n := c.Refused
	for _, l := range c.Legs {
		n += l.Refused
	}
	return n
}
