package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

func TestF128TheSweepWritesItsHeartbeatAndHowTheLineStands(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.DialIn()
	w.Now = w.Now.Add(20 * time.Second)
	var log bytes.Buffer
	if err := sweep(w.Service, unset(), box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)(t.Context(),
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
	if err := sweep(w.Service, unset(), box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)(t.Context(),
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

// unset are the settings of a line that nobody has set.
func unset() *service.LineSettings { return set(settings.Values{}) }

func set(v settings.Values) *service.LineSettings {
	return &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
		return settings.Line{Values: v}, nil
	}}
}

// F378: the last agent goes while a caller waits. Two minutes later the caller is asked for a message, if the line
// wants that; not while an agent is online, even if a save fails or took effect without an answer.
func TestF378NobodyIsOnlineForWhoWaits(t *testing.T) {
	wanted := settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true}}
	for name, test := range map[string]struct {
		line   settings.Values
		online bool
		fault  servicetest.Fault
		asked  bool
	}{
		"wanted":             {wanted, false, servicetest.Fault{}, true},
		"not wanted":         {settings.Values{}, false, servicetest.Fault{}, false},
		"an agent is away":   {wanted, true, servicetest.Fault{}, false},
		"the save fails":     {wanted, false, servicetest.Fault{Err: service.ErrUnavailable}, true},
		"its answer is lost": {wanted, false, servicetest.Fault{Err: service.ErrUnavailable, Took: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := servicetest.NewWorld(t, "alice")
			w.Choose("alice", agent.Away)
			id := w.DialIn()
			if !test.online {
				w.Silent("alice")
			}
			run := sweep(w.Service, set(test.line), box(), slog.New(slog.DiscardHandler), time.Now)
			w.Pass(90 * time.Second)
			if err := run(t.Context(), event(t, w.Now)); err != nil || w.Call(id).State != call.Waiting {
				t.Fatalf("after a minute and a half: %s, %v", w.Call(id).State, err)
			}
			w.Pass(time.Minute)
			if test.fault.Err != nil {
				w.Store.At("SaveCall", w.Store.Count("SaveCall"), test.fault)
			}
			for range 2 {
				_ = run(t.Context(), event(t, w.Now))
				w.Pass(2 * time.Second)
			}
			c := w.Call(id)
			if (c.Reason == call.ReasonNobodyOnline) != test.asked || !test.asked && c.State != call.Waiting {
				t.Errorf("the call is %s, %s", c.State, c.Reason)
			}
		})
	}
}

// box is one without messages.
func box() *voicemail.Desk {
	d, _, _ := voicemailtest.Desk(time.Hour)
	return d
}

// F378, F424: an agent comes online while the sweep runs, which has read the agents before. Nobody is asked for a
// message.
func TestF378F424AnAgentComesOnlineDuringTheSweep(t *testing.T) {
	for _, comes := range []bool{true, false} {
		w := servicetest.NewWorld(t, "alice")
		w.Choose("alice", agent.Away)
		id := w.DialIn()
		w.Silent("alice")
		w.Pass(150 * time.Second)
		read := w.Store.Count("Agents")
		clock := func() time.Time {
			if comes && w.Store.Count("Agents") > read {
				_, _ = w.Beat("alice")
			}
			return time.Now()
		}
		line := set(settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true}})
		run := sweep(w.Service, line, box(), slog.New(slog.DiscardHandler), clock)
		if err := run(t.Context(), event(t, w.Now)); err != nil {
			t.Fatal(err)
		}
		if asked := w.Call(id).Reason == call.ReasonNobodyOnline; asked == comes {
			t.Errorf("alice comes %t, the caller is asked %t", comes, asked)
		}
	}
}
