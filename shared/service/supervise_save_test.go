package service_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// Another request has offered the caller to the same agent, and the save of what is due then fails.
func TestF226AnOfferThatIsKnownWhoseSaveFails(t *testing.T) {
	for _, took := range []bool{false, true} {
		w, id := waits(t)
		free(t, w, "bob")
		first := w.Service
		w.Service = service.New(&interrupted{Store: w.Store, left: 4, do: func() {
			c, bob := w.Call(id), stored(t, w, "bob")
			err := c.StartOffer(bob, call.LegKey(bob.Claim.Leg), Ring, w.Now)
			if err == nil { // and the other request dies before its dial is saved as started
				err = w.Store.SaveCall(t.Context(), c)
			}
			if err != nil {
				t.Error(err)
			}
			failing := w.Store.Count("SaveCall") + 1 // after the conflict
			w.Store.At("SaveCall", failing, Fault{Err: service.ErrUnavailable, Took: took})
		}}, w.Phones, service.Settings{Ring: Ring, MaxWait: MaxWait, NewKey: func() call.LegKey { return "another" }})
		err := w.OfferTo(id, "bob", "k")
		w.Service = first
		w.Store.Heal()
		if !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("took %t: %v", took, err)
		}
		if err := w.OfferTo(id, "bob", "k"); err != nil {
			t.Errorf("took %t, repeated: %v", took, err)
		}
		w.Settle()
		for range 3 {
			w.Pass(5 * time.Second)
			w.Settle()
		}
		w.Check()
	}
}
