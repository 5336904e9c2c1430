package gateway

import (
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
)

// schedules fires the template's schedules on the gateway's clock.
type schedules struct {
	g *Gateway

	mu      sync.Mutex
	stopped bool
	timers  map[string]clock.Timer
}

// newSchedules starts every schedule; the first firing comes after one whole period.
func newSchedules(g *Gateway) *schedules {
	s := &schedules{g: g, timers: map[string]clock.Timer{}}
	for _, f := range g.o.Template.Functions {
		for _, plan := range f.Schedules {
			s.arm(f.LogicalID, plan)
		}
	}
	return s
}

func (s *schedules) arm(function string, plan sam.Schedule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.timers[plan.Name] = s.g.o.Clock.AfterFunc(plan.Every, func() {
		s.fire(function, plan)
		s.arm(function, plan)
	})
}

// fire starts the function without waiting for it, as EventBridge does. A failure is logged; the next firing comes
// anyway.
func (s *schedules) fire(function string, plan sam.Schedule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	id := requestID()
	payload := scheduledEvent(id, plan, s.g.o.Clock.Now())
	s.g.busy.Begin()
	go func() {
		defer s.g.busy.Done()
		_, err := s.g.functions[function].Invoke(runner.Invocation{RequestID: id, TraceID: traceID(s.g.o.Clock.Now()),
			Payload: payload}, 15*time.Minute)
		if err != nil {
			slog.Warn("scheduled function failed", "schedule", plan.Name, "request", id, "error", err)
		}
	}()
}

func (s *schedules) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	for _, t := range s.timers {
		t.Stop()
	}
}

// scheduledEvent is EventBridge's event, or the schedule's own input.
func scheduledEvent(id string, plan sam.Schedule, now time.Time) []byte {
	if plan.Input != "" {
		return []byte(plan.Input)
	}
	out, _ := json.Marshal(map[string]any{ // only texts and lists of texts
		"version": "0", "id": id, "detail-type": "Scheduled Event", "source": "aws.events", "account": sam.Account,
		"time": now.UTC().Format(time.RFC3339), "region": sam.Region,
		"resources": []string{"arn:aws:events:" + sam.Region + ":" + sam.Account + ":rule/" + plan.Name},
		"detail":    map[string]any{},
	})
	return out
}
