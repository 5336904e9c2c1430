package record

import (
	"slices"
	"time"

	"warmtransfer/shared/call"
)

// Bounds of one record (N10). Of more legs or transfers, the oldest goes that nobody answered.
const maxLegs, maxTransfers = 40, 40

// Follow keeps the trail of a call that was changed at one moment: before is the call as it was. The trail changes only
// with the call, so that it asks for no save of its own.
func Follow(before, c *call.Call, now time.Time) {
	t := &c.Trail
	if p, n := before.Transfer, c.Transfer; p != nil && n != nil && (!p.Began.Equal(n.Began) || p.Leg != n.Leg) {
		t.Transfers = bounded(append(slices.Clip(t.Transfers), *p), maxTransfers, func(t call.Transfer) bool {
			return t.Outcome != call.OutcomeAnswered
		})
	}
	if t.Place == 0 && c.Offer != "" && !c.Requeued && !c.Out.Dialled() {
		t.Place = 1 // they were offered before they could be told a place
	}
	if before.State == call.Ended && c.State != call.Ended { // they were asked for a message, and wait on
		t.Caller.Wait += max(0, now.Sub(before.Ended))
	}
	turn(&t.Caller, callerSpan(c), now)
	for i := range t.Legs {
		followLeg(before, c, &t.Legs[i], now)
	}
	for _, l := range c.Legs {
		known := slices.ContainsFunc(t.Legs, func(k call.TrailLeg) bool { return k.Key == l.Key })
		caller := c.Out.Dialled() && l.Key == c.Out.Leg
		// One without both is unknown, and is about to be ended.
		if known || caller || l.Agent == "" && l.Number == "" {
			continue
		}
		k := call.TrailLeg{Key: l.Key, Agent: l.Agent, Number: l.Number, Name: l.Name, Began: now}
		followLeg(before, c, &k, now)
		t.Legs = append(slices.Clip(t.Legs), k)
	}
	t.Legs = bounded(t.Legs, maxLegs, func(l call.TrailLeg) bool { return l.Answered.IsZero() && !l.Ended.IsZero() })
}

// bounded is the list with so many entries at most: of more, the oldest goes that nobody answered.
func bounded[T any](list []T, most int, unanswered func(T) bool) []T {
	for len(list) > most {
		first := max(0, slices.IndexFunc(list, unanswered))
		list = slices.Delete(slices.Clone(list), first, first+1)
	}
	return list
}

// callerSpan is what the caller does now. In a consult they hear music, or are about to.
func callerSpan(c *call.Call) call.Span {
	switch {
	case c.State == call.Ended, c.Out.Dialled() && !c.Out.Reached():
		return ""
	case c.State.InLine():
		return call.SpanWait
	case c.Caller.Held, c.State == call.Consulting, c.State == call.ConsultRinging:
		return call.SpanHold
	}
	return call.SpanTalk
}

func followLeg(before, c *call.Call, k *call.TrailLeg, now time.Time) {
	l := c.Leg(k.Key)
	switch {
	case !k.Ended.IsZero():
	case l == nil:
		k.Ended, k.Outcome = now, outcomeOf(before, c, *k)
		turn(&k.Spell, "", now)
	case l.Phase == call.LegAnswered:
		if k.Answered.IsZero() {
			k.Answered = now
		}
		span := call.SpanTalk
		switch {
		case c.State == call.Ended:
			span = ""
		case l.Held:
			span = call.SpanHold
		}
		turn(&k.Spell, span, now)
	}
}

// outcomeOf is how it went with a leg that is not in the call any more. The agents have a release, which says it.
func outcomeOf(before, c *call.Call, k call.TrailLeg) call.Outcome {
	if f, ok := c.Releases().Of(k.Key); ok {
		return f.Outcome
	}
	answered := !k.Answered.IsZero()
	for _, t := range []*call.Transfer{c.Transfer, before.Transfer} {
		if t != nil && t.Leg == k.Key && !t.Open() && (!answered || t.Outcome != call.OutcomeAnswered) {
			return t.Outcome
		}
	}
	switch {
	case c.Reason == call.ReasonCallerLeft:
		return call.OutcomeCallerLeft
	case c.State == call.Ended:
		return call.OutcomeEnded
	case answered:
		return call.OutcomeLost
	}
	return call.OutcomeCancelled
}

// turn lets a party do something else from now on. The time of a request that took long may be before that of one that
// was saved meanwhile: nothing is counted twice.
func turn(s *call.Spell, to call.Span, now time.Time) {
	if s.Now == to {
		return
	}
	if now.Before(s.Since) {
		now = s.Since
	}
	if d := now.Sub(s.Since); d > 0 {
		switch s.Now {
		case call.SpanWait:
			s.Wait += d
		case call.SpanTalk:
			s.Talk += d
		case call.SpanHold:
			s.Hold += d
		}
	}
	s.Now, s.Since = to, now
	if to == "" {
		s.Since = time.Time{}
	}
}
