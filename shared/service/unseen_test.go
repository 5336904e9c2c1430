package service_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	. "warmtransfer/shared/service/servicetest"
)

// unseen is a store with agents in a part of the lists that cannot be read. Without an error the list only lags.
type unseen struct {
	*Store
	who []agent.ID
	err error
}

func (u unseen) without(list []agent.Agent, next string, err error) ([]agent.Agent, string, error) {
	list = slices.DeleteFunc(list, func(a agent.Agent) bool { return slices.Contains(u.who, a.ID) })
	if err == nil {
		err = u.err
	}
	return list, next, err
}

func (u unseen) Free(ctx context.Context, from string) ([]agent.Agent, string, error) {
	return u.without(u.Store.Free(ctx, from))
}

func (u unseen) Agents(ctx context.Context, from string) ([]agent.Agent, string, error) {
	return u.without(u.Store.Agents(ctx, from))
}

// hides puts agents into a part of the lists that cannot be read, or that lags.
func hides(w *World, err error, who ...agent.ID) {
	w.Service = service.New(unseen{w.Store, who, err}, w.Phones, service.Settings{
		Ring: Ring, MaxWait: MaxWait, Notify: w.Phones, NewKey: func() call.LegKey { return call.LegKey(rand.Text()) },
	})
}

// F436: "anyone" while a part of the agents cannot be read. If none of the others is free, or free for this call, the
// agent is told that not all could be looked at; else they get who is.
func TestF436AnyoneWhileNotAllCanBeLookedAt(t *testing.T) {
	w, _ := talking(t, "alice", "bob", "carol")
	refused := func(why string) {
		t.Helper()
		_, err := w.Press("alice", call.DoConsult, Anyone)
		if !errors.Is(err, service.ErrNotAllSeen) || errors.Is(err, service.ErrNobodyFree) {
			t.Errorf("%s: %v", why, err)
		}
	}
	hides(w, service.ErrUnavailable, "bob", "carol")
	refused("nobody could be looked at")
	hides(w, service.ErrUnavailable, "bob")
	w.Choose("carol", agent.Away)
	refused("nobody else is free")
	w.Choose("carol", agent.Available)
	second := dialsAndHas(w, "carol")
	w.HangUp("carol")
	refused("only carol is, and is reserved")
	w.Pass(6 * time.Second)
	takes(t, w, second, "carol")
	w.CallerHangsUp(second)
	w.Settle()
	w.Choose("carol", agent.Available)
	w.MustPress("alice", call.DoConsult, Anyone)
	if !w.Rings("carol") {
		t.Error("carol, who can be seen and is free, is not rung")
	}
}

// F436: a caller waits, and the only free agent is in a part of the list that cannot be read, or that lags: the agent's
// own page finds them with its next heartbeat.
func TestF436WhoIsFreeAndNotSeenIsOfferedByTheirOwnPage(t *testing.T) {
	for name, err := range map[string]error{"not read": service.ErrUnavailable, "lags": nil} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld(t, "alice", "bob")
			w.Choose("bob", agent.Away)
			hides(w, err, "alice")
			id := w.DialIn()
			hears(t, w, id, "music")
			snap, beat := w.Beat("alice")
			if beat != nil || snap.Call == nil || !w.Rings("alice") {
				t.Fatalf("alice rings: %t, the page shows %+v, %v", w.Rings("alice"), snap.Call, beat)
			}
			takes(t, w, id, "alice")
		})
	}
}

// F436: the callers behind are offered in their turn, to those who can be seen as well.
func TestF436EachIsOfferedOnce(t *testing.T) {
	w := NewWorld(t, "alice", "bob", "carol")
	for _, a := range []agent.ID{"alice", "bob", "carol"} {
		w.Choose(a, agent.Away)
	}
	ids := dials(w, 3)
	w.Pass(6 * time.Second)
	hides(w, service.ErrUnavailable, "alice", "carol")
	for i, a := range []agent.ID{"alice", "bob", "carol"} {
		w.Choose(a, agent.Available)
		w.Settle()
		if got := ringsFor(w, a); got != ids[i] {
			t.Errorf("%s is rung for %q, want %s", a, got, ids[i])
		}
	}
	w.Check()
}
