package service_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

func TestN10AllAgentsTogetherHaveALimitOfNumbers(t *testing.T) {
	w, _ := talking(t, "alice", "bob")
	w.Use(service.Settings{NumbersPerHour: 3})
	tries := func(id agent.ID) error {
		_, err := w.Press(id, call.DoConsult, Outside)
		w.Settle()
		if err == nil {
			w.MustPress(id, call.DoCancel, "")
			w.Settle()
		}
		return err
	}
	w.Dial()
	w.Settle()
	w.Answer("bob")
	w.Settle()
	for _, id := range []agent.ID{"alice", "bob", "bob"} {
		if err := tries(id); err != nil {
			t.Fatalf("%s, within the limit: %v", id, err)
		}
	}
	dials := w.Phones.Count("Dial")
	if err := tries("alice"); !errors.Is(err, service.ErrTooManyNumbers) {
		t.Errorf("one too many: %v", err)
	}
	if n := w.Phones.Count("Dial"); n != dials {
		t.Errorf("the refused number was dialled: %d dials, want %d", n, dials)
	}
	w.Pass(agent.OutsideWindow + time.Minute)
	if err := tries("alice"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestWhetherThereAreNumbersIsInTheSnapshot(t *testing.T) {
	w := NewWorld(t, "alice")
	if !w.Me("alice").Numbers {
		t.Error("the page would not offer outside numbers")
	}
}
