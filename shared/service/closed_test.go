package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// The emergency's second step ends the waits of those who have arrived before it. Who has arrived later was admitted by
// a function that knew the line to be open, and a function that does not know that yet does not send them away.
func TestF264AnEmergencyEndsTheWaitsOfThoseWhoWereThere(t *testing.T) {
	ways := map[string]func(w *World, id call.ID, before time.Time) error{
		"a music turn": func(w *World, id call.ID, before time.Time) error {
			lasts := func(*call.Call) time.Duration { return 12 * time.Second }
			_, err := w.Service.Wait(t.Context(), id, service.Turn{Lasts: lasts, ClosedFor: before}, w.Now)
			return err
		},
		"the conference refuses them": func(w *World, id call.ID, before time.Time) error {
			_, err := w.Service.HandleDialEnded(t.Context(), id, 0, false, before, w.Now)
			return err
		},
	}
	for name, way := range ways {
		for _, after := range []time.Duration{-time.Second, 0, time.Second} {
			w := NewWorld(t)
			id, _ := w.Dial()
			if err := way(w, id, w.Call(id).Arrived.Add(after)); err != nil {
				t.Fatal(err)
			}
			c := w.Call(id)
			if ended := c.State == call.Ended && c.Reason == call.ReasonClosed; ended != (after > 0) {
				t.Errorf("%s, %v: the caller is %s", name, after, c.State)
			}
		}
	}
}
