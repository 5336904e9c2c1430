package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Arrive takes in a caller who has dialled our number, and offers her to an agent.
// From is her number, "" if she withholds it. Repeated, it gives the same answer and
// rings nobody a second time. An error means that she is not in the store: she must
// be told to hold on, and asked for again.
func (s *Switchboard) Arrive(ctx context.Context, id conference.ID, from string, verified bool, now time.Time) (*conference.Conference, error) {
	c := conference.New(id, from, verified, now)
	acts, err := s.decideAndSave(ctx, c, now, func(*conference.Conference) error { return nil })
	if errors.Is(err, ErrConflict) {
		return s.store.Conference(ctx, id) // she is known: this is a repetition
	}
	if err != nil {
		return nil, err
	}
	c, _ = s.settle(ctx, c, acts, now) // nothing is due for her yet
	if m := s.match(ctx, now, asking{in: c}, nil); m != nil && m.ID == id {
		c = m
	}
	return c, nil
}

// RoomOver takes in that the caller's leg has fallen out of the room of that round,
// and says where she stands now: ended, or in a new round. Gone: her call is over too.
func (s *Switchboard) RoomOver(ctx context.Context, id conference.ID, round int, gone bool, now time.Time) (*conference.Conference, error) {
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		if gone {
			c.CallerGone(now)
		} else {
			c.RoomOver(round, now)
		}
		return nil
	})
	return c, keepConference(c, err)
}

// CallerGone takes in that the caller's call is over. That may be told before the call itself
// is saved: a caller who hangs up at once is quicker than a function that has just been
// started. The end is then saved in the place of the call, so that the arrival finds it there
// and rings nobody. For a call that is known this costs nothing.
func (s *Switchboard) CallerGone(ctx context.Context, id conference.ID, now time.Time) error {
	gone := func(c *conference.Conference) error {
		c.CallerGone(now)
		return nil
	}
	for range saveTries {
		c, err := s.update(ctx, id, now, gone)
		if !errors.Is(err, ErrNotFound) {
			return keepConference(c, err)
		}
		over := conference.New(id, "", false, now)
		if _, err = s.decideAndSave(ctx, over, now, gone); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// keepConference drops the failure of an act once the decision has been saved: the
// clocks repeat the act, and whoever told us cannot help it.
func keepConference(c *conference.Conference, err error) error {
	if c != nil {
		return nil
	}
	return err
}

// Place is where a caller on music stands.
type Place struct {
	Conference *conference.Conference
	Position   int  // in the line, from 1; 0 if she is not in the line, or it was not asked
	Beyond     bool // further back than the line is read
}

// Turn is one turn of a caller's music.
type Turn struct {
	Position bool // she may be told where in the line she is
	// Lasts is how long she will hear it, reckoned as far as it is known beforehand.
	Lasts func(*conference.Conference) time.Duration
}

// Wait is the caller's clock: she asks for more music. It repairs what an event
// missed, offers her again, and, if the turn asks for it, looks where in the line she is.
func (s *Switchboard) Wait(ctx context.Context, id conference.ID, t Turn, now time.Time) (Place, error) {
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		c.CallerHearsMusic(now)
		c.MusicLasts(t.Lasts(c), now)
		return nil
	})
	if c == nil {
		return Place{}, err
	}
	p := Place{Conference: c}
	if !t.Position || !c.State.InLine() {
		return p, nil
	}
	line, err := s.store.Line(ctx)
	if err != nil {
		return p, nil // music without a position
	}
	p.Position, p.Beyond = find(line, id)
	return p, nil
}

// find is a caller's position in the line. One whom it does not show yet is at its end.
func find(line []Waiter, id conference.ID) (int, bool) {
	for i, w := range line {
		if w.ID == id {
			return i + 1, i+1 >= LinePage
		}
	}
	return len(line) + 1, len(line)+1 >= LinePage
}

// Connect takes in that a leg was answered, and says how it enters the room, or that it
// must be asked first (see Accept); conference.ErrNotWanted or ErrNotFound if it must
// not.
func (s *Switchboard) Connect(ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, now time.Time) (conference.Admission, error) {
	var in conference.Admission
	var refused error
	c, err := s.load(ctx, id)
	if err != nil {
		return in, err
	}
	a := s.answering(ctx, c, key)
	c, err = s.updateFrom(ctx, "", c, now, func(c *conference.Conference) error {
		if a != nil && a.IsRemoved() {
			refused = conference.ErrNotWanted
			c.LegGone(key, sid, conference.OutcomeDeclined, now)
			return nil
		}
		in, refused = c.LegAnswered(key, sid, now)
		return nil // a refused leg is taken off the list, which is saved too
	})
	if err := keepConference(c, err); err != nil {
		return in, err
	}
	if a != nil && refused == nil && bind(a, c, now) {
		s.assure(ctx, c, a.ID, now)
	}
	return in, refused
}

// answering is the agent who answers a leg for the first time, as he stands now; nil if it is
// another's, or that cannot be known.
func (s *Switchboard) answering(ctx context.Context, c *conference.Conference, key conference.LegKey) *agent.Agent {
	l := c.Leg(key)
	if l == nil || l.Agent == "" || l.Phase == conference.Answered {
		return nil
	}
	a, err := s.store.Agent(ctx, l.Agent)
	if err != nil {
		return nil
	}
	return a
}

// FellOut takes in that a leg's call goes on though it was to be in the room: it says how long it
// must wait until the next try, or conference.ErrNotWanted or ErrNotFound if it is to be ended.
func (s *Switchboard) FellOut(ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID,
	now time.Time) (time.Duration, error) {
	var wait time.Duration
	var refused error
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		wait, refused = c.LegFellOut(key, sid, now)
		return nil
	})
	if err := keepConference(c, err); err != nil {
		return 0, err
	}
	return wait, refused
}

// Accept takes in whether a person at an outside number, who has picked up, takes the
// call; then it is as Connect. With a no the leg is over: its webhook's answer ends it.
func (s *Switchboard) Accept(ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, yes bool, now time.Time) (conference.Admission, error) {
	var in conference.Admission
	var refused error
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		if yes {
			in, refused = c.LegAccepted(key, sid, now)
			return nil
		}
		refused = conference.ErrNotWanted
		c.LegGone(key, sid, conference.OutcomeDeclined, now)
		return nil
	})
	if err := keepConference(c, err); err != nil {
		return in, err
	}
	return in, refused
}

// ErrUnheard: the news were taken in, but the network did not do what the caller is to
// hear something by, so that she may hear nothing. See Again.
var ErrUnheard = errors.New("the caller may hear nothing")

// told is keepConference for news after which it can be tried again soon.
func told(c *conference.Conference, err error, now time.Time) error {
	if c != nil && err != nil && c.Unheard(now) {
		return ErrUnheard
	}
	return keepConference(c, err)
}

// Again tries once more to let a caller hear something, if she may hear nothing: music,
// or her last words. It is ErrUnheard as long as that fails.
func (s *Switchboard) Again(ctx context.Context, id conference.ID, now time.Time) error {
	c, err := s.load(ctx, id)
	if err != nil || !c.Unheard(now) {
		return err
	}
	c, err = s.redo(ctx, c, now)
	return told(c, err, now)
}

// LegTold takes in what the network says of an agent's leg: it rings, or it is over
// with that outcome. It may be ErrUnheard.
func (s *Switchboard) LegTold(ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, over bool, o conference.Outcome, now time.Time) error {
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		if over {
			c.LegGone(key, sid, o, now)
		} else {
			c.LegRinging(key, sid, now)
		}
		return nil
	})
	return told(c, err, now)
}

// RoomTold takes in what the network says of a room. It may be ErrUnheard.
func (s *Switchboard) RoomTold(ctx context.Context, id conference.ID, e conference.RoomEvent, now time.Time) error {
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		c.RoomTold(e, now)
		return nil
	})
	return told(c, err, now)
}
