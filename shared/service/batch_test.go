package service_test

import (
	"context"
	"testing"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// LoadAtOnce is one trip, whatever is loaded.
func (s *trips) LoadAtOnce(ctx context.Context, w service.Wanted) service.Loaded {
	s.n++
	return atOnce(ctx, s.Store, w)
}

// atOnce is a batch of a store that has none.
func atOnce(ctx context.Context, s service.Store, w service.Wanted) (l service.Loaded) {
	for _, id := range w.Agents {
		a, err := s.Agent(ctx, id)
		l.SetAgent(id, a, err)
	}
	if w.Call != "" {
		l.Call, l.NoCall = s.Call(ctx, w.Call)
	}
	return l
}

// LoadAtOnce is one read, as it is one request.
func (l *ledger) LoadAtOnce(ctx context.Context, w service.Wanted) service.Loaded {
	l.count(ctx, l.reads)
	return atOnce(ctx, l.Store, w)
}

// F423: the agent who is loaded with a caller's call, as the one who is likely to be rung, cannot be read, beats or is
// taken in the same moment. They are claimed as they are stored then, or the next one is.
func TestF423WhoIsLikelyToBeRungHasChanged(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(w *World) // before the join
		meant  func(w *World) // just before the first save of an agent
		rung   agent.ID
	}{
		"is as listed": {rung: "alice"},
		"cannot be read": {breaks: func(w *World) {
			w.Store.Next("Agent", Fault{Err: service.ErrUnavailable})
		}, rung: "alice"},
		"beats": {meant: func(w *World) {
			a, _ := w.Store.Agent(context.Background(), "alice")
			a.HeartbeatAt = w.Now.Add(1)
			_ = w.Store.SaveAgent(context.Background(), a)
		}, rung: "alice"},
		"is taken": {meant: func(w *World) {
			a, _ := w.Store.Agent(context.Background(), "alice")
			_ = a.ClaimFor("CA00000000000000000000000000000099", "another", w.Now)
			_ = w.Store.SaveAgent(context.Background(), a)
		}, rung: "bob"},
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, "alice", "bob")
			id, _ := w.Dial()
			s := &changed{Store: w.Store}
			if c.meant != nil {
				s.beat = func() { c.meant(w) }
			}
			w.Service = serviceOver(w, s)
			if c.breaks != nil {
				c.breaks(w)
			}
			w.Joins(id)
			if !w.Rings(c.rung) || w.Call(id).State != call.Ringing {
				t.Errorf("%s does not ring, the call is %s", c.rung, w.Call(id).State)
			}
		})
	}
}
