package bus_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"warmtransfer/local/bus"
	"warmtransfer/local/clock"
	sender "warmtransfer/shared/bus"
	"warmtransfer/shared/call"
	"warmtransfer/shared/env"
	"warmtransfer/shared/notice"
)

// at is the functions' own client of a bus.
func at(t *testing.T, b http.Handler) *sender.Bus {
	t.Helper()
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	vars := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "EVENT_BUS": "calls",
		"AWS_ENDPOINT_URL_EVENTBRIDGE": server.URL,
	}
	r := env.New(func(name string) string { return vars[name] })
	s := sender.Open(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

var t0 = time.Date(2026, 11, 22, 10, 16, 49, 0, time.UTC)

func notices(n int) (list []notice.Notice) {
	for i := range n {
		list = append(list, notice.Notice{Schema: 1, ID: fmt.Sprint(i), Event: call.NewsEnded, At: t0})
	}
	return list
}

func TestEventsArriveInTens(t *testing.T) {
	b := bus.New(clock.NewManual(t0))
	done, refused, err := at(t, b).Put(context.Background(), notices(23))
	if err != nil || done != 23 || refused != 0 || len(b.Events()) != 23 || b.Requests() != 3 {
		t.Fatalf("%d done, %d refused, %v; %d events in %d requests", done, refused, err, len(b.Events()), b.Requests())
	}
	e := b.Events()[22]
	if e.Bus != "calls" || e.Source != "warm-transfer" || e.DetailType != "Call ended" || !e.Time.Equal(t0) {
		t.Errorf("%+v", e)
	}
}

// PutEvents answers 200 though it has taken a part.
func TestF232ThePartThatWasNotTakenIsKnown(t *testing.T) {
	b := bus.New(clock.NewManual(t0))
	s := at(t, b)
	part := map[int]string{3: "ThrottlingException", 7: "InternalFailure"}
	b.Fail(func(n int) bus.Fault {
		switch n {
		case 2:
			return bus.Fault{Codes: part}
		case 3: // of the two
			return bus.Fault{Codes: map[int]string{1: "InternalFailure"}}
		}
		return bus.Fault{}
	})
	if done, refused, err := s.Put(context.Background(), notices(23)); err != nil || done != 23 || refused != 0 ||
		len(b.Events()) != 23 { // each once
		t.Errorf("%d done, %d refused, %v, %d events", done, refused, err, len(b.Events()))
	}
	b.Fail(func(n int) bus.Fault {
		switch n - 5 {
		case 1:
			return bus.Fault{}
		case 2:
			return bus.Fault{Codes: part}
		}
		return bus.Fault{Codes: map[int]string{0: "ThrottlingException"}} // 3 again and again, and not 7
	})
	if done, refused, err := s.Put(context.Background(), notices(23)); err == nil || done != 13 || refused != 0 {
		t.Errorf("%d done, %d refused, %v", done, refused, err)
	}
	b.Fail(func(int) bus.Fault { return bus.Fault{Codes: map[int]string{1: "MalformedDetail"}} })
	if done, refused, err := s.Put(context.Background(), notices(3)); err != nil || done != 3 || refused != 1 {
		t.Errorf("%d done, %d refused, %v", done, refused, err)
	}
}

func TestF231ABusThatFailsTakesNothing(t *testing.T) {
	b := bus.New(clock.NewManual(t0))
	s := at(t, b)
	for name, f := range map[string]bus.Fault{
		"throttled": {Status: 429}, "down": {Status: 500}, "refused": {Status: 400}, "lost": {Lost: true},
	} {
		b.Fail(func(int) bus.Fault { return f })
		if done, _, err := s.Put(context.Background(), notices(2)); err == nil || done != 0 {
			t.Errorf("%s: %d done, %v", name, done, err)
		}
	}
	if n := len(b.Events()); n != 6 { // of the three answers that were lost
		t.Errorf("%d events", n)
	}
}
