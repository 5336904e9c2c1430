package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// Each outside call of an act fails, or takes effect without an answer, or the process dies there. The page repeats the
// press with the same key, and it has its effect once.
func TestF226AnActThatFailsOrTakesEffectUnansweredIsRepeated(t *testing.T) {
	acts := map[string]struct {
		set  func(*testing.T) (*World, call.ID)
		do   func(*World, call.ID) error
		done func(*World, call.ID) bool
	}{
		"away": {
			func(t *testing.T) (*World, call.ID) {
				w := NewWorld(t, "alice")
				id, _ := w.Dial()
				w.Settle()
				return w, id
			},
			func(w *World, _ call.ID) error { return w.SetStatusOf("alice", agent.Away, "k") },
			func(w *World, id call.ID) bool {
				return !w.Rings("alice") && w.Me("alice").Agent.Status == agent.Away &&
					len(entries(w.Call(id), call.OfferFailed)) == 1
			},
		},
		"end": {
			func(t *testing.T) (*World, call.ID) { return answered(t) },
			func(w *World, id call.ID) error { return w.EndCall(id, "k") },
			func(w *World, id call.ID) bool {
				return w.Call(id).Reason == call.ReasonAgentEnded && w.LiveLegs() == 0 &&
					len(entries(w.Call(id), call.End)) == 1
			},
		},
		"offer": {
			func(t *testing.T) (*World, call.ID) { w, id := waits(t); free(t, w, "bob"); return w, id },
			func(w *World, id call.ID) error { return w.OfferTo(id, "bob", "k") },
			func(w *World, id call.ID) bool {
				return w.Rings("bob") && len(entries(w.Call(id), call.Offer)) == 1
			},
		},
	}
	for name, act := range acts {
		for _, took := range []bool{false, true} {
			for n := range 13 {
				t.Run(fmt.Sprintf("%s, call %d, took effect %t", name, n, took), func(t *testing.T) {
					w, id := act.set(t)
					w.Life.CrashAt(w.Life.Calls()+n, took)
					err := act.do(w, id)
					w.Life.Disarm()
					for tries := 0; err != nil && tries < 3; tries++ {
						if !errors.Is(err, service.ErrUnavailable) && !errors.Is(err, service.ErrUnknown) {
							t.Logf("refused: %v", err)
						}
						err = act.do(w, id)
					}
					if err != nil {
						t.Fatalf("the press is refused for good: %v", err)
					}
					w.Settle()
					for range 3 {
						w.Pass(5 * time.Second)
						w.Sweep()
						w.Settle()
					}
					if !act.done(w, id) {
						t.Errorf("not done, or not once: %+v", w.Call(id))
					}
					w.Check()
				})
			}
		}
	}
}

// interrupted is a store that runs do just before one of its calls, counted from 0.
type interrupted struct {
	service.Store
	left int
	do   func()
}

func (s *interrupted) step() {
	if s.left--; s.left == -1 {
		s.do()
	}
}

func (s *interrupted) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	s.step()
	return s.Store.Agent(ctx, id)
}

func (s *interrupted) SaveAgent(ctx context.Context, a *agent.Agent) error {
	s.step()
	return s.Store.SaveAgent(ctx, a)
}

func (s *interrupted) Call(ctx context.Context, id call.ID) (*call.Call, error) {
	s.step()
	return s.Store.Call(ctx, id)
}

func (s *interrupted) SaveCall(ctx context.Context, c *call.Call) error {
	s.step()
	return s.Store.SaveCall(ctx, c)
}

// Two supervisors press at once: the whole first request runs at every moment of the second.
func TestF229TwoSupervisorsPressAtOnce(t *testing.T) {
	taken := func(err error) bool { return errors.Is(err, service.ErrTaken) }
	for name, second := range map[string]struct {
		do   func(w *World, id call.ID) error
		want func(first, second error) bool
	}{
		"the same agent": {
			func(w *World, id call.ID) error { return w.OfferTo(id, "bob", "k2") },
			func(first, second error) bool { return first == nil && second == nil },
		},
		"another agent": {
			func(w *World, id call.ID) error { return w.OfferTo(id, "carol", "k2") },
			func(first, second error) bool { return first == nil && taken(second) || taken(first) && second == nil },
		},
		"the agent is set Away": {
			func(w *World, id call.ID) error { return w.SetStatusOf("bob", agent.Away, "k2") },
			func(first, second error) bool {
				return (first == nil || is[*agent.NotFreeError](first)) && second == nil
			},
		},
	} {
		for n := range 6 {
			t.Run(fmt.Sprintf("%s, at call %d", name, n), func(t *testing.T) {
				w, id := waits(t)
				w.Choose("carol", agent.Away)
				free(t, w, "bob")
				free(t, w, "carol")
				var inner error
				ran, first := false, w.Service
				w.Service = service.New(&interrupted{Store: w.Store, left: n, do: func() {
					ran = true
					inner = first.OfferTo(t.Context(), Boss, id, "bob", "k1", w.Now)
				}}, w.Phones, service.Settings{
					Ring: Ring, MaxWait: MaxWait, NewKey: func() call.LegKey { return "another" },
				})
				err := second.do(w, id)
				w.Service = first
				if !ran {
					return // it makes fewer calls
				}
				if !second.want(inner, err) {
					t.Errorf("the first %v, the second %v", inner, err)
				}
				w.Settle()
				for range 3 {
					w.Pass(5 * time.Second)
					w.Settle()
				}
				claims := 0
				for _, who := range []agent.ID{"bob", "carol"} {
					if a := stored(t, w, who); a.Claimed(w.Now) {
						claims++
					}
				}
				if w.Call(id).State == call.Ringing && claims != 1 {
					t.Errorf("%d agents are claimed for one caller", claims)
				}
				w.Check()
			})
		}
	}
}
