package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Arrive takes in a caller who has dialled our number, and offers them to an agent. From is their
// number, "" if it is withheld. Repeated, it gives the same answer and rings nobody a second time.
// An error means that the call is not stored: ask the caller to hold on, and try again.
func (s *Switchboard) Arrive(
	ctx context.Context, id conference.ID, from string, verified bool, now time.Time,
) (*conference.Conference, error) {
	c := conference.New(id, from, verified, now)
	acts, err := s.decideAndSave(ctx, c, now, func(*conference.Conference) error { return nil })
	if errors.Is(err, ErrConflict) { // a repeated request: the call is known, and what was left undone is done now
		c, err := s.update(ctx, id, now, func(*conference.Conference) error { return nil })
		return c, keepConference(c, err)
	}
	if err != nil {
		return nil, err
	}
	c, _ = s.settle(ctx, c, acts, now) // a new call has no effects yet
	if m := s.match(ctx, now, asking{in: c}, nil); m != nil && m.ID == id {
		c = m
	}
	return c, nil
}

// RoomOver takes in that the caller's <Dial> has ended for the conference of that generation, and
// returns the call: ended, or with the next generation. Gone: the caller's leg has ended too.
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

// CallerGone takes in that the caller's leg has ended. Twilio may report this before the call is
// stored: a caller can hang up while the function that takes the arrival is still starting. Then an
// ended call is stored, so that the arrival finds it and rings nobody. For a stored call this costs
// nothing.
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

// keepConference drops the failure of an effect if the decision was saved: the clocks repeat the
// effect, and the sender cannot act on the failure.
func keepConference(c *conference.Conference, err error) error {
	if c != nil {
		return nil
	}
	return err
}

// Place is where a caller stands who hears music.
type Place struct {
	Conference *conference.Conference
	Position   int  // in the queue, from 1; 0: not in the queue, or not asked for
	Beyond     bool // further back than the queue is read
}

// Turn is one turn of a caller's music.
type Turn struct {
	Position bool // the caller may be told their position in the queue
	// Lasts is how long the turn will play, as far as that is known beforehand.
	Lasts func(*conference.Conference) time.Duration
}

// Wait is the caller's clock: Twilio asks for the next music turn. It repairs what an event missed,
// offers the caller again, and looks up their position in the queue if the turn asks for it.
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

// find returns a caller's position in the queue. A caller whom the list does not show yet is at its
// end.
func find(line []Waiter, id conference.ID) (int, bool) {
	for i, w := range line {
		if w.ID == id {
			return i + 1, i+1 >= LinePage
		}
	}
	return len(line) + 1, len(line)+1 >= LinePage
}

// Connect takes in that a leg was answered, and says how it joins the conference or that it must be
// screened first (see Accept). It returns call.ErrNotWanted or ErrNotFound if the leg must not
// join.
func (s *Switchboard) Connect(
	ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, now time.Time,
) (conference.Admission, error) {
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
		return nil // the refused leg is closed, and that is saved too
	})
	if err := keepConference(c, err); err != nil {
		return in, err
	}
	if a != nil && refused == nil && bind(a, c, now) {
		s.assure(ctx, c, a.ID, now)
	}
	return in, refused
}

// answering loads the agent who answers a leg for the first time; nil if the leg has no agent or is
// answered already, or if the agent cannot be read.
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

// FellOut takes in that a leg is still connected although it should be in the conference. It
// returns how long the leg must wait until the next try, or call.ErrNotWanted or ErrNotFound if the
// leg is to be ended.
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

// Accept takes in whether a person who has picked up at an outside number takes the call; if so, it
// does the same as Connect. If not, the leg is over: the answer to its webhook ends it.
func (s *Switchboard) Accept(
	ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, yes bool, now time.Time,
) (conference.Admission, error) {
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

// ErrUnheard: the event was saved, but an effect failed, so that the caller may hear nothing. See
// RetryAudible.
var ErrUnheard = errors.New("the caller may hear nothing")

// told is acceptSaved for events after which the sender can soon try again.
func told(c *conference.Conference, err error, now time.Time) error {
	if c != nil && err != nil && c.Unheard(now) {
		return ErrUnheard
	}
	return keepConference(c, err)
}

// Again retries the effects of a call whose caller may hear nothing: music, or the goodbye. It
// returns ErrCallerUnheard as long as that fails.
func (s *Switchboard) Again(ctx context.Context, id conference.ID, now time.Time) error {
	c, err := s.load(ctx, id)
	if err != nil || !c.Unheard(now) {
		return err
	}
	c, err = s.redo(ctx, c, now)
	return told(c, err, now)
}

// LegTold takes in a status callback of an agent's leg: it rings, or it has ended with that
// outcome. It may return ErrCallerUnheard.
func (s *Switchboard) LegTold(
	ctx context.Context, id conference.ID, key conference.LegKey, sid conference.LegID, over bool, o conference.Outcome, now time.Time,
) error {
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

// RoomTold takes in a conference event. It may return ErrCallerUnheard.
func (s *Switchboard) RoomTold(ctx context.Context, id conference.ID, e conference.RoomEvent, now time.Time) error {
	c, err := s.update(ctx, id, now, func(c *conference.Conference) error {
		c.RoomTold(e, now)
		return nil
	})
	return told(c, err, now)
}
