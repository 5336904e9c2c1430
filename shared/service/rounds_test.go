package service_test

import (
	"context"
	"testing"

	"warmtransfer/shared/call"
	. "warmtransfer/shared/service/servicetest"
)

// pressingPhones lets somebody press while a hold or resume is on its way.
type pressingPhones struct {
	*Phones
	press func()
}

func (p *pressingPhones) Hold(
	ctx context.Context, id call.ID, sid call.ConferenceID, leg call.LegID, hold bool,
) error {
	err := p.Phones.Hold(ctx, id, sid, leg, hold)
	p.press()
	return err
}

// F461: at each hold and resume of a request somebody presses once more, so that it has ever more to do. What it has
// saved as begun it does, however long that goes on.
func TestF461WhatIsBegunIsDone(t *testing.T) {
	for presses := range 30 {
		w, id := talking(t, "alice", "bob")
		w.MustPress("alice", call.DoConsult, "bob")
		w.Settle()
		w.Answer("bob")
		w.Settle()
		phones, left := &pressingPhones{Phones: w.Phones}, presses
		phones.press = func() {
			if left > 0 {
				left--
				w.MustPress("alice", call.DoSwap, "")
			}
		}
		w.Service = serviceWith(w.Store, phones)
		w.MustPress("alice", call.DoSwap, "")
		c := w.Call(id)
		bob := c.Leg(c.Transfer.Leg)
		for name, p := range map[string]call.Participant{"caller": c.Caller, "bob": bob.Participant} {
			if !p.HoldingSince.IsZero() || !p.ResumingSince.IsZero() {
				t.Errorf("%d presses: a hold or resume of %s is begun, and nobody does it", presses, name)
			}
		}
	}
}
