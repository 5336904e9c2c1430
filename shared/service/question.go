package service

import (
	"context"
	"time"

	"warmtransfer/shared/call"
)

// Arrival is a way to take in a caller who has dialled our number: see Arrive.
type Arrival func(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (*call.Call, error)

// Arriving says what becomes of a caller who arrives, besides waiting.
type Arriving struct {
	// Ahead: a caller before whom so many wait is asked first whether they go on waiting; 0: nobody. If the queue
	// cannot be read nobody is asked.
	Ahead int
	// IfOnline: see ArriveIfOnline.
	IfOnline bool
}

// ArriveBy is Arrive by these rules. Nobody is asked whether they go on waiting while an agent is free for them: the
// free agents are looked for first. A kept place does not make the line longer, as its turn may be at another time.
func (s *Service) ArriveBy(rules Arriving) Arrival {
	return func(ctx context.Context, id call.ID, from string, verified bool, now time.Time) (*call.Call, error) {
		var kept *call.Call
		var unsure bool
		ahead, online := 0, true
		var looks []func() // the caller hears nothing meanwhile, so that they are made side by side
		if rules.IfOnline {
			looks = append(looks, func() { online = s.anyOnline(ctx, now) })
		}
		if s.set.Places != nil && from != "" {
			looks = append(looks, func() { kept, unsure = s.placeOf(ctx, from) })
		}
		if rules.Ahead > 0 {
			looks = append(looks, func() { ahead = s.waitBefore(ctx, id) })
		}
		if len(looks) > 0 {
			s.set.Together(looks...)
		}
		if !online {
			return s.turnAway(ctx, id, from, verified, now, (*call.Call).ApplyNobodyOnline)
		}
		c := call.New(id, from, verified, now)
		if kept != nil {
			c.ApplyOldPlace(kept, now)
		}
		long := kept == nil && rules.Ahead > 0 && ahead >= rules.Ahead
		c, err := s.arrive(ctx, c, now, func() {
			if kept != nil || unsure {
				s.takePlace(ctx, from, id, kept, now)
			}
		})
		if err != nil || !long {
			return c, err
		}
		if m := s.offerNext(ctx, now, asking{in: c}, nil); m != nil && m.ID == id {
			c = m
		}
		if !c.Asking(now).MayOnArrival() {
			return c, nil
		}
		return s.ask(ctx, c, now, call.Asking.ApplyArrival), nil
	}
}

// waitBefore is how many callers wait in the line before that one; 0 if that cannot be read.
func (m *matcher) waitBefore(ctx context.Context, id call.ID) (n int) {
	queue, err := m.store.Queue(ctx)
	if err != nil {
		return 0
	}
	for _, w := range queue {
		if w.State.InLine() && w.ID != id {
			n++
		}
	}
	return n
}

// ask lets a caller be asked for whom no agent was free. If that cannot be saved they wait without it.
func (s *Service) ask(ctx context.Context, c *call.Call, now time.Time, how func(call.Asking)) *call.Call {
	asked, effects, err := s.change(ctx, c, now, func(c *call.Call) error {
		how(c.Asking(now))
		return nil
	})
	if err != nil {
		return c
	}
	asked, _ = s.execute(ctx, asked, effects, now)
	return asked
}

// Choose takes in what a caller has chosen when they were asked, in the conference's generation that follows the
// question. It returns the call: one that has ended is asked for a message, or told that their place is kept; another
// goes on waiting.
func (s *Service) Choose(
	ctx context.Context, id call.ID, generation int, a call.Choice, closedFor, now time.Time,
) (*call.Call, error) {
	c, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if a == call.ChooseKeep && c.Asking(now).MayKeep(generation) {
		if ok, err := s.keepPlace(ctx, c, now); err != nil {
			return nil, err
		} else if !ok {
			a = call.ChooseStay
		}
	}
	c, err = s.updateAndMatchFrom(ctx, "", c, now, func(c *call.Call) error {
		closeFor(c, closedFor, now)
		c.Asking(now).ApplyChoice(generation, a)
		if c.State == call.Ended {
			c.ApplyGoodbyeHeard() // the answer says it, or leads to the message
		}
		return nil
	})
	return c, acceptSaved(c, err)
}
