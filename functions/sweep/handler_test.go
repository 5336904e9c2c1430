package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

// event is EventBridge's, as recorded, at that time.
func event(t testing.TB, at time.Time) (e events.EventBridgeEvent) {
	t.Helper()
	raw, err := os.ReadFile("testdata/schedule.json")
	if err == nil {
		err = json.Unmarshal(raw, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.Time = at
	return e
}

func TestF103TheSweepRepairsWhatNoEventTold(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.HangUp("alice")
	for len(w.Phones.Told) > 0 { // every callback is lost
		w.Drop(0)
	}
	var log bytes.Buffer
	run := sweep(w.Service, unset(), box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)
	w.Now = w.Now.Add(time.Minute)
	if err := run(t.Context(), event(t, w.Now)); err != nil {
		t.Fatal(err)
	}
	if c := w.Call(id); c.State == call.Talking {
		t.Errorf("the call is still %s", c.State)
	}
	if !strings.Contains(log.String(), `"swept":1`) || httpapitest.Private(log.String()) != "" {
		t.Errorf("the log is %s", &log)
	}
}

// steps is a clock that advances by that much at each reading.
func steps(by time.Duration) func() time.Time {
	var mu sync.Mutex
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(by)
		return at
	}
}

// The event holds the time of the start. The sweep adds the time that it has taken since, or the last
// calls would be judged by the time of the first.
func TestTheSweepsClockIsTheEventsTimeAndGoesOn(t *testing.T) {
	for took, want := range map[time.Duration]call.Reason{0: "", 10 * time.Second: call.ReasonMaxWait} {
		w := servicetest.NewWorld(t)
		id := w.DialIn()
		run := sweep(w.Service, unset(), box(), slog.New(slog.DiscardHandler), steps(took))
		if err := run(t.Context(), event(t, w.Now.Add(servicetest.MaxWait-20*time.Second))); err != nil {
			t.Fatal(err)
		}
		if c := w.Call(id); c.Reason != want {
			t.Errorf("after %v the conference is %s, %q", took, c.State, c.Reason)
		}
	}
}

// A sweep that runs out of time says so, is not counted, and the next one does not leave out the same
// calls.
func TestASweepThatIsCutShort(t *testing.T) {
	w := servicetest.NewWorld(t)
	var ids []call.ID
	for range 20 {
		id := w.DialIn()
		w.CallerHangsUp(id)
		ids = append(ids, id)
	}
	w.Phones.Told = nil
	looked := map[call.ID]bool{}
	for n := range 12 {
		w.Now = w.Now.Add(time.Minute)
		var log bytes.Buffer
		// steps are for each call
		run := sweep(w.Service, unset(), box(), slog.New(slog.NewJSONHandler(&log, nil)), steps(10*time.Second))
		if err := run(t.Context(), event(t, w.Now)); err != nil {
			t.Fatal(err)
		}
		if cut := strings.Contains(log.String(), `"left":`); n == 0 && !cut ||
			cut == strings.Contains(log.String(), `"Sweeps"`) {
			t.Fatalf("the log is %s", &log)
		}
		for _, id := range ids {
			if c := w.Call(id); !c.CallerAbsentSince.IsZero() || c.State == call.Ended {
				looked[id] = true
			}
		}
	}
	if len(looked) != len(ids) {
		t.Errorf("%d of %d were reconciled", len(looked), len(ids))
	}
}

func TestASweepWithoutTheStoreFailsAloud(t *testing.T) {
	w := servicetest.NewWorld(t)
	w.Store.Every("Live", servicetest.Fault{Err: service.ErrUnavailable})
	var log bytes.Buffer
	run := sweep(w.Service, unset(), box(), slog.New(slog.NewJSONHandler(&log, nil)), time.Now)
	err := run(t.Context(), event(t, w.Now))
	if !errors.Is(err, service.ErrUnavailable) || !strings.Contains(log.String(), `"level":"ERROR"`) {
		t.Errorf("%v; the log is %s", err, &log)
	}
}

func TestANetworkThatIsDownLeavesTheSweepQuiet(t *testing.T) {
	w := servicetest.NewWorld(t, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	for _, op := range []string{"FindConference", "Participants", "Hangup", "Hold"} {
		w.Phones.Every(op, servicetest.Fault{Err: service.ErrUnknown})
	}
	w.Now = w.Now.Add(time.Minute)
	run := sweep(w.Service, unset(), box(), slog.New(slog.DiscardHandler), time.Now)
	if err := run(t.Context(), event(t, w.Now)); err != nil {
		t.Error(err)
	}
	if h := w.Hears(id); h != "alice" {
		t.Errorf("F121: the caller hears %s", h)
	}
}

// Messages that cannot be found or deleted are no fault of the sweep, which is counted all the same.
func TestF286ASweepWhoseMessagesFail(t *testing.T) {
	w := servicetest.NewWorld(t)
	for name, fail := range map[string]func(*voicemailtest.Box, *voicemailtest.Twilio){
		"the list": func(b *voicemailtest.Box, _ *voicemailtest.Twilio) { b.FailNext["DueVoicemail"] = 1 },
		"Twilio":   func(_ *voicemailtest.Box, n *voicemailtest.Twilio) { n.Err = &service.RefusedError{Status: 401} },
	} {
		desk, box, network := voicemailtest.Desk(time.Hour)
		box.Messages["RE1"] = voicemail.Message{ID: "RE1", Version: 1, Due: w.Now}
		fail(box, network)
		var log bytes.Buffer
		if err := sweep(w.Service, unset(), desk, slog.New(slog.NewJSONHandler(&log, nil)), time.Now)(t.Context(),
			event(t, w.Now)); err != nil {
			t.Errorf("%s fails: %v", name, err)
		}
		for _, want := range []string{`"level":"WARN"`, `"Sweeps":1`, `"MessagesFailed":1`, `"messagesError"`} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s fails: no %s in %s", name, want, &log)
			}
		}
	}
}
