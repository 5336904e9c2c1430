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

// Generations counts the conferences that the caller was sent into, and how that went.
type Generations struct {
	// Generation counts them from 0. It stands in the address that Twilio requests when the caller's <Dial> ends
	// (https://www.twilio.com/docs/voice/twiml/dial#action), so that a repeated request about an earlier conference is
	// recognised.
	Generation     int       `json:"round"`
	EnterAt        time.Time `json:"entering,omitzero"` // when the caller is to join the conference of this generation
	MusicRequested bool      `json:"turned,omitempty"`  // a music turn was requested in this generation
	FailedJoins    int       `json:"refused,omitempty"` // how many generations in a row have failed (see next)
}

// next begins the caller's next generation, and returns how long the caller must wait before they enter it. Moved: our
// redirect ended the last one. The last one has failed if it was over at once, or if we ended it because its music was
// never requested.
func (g *Generations) next(moved, waiting bool, now time.Time) time.Duration {
	slack := shortGeneration
	if g.FailedJoins > 0 {
		slack += retrySlack
	}
	short := now.Before(g.EnterAt.Add(slack))
	if moved && (!g.MusicRequested || waiting) || !moved && short {
		g.FailedJoins++
	} else {
		g.FailedJoins = 0
	}
	wait := retry(retries, g.FailedJoins)
	g.Generation++
	g.MusicRequested, g.EnterAt = false, now.Add(wait)
	return wait
}

// awaitsEntry: the caller is not expected in the conference yet.
func (g *Generations) awaitsEntry(now time.Time) bool {
	return g.FailedJoins > 0 && now.Before(g.EnterAt.Add(retrySlack))
}

// admitted: as far as is known the conference has admitted the caller, whose join may be known. After a refusal that
// must be confirmed before an agent is rung.
func (g *Generations) admitted(joined bool, now time.Time) bool {
	proved := g.FailedJoins < 2 || !now.Before(g.EnterAt.Add(shortGeneration)) // one that ends at once takes nobody
	return g.FailedJoins == 0 || (g.MusicRequested || joined) && proved
}

// legSlack is retrySlack for an agent's leg.
func legSlack(l *Leg) time.Duration {
	if l.FailedJoins > 0 {
		return retrySlack
	}
	return 0
}
