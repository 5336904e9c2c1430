package service_test

import (
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// F445: a request has the time at which it came. One that takes long is saved after others that came later.
func TestF445ASlowRequestCountsNoTimeTwice(t *testing.T) {
	for _, slow := range []call.Action{call.DoHold, call.DoEnd} {
		w, id := talking(t, "alice", "bob")
		came := w.Now
		w.Now = w.Now.Add(4 * time.Second)
		w.MustPress("alice", call.DoHold, "")
		w.Settle()
		w.Now = w.Now.Add(4 * time.Second)
		w.MustPress("alice", call.DoResume, "")
		w.Settle()
		who := service.Principal{ID: "alice", Name: "Agent alice"}
		cmd := service.Command{Action: slow, Request: "slow"}
		if _, err := w.Service.Transfer(t.Context(), who, cmd, came); err != nil {
			t.Fatal(err)
		}
		w.Settle()
		if slow == call.DoHold {
			w.Now = w.Now.Add(2 * time.Second)
			w.MustPress("alice", call.DoEnd, "")
			w.Settle()
		}
		r := record.Of(w.Call(id))
		whole, spent := r.Ended.Sub(r.Arrived), time.Duration(r.Wait+r.Talk+r.Hold)*time.Second
		if spent > whole+time.Second {
			t.Errorf("slow %s: %v of %v are accounted for", slow, spent, whole)
		}
	}
}
