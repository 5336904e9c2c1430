package service_test

import (
	"context"
	"testing"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// slowHold is a phone network on which a request's time is up when the hold has been carried out.
type slowHold struct {
	service.CallControl
	end context.CancelFunc
}

func (s slowHold) Hold(ctx context.Context, id call.ID, room call.ConferenceID, leg call.LegID, hold bool) error {
	defer s.end()
	return s.CallControl.Hold(ctx, id, room, leg, hold)
}

// F186: the time of the agent's request is up after the hold. The target is not saved as dialled without having been:
// the next clock dials them. They are not dialled beside the hold, because a release that lets every target in has let
// alice in.
func TestF186ARequestWhoseTimeIsUpStartsNothingMore(t *testing.T) {
	w, id := talking(t, "alice", "bob")
	letInBefore(t, w, id)
	ctx, end := context.WithCancel(t.Context())
	slow := service.New(w.Store, slowHold{w.Phones, end}, service.Settings{Ring: Ring, NewKey: func() call.LegKey {
		return "slow"
	}})
	cmd := service.Command{Action: call.DoConsult, Target: service.ToAgent("bob"), Request: "1"}
	if _, err := slow.Transfer(ctx, service.Principal{ID: "alice", Name: "alice"}, cmd, w.Now); err != nil {
		t.Fatal(err)
	}
	if l := w.Call(id).Leg("slow"); l == nil || l.Phase != call.LegPlanned || w.Rings("bob") {
		t.Fatalf("after the request: %+v, bob rings %t", l, w.Rings("bob"))
	}
	w.Me("alice") // the page asks
	w.Settle()
	if !w.Rings("bob") {
		t.Error("the next request of the page does not dial bob")
	}
	state(t, w, id, call.ConsultRinging)
	hears(t, w, id, "music")
}
