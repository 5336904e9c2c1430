package service_test

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// shownAs is a store whose list shows each agent otherwise than they are stored.
type shownAs struct {
	*Store
	change func(*agent.Agent)
}

func (s shownAs) Agents(ctx context.Context, from string) ([]agent.Agent, string, error) {
	page, next, err := s.Store.Agents(ctx, from)
	for i := range page {
		s.change(&page[i])
	}
	return page, next, err
}

// F424: the sweep reads all agents once. If that list lags, or cannot be read, it asks for the owner of each call that
// it looks at: a page that is silent is found, and one that is not is left in peace.
func TestF424TheListOfAgentsLagsOrCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		lists  func(w *World) func(*agent.Agent)
		silent bool
	}{
		"as stored, silent":         {nil, true},
		"as stored":                 {nil, false},
		"not to be read, silent":    {func(w *World) func(*agent.Agent) { return nil }, true},
		"not to be read":            {func(w *World) func(*agent.Agent) { return nil }, false},
		"a beat late":               {func(w *World) func(*agent.Agent) { return late(w.Now) }, false},
		"without the claim":         {func(w *World) func(*agent.Agent) { return unclaimed }, false},
		"without the claim, silent": {func(w *World) func(*agent.Agent) { return unclaimed }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, ids := manyTalks(t, 3)
			w.Audits = len(ids)
			if c.silent {
				w.Silent("agent001")
			}
			w.Pass(50 * time.Second) // until the page is silent, and before the sweep that tells the caller
			if c.lists != nil {
				if change := c.lists(w); change == nil {
					w.Store.Every("Agents", Fault{Err: service.ErrUnavailable})
				} else {
					w.Service = serviceOver(w, shownAs{w.Store, change})
				}
			}
			before := w.Phones.Announced[ids[1]]
			r, _ := looks(t, w)
			if r.Looked != len(ids) || before != 0 {
				t.Fatalf("%+v, %d announcements before", r, before)
			}
			if told := w.Phones.Announced[ids[1]] > 0; told != c.silent {
				t.Errorf("the caller is told %t", told)
			}
			a, err := w.Store.Agent(t.Context(), "agent001")
			if err != nil || a.Claim == nil || w.Call(ids[1]).State != call.Talking {
				t.Errorf("%+v, %v, the call is %s", a, err, w.Call(ids[1]).State)
			}
		})
	}
}

// late is a list that lacks the last minutes' heartbeats.
func late(now time.Time) func(*agent.Agent) {
	return func(a *agent.Agent) { a.HeartbeatAt = now.Add(-2 * time.Minute) }
}

func unclaimed(a *agent.Agent) { a.Claim = nil }

// F424: what the sweep has read says how the line stands if it is fresh; after a long sweep, or if it could not be
// read, it is read again.
func TestF424HowTheLineStandsAfterASweep(t *testing.T) {
	w := NewWorld(t, "alice", "bob")
	limits := service.SweepLimits{Most: 10, Clock: func() time.Time { return w.Now }}
	swept, err := w.Service.Sweep(t.Context(), limits)
	if err != nil {
		t.Fatal(err)
	}
	count := func(after time.Duration) (free, reads int) {
		before := w.Store.Count("Agents")
		g, err := w.Service.MetricsAfter(t.Context(), swept, w.Now.Add(after), w.Now)
		if err != nil {
			t.Fatal(err)
		}
		return g.Agents[agent.IsAvailable], w.Store.Count("Agents") - before
	}
	w.Choose("bob", agent.Away)
	if free, reads := count(time.Second); free != 2 || reads != 0 {
		t.Errorf("after a second: %d are free, the list is read %d times", free, reads)
	}
	if free, reads := count(6 * time.Second); free != 1 || reads != 1 {
		t.Errorf("after six seconds: %d are free, the list is read %d times", free, reads)
	}
	w.Store.Next("Agents", Fault{Err: service.ErrUnavailable})
	if swept, err = w.Service.Sweep(t.Context(), limits); err != nil {
		t.Fatal(err)
	}
	if free, reads := count(time.Second); free != 1 || reads != 1 {
		t.Errorf("not read by the sweep: %d are free, the list is read %d times", free, reads)
	}
}
