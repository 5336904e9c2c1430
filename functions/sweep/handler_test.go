package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/switchboard/switchboardtest"
	"warmtransfer/shared/web/webtest"
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
	w := switchboardtest.NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Answer("alice")
	w.Settle()
	w.HangUp("alice")
	for len(w.Phones.Told) > 0 { // every word of it is lost
		w.Drop(0)
	}
	var log bytes.Buffer
	run := sweep(w.Board, slog.New(slog.NewJSONHandler(&log, nil)))
	w.Now = w.Now.Add(time.Minute)
	if err := run(t.Context(), event(t, w.Now)); err != nil {
		t.Fatal(err)
	}
	if c := w.Conference(id); c.State == conference.Talking {
		t.Errorf("the caller is still taken for %s", c.State)
	}
	if !strings.Contains(log.String(), `"swept":1`) || webtest.Private(log.String()) != "" {
		t.Errorf("the log is %s", &log)
	}
}

func TestTheSweepsClockIsTheEventsTime(t *testing.T) {
	w := switchboardtest.NewWorld(t)
	id, _ := w.Dial()
	run := sweep(w.Board, slog.New(slog.DiscardHandler))
	if err := run(t.Context(), event(t, w.Now.Add(switchboardtest.MaxWait))); err != nil {
		t.Fatal(err)
	}
	if c := w.Conference(id); c.Reason != conference.ReasonMaxWait {
		t.Errorf("the conference is %s, %q", c.State, c.Reason)
	}
}

func TestASweepWithoutTheStoreFailsAloud(t *testing.T) {
	w := switchboardtest.NewWorld(t)
	w.Store.Every("Live", switchboardtest.Fault{Err: switchboard.ErrUnavailable})
	var log bytes.Buffer
	err := sweep(w.Board, slog.New(slog.NewJSONHandler(&log, nil)))(t.Context(), event(t, w.Now))
	if !errors.Is(err, switchboard.ErrUnavailable) || !strings.Contains(log.String(), `"level":"ERROR"`) {
		t.Errorf("%v; the log is %s", err, &log)
	}
}

func TestANetworkThatIsDownLeavesTheSweepQuiet(t *testing.T) {
	w := switchboardtest.NewWorld(t, "alice")
	id, _ := w.Dial()
	w.Answer("alice")
	w.Settle()
	for _, op := range []string{"FindRoom", "Present", "Hangup", "Hold"} {
		w.Phones.Every(op, switchboardtest.Fault{Err: switchboard.ErrUnknown})
	}
	w.Now = w.Now.Add(time.Minute)
	if err := sweep(w.Board, slog.New(slog.DiscardHandler))(t.Context(), event(t, w.Now)); err != nil {
		t.Error(err)
	}
	if h := w.Hears(id); h != "alice" {
		t.Errorf("F121: the caller hears %s", h)
	}
}
