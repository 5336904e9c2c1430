package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

func TestF128TheSweepWritesItsHeartbeatAndHowTheLineStands(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	w.Dial()
	w.Answer("alice")
	w.Settle()
	w.Dial()
	w.Now = w.Now.Add(20 * time.Second)
	var log bytes.Buffer
	if err := sweep(w.Board, box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)(t.Context(),
		event(t, w.Now)); err != nil {
		t.Fatal(err)
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[metrics.Name]float64{
		metrics.Sweeps: 1, metrics.Rescued: 0, metrics.LegsSwept: 0, metrics.Waiting: 1, metrics.LongestWait: 20,
		metrics.AgentsBusy: 1, metrics.AgentsAvailable: 0, metrics.WaitingThoughFree: 0,
	} {
		if line[string(name)] != want {
			t.Errorf("%s is %v, want %v", name, line[string(name)], want)
		}
	}
	if line["_aws"] == nil {
		t.Error("the log entry is no metric")
	}
}

// A sweep that fails is not counted, and the missing metric is the alarm.
func TestF128AFailedSweepHasNoHeartbeat(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Store.Every("Live", servicetest.Fault{Err: service.ErrUnavailable})
	var log bytes.Buffer
	if err := sweep(w.Board, box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)(t.Context(),
		event(t, w.Now)); err == nil {
		t.Fatal("no error")
	}
	if bytes.Contains(log.Bytes(), []byte("Sweeps")) {
		t.Errorf("the log is %s", &log)
	}
}

func TestF175LegsThatOnlyTheSweepEndedAreCounted(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		state call.State
		ended time.Time
		left  int
		want  float64
	}{
		"late":             {call.Ended, now.Add(-time.Minute), 0, 2},
		"one of them":      {call.Ended, now.Add(-time.Minute), 1, 1},
		"in its good time": {call.Ended, now.Add(-time.Second), 0, 0},
		"still in a call":  {call.Talking, time.Time{}, 1, 0},
	} {
		ctx, counts := metrics.With(context.Background())
		observe(ctx, service.Transition{State: c.state, Legs: 2},
			&call.Call{State: c.state, Ended: c.ended, LegTable: call.LegTable{Legs: make([]call.Leg, c.left)}}, now)
		if got := counts.Value(metrics.LegsSwept); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// box is one without messages.
func box() *voicemail.Desk {
	d, _, _ := voicemailtest.Desk(time.Hour)
	return d
}
