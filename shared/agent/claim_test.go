package agent

import (
	"encoding/json"
	"testing"
	"time"
)

func TestF209OnlyTheLastOfItsAskersFreesAClaim(t *testing.T) {
	a := available()
	idle := a.IdleSince
	if err := a.ClaimForTransfer("CA", "leg", t0); err != nil || a.Claim.For != ForTransfer {
		t.Fatalf("%v, %+v", err, a.Claim)
	}
	a.Claim.Share("second")
	a.Claim.Share("second")
	for _, asker := range []string{"another", "leg", "leg"} {
		a.Drop("leg", asker, t0)
		if a.Claim == nil {
			t.Fatalf("%s has released the agent", asker)
		}
	}
	if a.Drop("other leg", "second", t0) {
		t.Error("a claim on another leg was given up")
	}
	if !a.Drop("leg", "second", t0) || a.Claim != nil || !a.Free(t0) || !a.IdleSince.Equal(idle) {
		t.Errorf("after the last has given up: %+v", a)
	}
	if a.DoubtsFreedom(t0.Add(DoubtFor-1)) != "CA" || a.DoubtsFreedom(t0.Add(DoubtFor)) != "" {
		t.Error("DoubtsFreedom does not last for DoubtFor")
	}
	if _ = a.ClaimFor("CA2", "leg2", t0); a.DoubtsFreedom(t0) != "" || a.Claim.For != ForOffer {
		t.Errorf("claimed anew: %+v", a)
	}
}

// When the leg has ended in the call, the agent is released whatever requests use the claim.
func TestF209AReleaseByTheCallFreesAllAskers(t *testing.T) {
	a := available()
	_ = a.ClaimForTransfer("CA", "leg", t0)
	a.Claim.Share("second")
	if !a.Release(Release{Leg: "leg"}, t0) || a.Claim != nil {
		t.Errorf("%+v", a.Claim)
	}
}

func TestF209BindLeavesAnotherCallsClaimAlone(t *testing.T) {
	a := available()
	_ = a.ClaimFor("CA", "leg", t0)
	if a.Bind(ForOffer, "CA", "leg", t0) || a.Bind(ForOffer, "CA2", "leg2", t0) {
		t.Errorf("changed to %+v", a.Claim)
	}
	if !a.Bind(ForTransfer, "CA", "other", t0) || a.Claim.Leg != "other" {
		t.Errorf("another leg of the call: %+v", a.Claim)
	}
	if !a.Bind(ForOffer, "CA2", "leg2", t0.Add(Lease)) || a.Claim.Call != "CA2" {
		t.Errorf("an expired claim: %+v", a.Claim)
	}
}

// A claim of the version before has no purpose and no askers.
func TestF209AnOldClaimIsUnderstood(t *testing.T) {
	a := available()
	old := `{"id":"alice","status":"available","seen":"2026-11-22T10:00:00Z","idle":"2026-11-22T10:00:00Z",` +
		`"claim":{"conference":"CA","leg":"leg","until":"2026-11-22T10:02:00Z"}}`
	if err := json.Unmarshal([]byte(old), a); err != nil {
		t.Fatal(err)
	}
	if a.Presence(t0) != IsBusy || a.Drop("leg", "leg", t0) || a.Bind(ForOffer, "CA", "leg", t0) {
		t.Errorf("%+v", a.Claim)
	}
	if !a.Release(Release{Leg: "leg"}, t0) || !a.Free(t0) {
		t.Errorf("released: %+v", a)
	}
}

func TestF179ASilentPageLeavesTheFreeAndABeatComesBack(t *testing.T) {
	a := available()
	if a.FallSilent(t0.Add(SilentAfter)) || !a.Ranked() {
		t.Error("left the free agents too soon")
	}
	later := t0.Add(SilentAfter + 1)
	if !a.FallSilent(later) || a.Ranked() || a.FallSilent(later) {
		t.Error("did not leave the free agents exactly once")
	}
	if !a.Beat(later) || !a.Ranked() || !a.Free(later) {
		t.Error("not free again after a heartbeat")
	}
	a.HeartbeatAt = time.Time{} // the device could not be rung
	if !a.FallSilent(later) || a.Ranked() {
		t.Error("an agent who could not be rung is still among the free agents")
	}
	if !a.Beat(later) || !a.Ranked() {
		t.Error("not free again after a heartbeat")
	}
}

func TestF202ARemovedAgentIsNothingButRemoved(t *testing.T) {
	a := available()
	if !a.Remove(t0) || a.Remove(t0) || a.Free(t0) || a.Reachable(t0) || a.Ranked() ||
		a.EligibleForRecall("CA", t0, t0) {
		t.Errorf("%+v", a)
	}
	if !a.Restore() || a.Restore() || a.Presence(t0) != IsAway {
		t.Errorf("restored: %+v", a)
	}
}
