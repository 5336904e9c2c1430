package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Arrive takes in a caller who has dialled our number. From is their number, "" if it is withheld. They are offered to
// an agent as soon as they are in the conference (see HandleConferenceEvent): the caller hears nothing until this
// request is answered. Repeated, it gives the same answer. An error means that the call is not stored: ask the caller
// to hold on, and try again.
func (s *Service) Arrive(
	ctx context.Context, id call.ID, from string, verified bool, now time.Time,
) (*call.Call, error) {
	return s.arrive(ctx, call.New(id, from, verified, now), now, func() {})
}

// arrive stores the call of a caller who arrives. Then stored is called, unless the caller is known to have hung up.
func (s *Service) arrive(ctx context.Context, c *call.Call, now time.Time, stored func()) (*call.Call, error) {
	id := c.ID
	c, effects, err := s.decideAndSave(ctx, c, now, noChange, s.start)
	if errors.Is(err, ErrConflict) { // a repeated request: the call is known, and what was left undone is done now
		if c, err := s.load(ctx, id); err == nil && c.State != call.Ended {
			stored()
		}
		c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
			c.Asking(now).ApplyAgain()
			return nil
		})
		return c, acceptSaved(c, err)
	}
	if err != nil {
		return nil, err
	}
	stored()
	c, _ = s.execute(ctx, c, effects, now) // a new call has no effects yet
	return c, nil
}

// HandleDialEnded takes in that the caller's <Dial> has ended for the conference of that generation, and
// returns the call: ended, or with the next generation. Gone: the caller's leg has ended too.
func (s *Service) HandleDialEnded(
	ctx context.Context, id call.ID, generation int, gone bool, closedFor, now time.Time,
) (*call.Call, error) {
	c, err := s.updateAndMatch(ctx, id, now, func(c *call.Call) error {
		if gone {
			c.ApplyCallerEnded(now)
		} else {
			c.ApplyDialEnded(generation, now)
			closeFor(c, closedFor, now)
		}
		return nil
	})
	return c, acceptSaved(c, err)
}

// HandleCallerEnded takes in that the caller's leg has ended. Twilio may report this before the call is
// stored: a caller can hang up while the function that takes the arrival is still starting. Then an
// ended call is stored, so that the arrival finds it and rings nobody. From is the caller's number as
// for Arrive, so that the record says who it was. For a stored call this costs nothing.
func (s *Service) HandleCallerEnded(ctx context.Context, id call.ID, from string, now time.Time) error {
	gone := func(c *call.Call) error {
		c.ApplyCallerEnded(now)
		return nil
	}
	expected := func(c *call.Call) bool { return call.Expected{Call: c, Now: now}.CallerEnded() }
	for range saveTries {
		c, err := s.updateAfter(ctx, id, now, expected, gone)
		if !errors.Is(err, ErrNotFound) {
			return acceptSaved(c, err)
		}
		over := call.New(id, from, false, now)
		if _, _, err = s.decideAndSave(ctx, over, now, gone, s.start); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// acceptSaved drops the failure of an effect if the decision was saved: the clocks repeat the
// effect, and the sender cannot act on the failure.
func acceptSaved(c *call.Call, err error) error {
	if c != nil {
		return nil
	}
	return err
}

// QueuePosition is where a caller stands who hears music.
type QueuePosition struct {
	Call     *call.Call
	Position int  // in the queue, from 1; 0: not in the queue, or not asked for
	Beyond   bool // further back than the queue is read
}

// Turn is one turn of a caller's music.
type Turn struct {
	// First: the caller has joined a conference a moment ago. The callback that tells of that comes at the same time,
	// and offers them to an agent.
	First    bool
	Position bool // the caller may be told their position in the queue
	// Lasts is how long the turn will play, as far as that is known beforehand.
	Lasts func(*call.Call) time.Duration
	// ClosedFor: the line is closed for callers in the queue, too, who have arrived before that (see LineSettings).
	ClosedFor time.Time
	// AskEvery: who waits is asked once in that time whether they go on waiting; 0: never.
	AskEvery time.Duration
}

// closeFor ends the wait of a caller in the queue who has arrived before that.
func closeFor(c *call.Call, before, now time.Time) {
	if c.Arrived.Before(before) {
		c.ApplyLineClosed(now)
	}
}

// Wait is the caller's clock: Twilio asks for the next music turn. It repairs what an event missed,
// offers the caller again, and looks up their position in the queue if the turn asks for it.
func (s *Service) Wait(ctx context.Context, id call.ID, t Turn, now time.Time) (QueuePosition, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return QueuePosition{}, err
	}
	var p QueuePosition
	if t.Position && c.State.InLine() {
		if queue, err := s.store.Queue(ctx); err == nil { // otherwise music without a position
			p.Position, p.Beyond = find(queue, id)
		}
	}
	update := s.updateAndMatchFrom
	if t.First && !c.Caller.Joined { // the callback that tells that they have joined comes just now
		update = s.updateFrom
	}
	c, err = update(ctx, "", c, now, func(c *call.Call) error {
		if c.Asking(now).LateTurn() {
			c.Asking(now).ApplyLateTurn(t.Lasts(c))
		} else {
			c.ApplyMusicTurn(now)
			c.ApplyMusicLength(t.Lasts(c), now)
		}
		if c.Trail.Place == 0 && !c.Requeued {
			c.Trail.Place, c.Trail.Beyond = p.Position, p.Beyond
		}
		closeFor(c, t.ClosedFor, now)
		return nil
	})
	if c == nil {
		return QueuePosition{}, err
	}
	if c.Asking(now).DueAfter(t.AskEvery) { // and nobody is rung for them
		c = s.ask(ctx, c, now, func(a call.Asking) { a.ApplyEvery(t.AskEvery) })
	}
	if p.Call = c; !c.State.InLine() {
		p.Position, p.Beyond = 0, false
	}
	return p, nil
}

// find returns a caller's position in the queue. A caller whom the list does not show yet is at its
// end.
func find(queue []QueueEntry, id call.ID) (int, bool) {
	for i, w := range queue {
		if w.ID == id {
			return i + 1, i+1 >= QueuePage
		}
	}
	return len(queue) + 1, len(queue)+1 >= QueuePage
}

// Answered is a leg that was answered.
type Answered struct {
	Key call.LegKey
	SID call.LegID
	// Agent is whose leg it seems to be; "": not known. It changes nothing: the call says whose leg it is, and that
	// agent is loaded sooner if it is this one.
	Agent agent.ID
}

// Connect takes in that a leg was answered, and says how it joins the conference or that it must be
// screened first (see Accept). It returns call.ErrNotWanted or ErrNotFound if the leg must not
// join.
func (s *Service) Connect(ctx context.Context, id call.ID, l Answered, now time.Time) (call.Admission, error) {
	ctx = inHand(ctx)
	w := Wanted{Call: id}
	if l.Agent != "" {
		w.Agents = []agent.ID{l.Agent}
	}
	got := s.loadAtOnce(ctx, w)
	if got.NoCall != nil {
		return call.Admission{}, fmt.Errorf("load call: %w", got.NoCall)
	}
	return s.connect(ctx, got.Call, l.Key, l.SID, now)
}

// connect is Connect with a call that was loaded a moment ago.
func (s *Service) connect(
	ctx context.Context, c *call.Call, key call.LegKey, sid call.LegID, now time.Time,
) (call.Admission, error) {
	var in call.Admission
	var refused error
	a := s.answering(ctx, c, key)
	c, err := s.admit(ctx, c, &in, now, func(c *call.Call) error {
		if a != nil && a.IsRemoved() {
			refused = call.ErrNotWanted
			c.ApplyLegEnded(key, sid, call.OutcomeDeclined, now)
			return nil
		}
		in, refused = c.Admitting(now).ApplyLegAnswered(key, sid)
		return nil // the refused leg is closed, and that is saved too
	})
	if err := acceptSaved(c, err); err != nil {
		return in, err
	}
	if a != nil && refused == nil && bind(a, c, now) {
		s.repairClaim(ctx, c, a.ID, now)
	}
	return in, refused
}

// admit is updateAndMatchFrom for a decision about a leg that asks to join. If the leg must wait for the caller's hold,
// and the plan of this very request has put the caller on hold, it is decided again.
func (s *Service) admit(
	ctx context.Context, c *call.Call, in *call.Admission, now time.Time, f decide,
) (*call.Call, error) {
	c, err := s.updateAndMatchFrom(ctx, "", c, now, f)
	if c == nil || !in.Wait || !c.CallerHeld() {
		return c, err
	}
	return s.updateAndMatchFrom(ctx, "", c, now, f)
}

// answering loads the agent who answers a leg for the first time; nil if the leg has no agent or is
// answered already, or if the agent cannot be read.
func (s *Service) answering(ctx context.Context, c *call.Call, key call.LegKey) *agent.Agent {
	l := c.Leg(key)
	if l == nil || l.Agent == "" || l.Phase == call.LegAnswered {
		return nil
	}
	a, err := s.seen(ctx, l.Agent)
	if err != nil {
		return nil
	}
	return a
}

// HandleJoinRefused takes in that a leg is still connected although it should be in the conference. It
// returns how long the leg must wait until the next try, or call.ErrNotWanted or ErrNotFound if the
// leg is to be ended.
func (s *Service) HandleJoinRefused(ctx context.Context, id call.ID, key call.LegKey, sid call.LegID,
	now time.Time) (time.Duration, error) {
	var wait time.Duration
	var refused error
	expected := func(c *call.Call) bool { return call.Expected{Call: c, Now: now}.LegStatus(key, true) }
	c, err := s.updateAfter(ctx, id, now, expected, func(c *call.Call) error {
		wait, refused = c.Admitting(now).ApplyJoinRefused(key, sid)
		return nil
	})
	if err := acceptSaved(c, err); err != nil {
		return 0, err
	}
	return wait, refused
}

// Accept takes in whether a person who has picked up at an outside number takes the call; if so, it
// does the same as Connect. If not, the leg is over: the answer to its webhook ends it.
func (s *Service) Accept(
	ctx context.Context, id call.ID, key call.LegKey, sid call.LegID, yes bool, now time.Time,
) (call.Admission, error) {
	var in call.Admission
	var refused error
	c, err := s.load(ctx, id)
	if err != nil {
		return in, err
	}
	c, err = s.admit(ctx, c, &in, now, func(c *call.Call) error {
		if yes {
			in, refused = c.Admitting(now).ApplyLegAccepted(key, sid)
			return nil
		}
		refused = call.ErrNotWanted
		c.ApplyLegEnded(key, sid, call.OutcomeDeclined, now)
		return nil
	})
	if err := acceptSaved(c, err); err != nil {
		return in, err
	}
	return in, refused
}

// ErrCallerUnheard: the event was saved, but an effect failed, so that the caller may hear nothing. See
// RetryAudible.
var ErrCallerUnheard = errors.New("the caller may hear nothing")

// acceptSavedAudible is acceptSaved for events after which the sender can soon try again.
func acceptSavedAudible(c *call.Call, err error, now time.Time) error {
	if c != nil && err != nil && c.Hearing(now).MayBeNothing() {
		return ErrCallerUnheard
	}
	return acceptSaved(c, err)
}

// RetryAudible retries the effects of a call whose caller may hear nothing: music, or the goodbye. It
// returns ErrCallerUnheard as long as that fails.
func (s *Service) RetryAudible(ctx context.Context, id call.ID, now time.Time) error {
	c, err := s.load(ctx, id)
	if err != nil || !c.Hearing(now).MayBeNothing() {
		return err
	}
	c, err = s.replan(ctx, c, now)
	return acceptSavedAudible(c, err, now)
}

// HandleCallStatus takes in a status callback of an agent's leg or of an outside party's: it rings, or it has ended
// with that outcome. It may return ErrCallerUnheard.
func (s *Service) HandleCallStatus(
	ctx context.Context, id call.ID, key call.LegKey, sid call.LegID, over bool, o call.Outcome, now time.Time,
) error {
	expected := func(c *call.Call) bool { return call.Expected{Call: c, Now: now}.LegStatus(key, over) }
	c, err := s.updateAfter(ctx, id, now, expected, func(c *call.Call) error {
		if over {
			c.ApplyLegEnded(key, sid, o, now)
		} else {
			c.ApplyLegRinging(key, sid, now)
		}
		return nil
	})
	return acceptSavedAudible(c, err, now)
}

// HandleConferenceEvent takes in a conference event. A caller who has joined is offered to an agent. It may return
// ErrCallerUnheard.
func (s *Service) HandleConferenceEvent(ctx context.Context, id call.ID, e call.ConferenceEvent, now time.Time) error {
	expected := func(c *call.Call) bool { return call.Expected{Call: c, Now: now}.ConferenceEvent(e) }
	apply := func(c *call.Call) error {
		c.ApplyConferenceEvent(e, now)
		return nil
	}
	update := s.updateAfter
	if e.Kind == call.ParticipantJoined && e.Leg == call.LegID(id) {
		update = s.joined
	}
	c, err := update(ctx, id, now, expected, apply)
	return acceptSavedAudible(c, err, now)
}
