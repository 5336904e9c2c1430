package gateway

import (
	"context"
	"encoding/json"
	"testing"
	"time"
)

func TestScheduleFiresByTheClock(t *testing.T) {
	b := start(t, common, nil)
	b.clock.Advance(59 * time.Second)
	if n := b.gateway.Busy(); n != 0 {
		t.Fatalf("%d invocations before the first minute is over", n)
	}
	b.clock.Advance(time.Second)
	if n := b.gateway.Busy(); n != 1 {
		t.Errorf("Busy is %d as the clock returns, want 1", n)
	}
	var e struct {
		Source, Time string
		Kind         string `json:"detail-type"`
		Resources    []string
	}
	payload := b.meeting.next(t)
	if err := json.Unmarshal([]byte(payload), &e); err != nil {
		t.Fatal(err)
	}
	if e.Source != "aws.events" || e.Kind != "Scheduled Event" || e.Time != "2026-11-22T10:17:49Z" ||
		len(e.Resources) != 1 {
		t.Errorf("the event is %s", payload)
	}
	b.meeting.open()
	b.clock.Advance(2 * time.Minute)
	b.meeting.next(t)
	b.meeting.next(t)
	if err := b.gateway.Quiet(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestScheduleWithItsOwnInput(t *testing.T) {
	b := start(t, common, nil)
	b.meeting.open()
	b.clock.Advance(time.Hour)
	own := 0
	for range 61 {
		if b.meeting.next(t) == `{"own":"input"}` {
			own++
		}
	}
	if own != 1 {
		t.Errorf("in an hour the hourly schedule fired %d times, want once", own)
	}
}
