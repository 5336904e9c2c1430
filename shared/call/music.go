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
