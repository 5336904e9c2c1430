package conference

import "time"

// The network may not take a leg into its room: the account has no room for more parties
// (https://www.twilio.com/docs/api/errors/16021), the label is there already
// (https://www.twilio.com/docs/api/errors/16025), the room is full
// (https://www.twilio.com/docs/api/errors/16020). Then the leg goes on at once with what comes
// after, and nothing of the room is told. A room that ends as soon as somebody has come into it
// looks the same, and so it is taken.

const (
	// shortRound: a round that is over sooner than this after the caller was put into it was none.
	shortRound = 2 * time.Second
	// retrySlack is how much later than reckoned she may be put into a room for which she had to
	// wait: words and music are fetched and spoken meanwhile.
	retrySlack = 6 * time.Second
	// refusedMost is how often an agent's leg is tried before it is given up.
	refusedMost = 3
)

// retries are how long whoever was refused waits for the next try, by how often in a row. A
// caller hears some six seconds of words and a piece of music of eight, twelve and then twice
// twelve seconds meanwhile.
var retries = []time.Duration{14 * time.Second, 18 * time.Second, 30 * time.Second}

// legRetries are those of an agent, who hears words.
var legRetries = []time.Duration{6 * time.Second, 12 * time.Second, 18 * time.Second}

func retry(after []time.Duration, refused int) time.Duration {
	if refused == 0 {
		return 0
	}
	return after[min(refused, len(after))-1]
}

// nextRound begins a round of the caller's. Moved: it was we who ended the last one. One that was
// over at once, or in which her music was never had and that we ended for it, is a failed one.
func (c *Conference) nextRound(moved bool, now time.Time) {
	slack := shortRound
	if c.Refused > 0 {
		slack += retrySlack
	}
	if short := now.Before(c.Entering.Add(slack)); moved && !c.Turned || !moved && short {
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

// outside: the caller is not expected in her room yet.
func (c *Conference) outside(now time.Time) bool {
	return c.Refused > 0 && now.Before(c.Entering.Add(retrySlack))
}

// admitted: nothing speaks against that her room has taken the caller. One whom it has refused
// must show that she is in it before anybody is rung for her.
func (c *Conference) admitted() bool { return c.Refused == 0 || c.Turned || c.Caller.Joined }

// LegFellOut takes in that the call of an agent's leg goes on after its part of the room: the
// room has not taken it, or it has left again. It tells how long the leg must wait until the next
// try; ErrNotWanted if it is to be ended. Repeated meanwhile, it tells what is left of that.
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
	l.Since = now.Add(wait) // it is looked for in the room from then on
	return wait, nil
}

// legSlack is retrySlack for an agent's leg.
func legSlack(l *Leg) time.Duration {
	if l.Refused > 0 {
		return retrySlack
	}
	return 0
}

// Refusals is how often in a row the network did not take a party into the room: the caller, and
// the legs that there are.
func (c *Conference) Refusals() int {
	n := c.Refused
	for _, l := range c.Legs {
		n += l.Refused
	}
	return n
}
