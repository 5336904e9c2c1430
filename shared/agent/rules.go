package agent

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits and delays of the rules.
const (
	// StaleAfter is how long an agent counts as present after a heartbeat: three heartbeats of a page, which
	// come fifteen seconds apart at most.
	StaleAfter = 45 * time.Second
	// Lease is how long a claim lasts unless a heartbeat renews it.
	Lease = 2 * time.Minute
	// WatchLease is how long a supervisor may be in a call unless a request shows that they still are one. A heartbeat
	// does not: its function does not know the groups.
	WatchLease = 45 * time.Second
	// SilentAfter is how long a page must have sent no heartbeat before its agent leaves the free agents.
	SilentAfter = 2 * time.Minute
	// DoubtFor is how long after a request has given up its claim another may still save the leg: longer than any
	// request lasts.
	DoubtFor = 20 * time.Second
	// MissLimit is how many offers in a row an agent may miss before they are set Away.
	MissLimit = 2
	// beatEvery is the least time between two stored heartbeats, which saves writes.
	beatEvery = 5 * time.Second
	// MaxRecent is how many calls an agent's list of recent calls keeps.
	MaxRecent = 10
	// maxAppliedRequests is how many requests of earlier calls are kept.
	maxAppliedRequests = 16
	// MaxOutside is how many outside numbers an agent may dial in OutsideWindow.
	MaxOutside    = 20
	OutsideWindow = time.Hour
	schema        = 1
)

// ErrTooManyOutside: the agent has dialled too many outside numbers lately.
var ErrTooManyOutside = errors.New("the agent has dialled too many outside numbers lately")

// ErrRemoved: the operator has removed the agent.
var ErrRemoved = errors.New("the agent was removed")

// NotFreeError says why an agent cannot be claimed.
type NotFreeError struct{ Presence Presence }

func (e *NotFreeError) Error() string { return fmt.Sprintf("the agent is %s", e.Presence) }

// New is an agent who signs in for the first time: Away until they choose.
func New(id ID, name string, now time.Time) *Agent {
	return &Agent{ID: id, Name: name, Schema: schema, Status: Away, Since: now, IdleSince: now, HeartbeatAt: now}
}

// Clone is an independent copy.
func (a *Agent) Clone() *Agent {
	next := *a
	next.Claim, next.Dropped, next.Last = clone(a.Claim), clone(a.Dropped), clone(a.Last)
	next.DialQuota = clone(a.DialQuota)
	next.Recent, next.AppliedRequests = slices.Clone(a.Recent), slices.Clone(a.AppliedRequests)
	if next.Claim != nil {
		next.Claim.Askers = slices.Clone(next.Claim.Askers)
	}
	return &next
}

func clone[T any](v *T) *T {
	if v == nil {
		return nil
	}
	next := *v
	return &next
}

// Claimed says whether a claim that has not expired binds the agent.
func (a *Agent) Claimed(now time.Time) bool { return a.Claim != nil && now.Before(a.Claim.Until) }

// Presence is what others see of the agent now. If IdleSince is in the future, the automatic wrap-up lasts until then.
func (a *Agent) Presence(now time.Time) Presence {
	switch {
	case a.Claimed(now):
		return IsBusy
	case a.IsRemoved(), now.After(a.HeartbeatAt.Add(StaleAfter)):
		return IsOffline
	case a.Status == Away:
		return IsAway
	case a.Status == WrapUp || now.Before(a.IdleSince):
		return IsWrapUp
	default:
		return IsAvailable
	}
}

// Free says whether the agent may be offered a call now.
func (a *Agent) Free(now time.Time) bool { return a.Presence(now) == IsAvailable }

// Ranked says whether the agent is in the index of free agents: available, not claimed, and not without heartbeats for
// SilentAfter. The page need not be present, so a heartbeat does not change the index.
func (a *Agent) Ranked() bool {
	silent := a.Silent != nil && a.Silent.Equal(a.HeartbeatAt)
	return a.Status == Available && a.Claim == nil && !silent && !a.IsRemoved()
}

// FallSilent takes an agent out of the free agents whose page has sent no heartbeat for SilentAfter. It says whether
// anything has changed.
func (a *Agent) FallSilent(now time.Time) bool {
	if !a.Ranked() || !now.After(a.HeartbeatAt.Add(SilentAfter)) {
		return false
	}
	seen := a.HeartbeatAt
	a.Silent = &seen
	return true
}

// IsRemoved says whether the operator has removed the agent.
func (a *Agent) IsRemoved() bool { return !a.Removed.IsZero() }

// Remove removes the agent: they get no offers, and their commands are refused. A call that they are in goes on. The
// status Away is for an older version, which does not know Removed.
func (a *Agent) Remove(now time.Time) bool {
	if a.IsRemoved() {
		return false
	}
	a.Removed, a.Status, a.Since, a.StatusReason, a.StatusBy = now, Away, now, "", ""
	return true
}

// Restore undoes Remove: the agent may sign in again, and is Away until they choose.
func (a *Agent) Restore() bool {
	if !a.IsRemoved() {
		return false
	}
	a.Removed = time.Time{}
	return true
}

// Reachable says whether the agent could be rung now, whatever status they have chosen: they are not claimed, and their
// page sends heartbeats.
func (a *Agent) Reachable(now time.Time) bool {
	p := a.Presence(now)
	return p != IsBusy && p != IsOffline
}

// EligibleForRecall says whether the agent may be offered the caller again who lost them at the given time: they are
// claimed for no other call, and have not chosen Away or WrapUp since. A status chosen before the loss applies after
// the call, as does wrap-up; and the call is not over.
func (a *Agent) EligibleForRecall(callID string, lost, now time.Time) bool {
	elsewhere := a.Claimed(now) && a.Claim.Call != callID
	return !elsewhere && !a.IsRemoved() && (a.Status == Available || !a.Since.After(lost))
}

// ClaimToWatch claims a supervisor for a leg of their own in a call, whatever status they have chosen.
func (a *Agent) ClaimToWatch(callID, leg string, now time.Time) error {
	if !a.Reachable(now) || a.IsRemoved() {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(ForWatching, callID, leg, now)
	a.Claim.Until = now.Add(WatchLease)
	return nil
}

// KeepWatching extends the claim of a supervisor whose token still says that they are one. It says whether anything has
// changed.
func (a *Agent) KeepWatching(now time.Time) bool {
	if !a.Claim.Watches() || !a.Claimed(now) || a.Claim.Until.After(now.Add(WatchLease-WatchLease/4)) {
		return false
	}
	a.Claim.Until = now.Add(WatchLease)
	return true
}

// Watches says whether the agent is, or lately was, claimed for a leg of a supervisor.
func (c *Claim) Watches() bool { return c != nil && c.For == ForWatching }

// ClaimFor claims the agent for the leg of an offer, or says with *NotFreeError why they cannot be claimed.
func (a *Agent) ClaimFor(callID, leg string, now time.Time) error {
	if !a.Free(now) {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(ForOffer, callID, leg, now)
	return nil
}

// ClaimToCall claims the agent for a call of their own, whatever status they have chosen.
func (a *Agent) ClaimToCall(callID, leg string, now time.Time) error {
	if !a.Reachable(now) || a.IsRemoved() {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(ForOffer, callID, leg, now)
	return nil
}

// ClaimForTransfer is ClaimFor for the leg of a transfer's target.
func (a *Agent) ClaimForTransfer(callID, leg string, now time.Time) error {
	err := a.ClaimFor(callID, leg, now)
	if err == nil {
		a.Claim.For = ForTransfer
	}
	return err
}

// ClaimForRecall is ClaimFor for a caller who lost this agent at the given time (see EligibleForRecall).
func (a *Agent) ClaimForRecall(callID, leg string, lost, now time.Time) error {
	if !a.Reachable(now) || !a.HeartbeatAt.After(lost) || !a.EligibleForRecall(callID, lost, now) {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(ForOffer, callID, leg, now)
	return nil
}

// Share adds a request to the claim that another request has made for a transfer of the same call. Asker is the leg key
// that this request would have used.
func (c *Claim) Share(asker string) {
	if !slices.Contains(c.Askers, asker) {
		c.Askers = append(slices.Clip(c.Askers), asker)
	}
}

// TakeOver claims the agent for a transfer, in place of a claim for an offer of the same call that cannot succeed any
// more, since the caller has an owner.
func (a *Agent) TakeOver(callID, leg string, now time.Time) {
	a.claim(ForTransfer, callID, leg, now)
}

// Bind claims the agent for a leg that the call has for them, whatever the agent's item said before, unless they are
// claimed for another call. It says whether anything has changed.
func (a *Agent) Bind(what Purpose, callID, leg string, now time.Time) bool {
	if a.Claim != nil && a.Claim.Call == callID && a.Claim.Leg == leg {
		return false
	}
	if a.Claimed(now) && a.Claim.Call != callID {
		return false
	}
	a.claim(what, callID, leg, now)
	return true
}

func (a *Agent) claim(what Purpose, callID, leg string, now time.Time) {
	a.Claim = &Claim{
		Call: callID, Leg: leg, Until: now.Add(Lease), Since: now, For: what, Askers: []string{leg},
	}
	a.Dropped = nil
}

// DoubtsFreedom is the call for which a request claimed the agent and gave up a moment ago; "" if there is none.
// Another request may have saved a leg for the agent there.
func (a *Agent) DoubtsFreedom(now time.Time) string {
	if a.Claim != nil || a.Dropped == nil || !now.Before(a.Dropped.At.Add(DoubtFor)) {
		return ""
	}
	return a.Dropped.Call
}

// Drop applies that a request, named by asker, gives up the claim. When no other request uses the claim, the agent is
// free. It says whether anything has changed.
func (a *Agent) Drop(leg, asker string, now time.Time) bool {
	if a.Claim == nil || a.Claim.Leg != leg || !slices.Contains(a.Claim.Askers, asker) {
		return false
	}
	a.Claim.Askers = slices.DeleteFunc(slices.Clone(a.Claim.Askers), func(s string) bool { return s == asker })
	if len(a.Claim.Askers) == 0 {
		a.Dropped = &Dropped{Call: a.Claim.Call, At: now}
		a.Claim = nil
	}
	return true
}

// Renew extends the agent's claim; it says whether anything has changed.
func (a *Agent) Renew(now time.Time) bool {
	if a.Claim == nil || a.Claim.Watches() || a.Claim.Until.After(now.Add(Lease-Lease/4)) {
		return false
	}
	a.Claim.Until = now.Add(Lease)
	return true
}

// Release is how a claim ended.
type Release struct {
	Call            string
	Leg             string
	Outcome         string
	Answered        bool // the agent had answered
	Missed          bool // the agent let it ring
	Unreached       bool // the page's device could not be rung
	Declined        bool // the agent declined
	WrapUp          time.Duration
	Caller          string
	Began           time.Time
	Rang            bool     // it rang and the agent did not answer
	CalledBack      bool     // the agent has called the caller, who has answered or not
	Word            string   // Outcome in finer words, for the list of recent calls; "": the same
	With            string   // see LastCall
	AppliedRequests []string // the agent's requests that took effect in the call, newest last
	NotDialled      string   // the request of an outside number that was counted and not dialled; "": none
}

// Release ends the agent's claim on that leg. A claim on another leg stays. It says whether anything has changed.
func (a *Agent) Release(r Release, now time.Time) bool {
	if a.Claim == nil || a.Claim.Leg != r.Leg {
		return false
	}
	a.Claim, a.IdleSince, a.Freed = nil, now, now
	a.remember(r.AppliedRequests)
	if r.NotDialled != "" {
		a.DialQuota.Uncount(r.NotDialled)
	}
	end := LastCall{Call: r.Call, Outcome: r.Outcome, At: now, Began: r.Began, Caller: r.Caller, With: r.With,
		CalledBack: r.CalledBack}
	if r.Answered || r.CalledBack || r.Missed || r.Declined || r.Rang && !r.Unreached {
		entry := end
		entry.Outcome, entry.Rang = cmp.Or(r.Word, r.Outcome), !r.Answered && !r.CalledBack
		a.Recent = append([]LastCall{entry}, a.Recent[:min(len(a.Recent), MaxRecent-1)]...)
	}
	switch {
	case r.Answered:
		a.Missed = 0
		a.IdleSince = now.Add(r.WrapUp)
		a.Last = &end
	case r.Missed:
		a.miss(ReasonMissed, now)
	case r.Unreached:
		a.HeartbeatAt = time.Time{} // offline until the next heartbeat
		a.miss(ReasonUnreachable, now)
	}
	return true
}

// remember keeps the names of the requests of a call that the agent has left.
func (a *Agent) remember(requests []string) {
	for _, p := range requests {
		if !slices.Contains(a.AppliedRequests, p) {
			a.AppliedRequests = append(a.AppliedRequests, p)
		}
	}
	a.AppliedRequests = a.AppliedRequests[max(0, len(a.AppliedRequests)-maxAppliedRequests):]
}

// CorrectOutcome corrects how the agent's last call ended, if it is this one: what seemed a loss was the caller's
// hang-up or a complete transfer. So there is no recall, and the wrap-up that a loss does not begin runs from the end
// of the call. It says whether anything has changed.
func (a *Agent) CorrectOutcome(r Release) bool {
	if a.Last == nil || a.Last.Call != r.Call || a.Last.Outcome == r.Outcome {
		return false
	}
	if a.IdleSince.Equal(a.Last.At) {
		a.IdleSince = a.IdleSince.Add(r.WrapUp)
	}
	for i, l := range a.Recent {
		if l.Call == r.Call && l.At.Equal(a.Last.At) {
			a.Recent[i].Outcome, a.Recent[i].With = cmp.Or(r.Word, r.Outcome), r.With
			break
		}
	}
	last := *a.Last
	last.Outcome = r.Outcome
	a.Last = &last
	return true
}

func (a *Agent) miss(why StatusReason, now time.Time) {
	a.Missed++
	if a.Missed >= MissLimit && a.Status == Available {
		a.Status, a.Since, a.StatusReason, a.StatusBy = Away, now, why, ""
	}
}

// CountOutsideDial counts an outside number that this request is about to dial; ErrTooManyOutside if it is one too
// many.
func (a *Agent) CountOutsideDial(request string, now time.Time) error {
	lately := a.DialQuota.Dials(now)
	if lately == 0 {
		a.DialQuota = &DialQuota{Since: now}
	}
	if lately >= MaxOutside {
		return ErrTooManyOutside
	}
	a.DialQuota.Count, a.DialQuota.Request = lately+1, request
	return nil
}

// Counted says whether this request is the last one that was counted.
func (q *DialQuota) Counted(request string) bool { return q != nil && q.Request == request }

// Uncount uncounts the number of this request, which is not dialled after all. It says whether anything has changed.
func (q *DialQuota) Uncount(request string) bool {
	if !q.Counted(request) {
		return false
	}
	q.Count, q.Request = q.Count-1, ""
	return true
}

// Dials is how many outside numbers the agent has dialled within OutsideWindow.
func (q *DialQuota) Dials(now time.Time) int {
	if q == nil || !now.Before(q.Since.Add(OutsideWindow)) {
		return 0
	}
	return q.Count
}

// Beat applies a heartbeat; it says whether it is worth a write. The first one after a call is: the caller may have
// lost the agent and may wait for it.
func (a *Agent) Beat(now time.Time) bool {
	after := a.Last != nil && a.Last.At.After(a.HeartbeatAt)
	if !after && now.Before(a.HeartbeatAt.Add(beatEvery)) {
		return false
	}
	if now.After(a.HeartbeatAt.Add(StaleAfter)) {
		a.Back = now
	}
	a.HeartbeatAt = now
	return true
}

// Choose sets the status that the agent has chosen; in a call it applies afterwards. If the same status is chosen in a
// call and again after it, the later time counts (see EligibleForRecall). It says whether anything has changed.
func (a *Agent) Choose(s Status, now time.Time) bool {
	beat := a.Beat(now)
	resting := s == Available && now.Before(a.IdleSince)
	again := s != Available && a.Last != nil && a.Last.At.After(a.Since)
	if a.Status == s && !resting && !again {
		return beat
	}
	if s == Available {
		a.IdleSince = now
	}
	a.Status, a.Since, a.StatusReason, a.StatusBy, a.Missed = s, now, "", "", 0
	return true
}

// ChooseFor sets the status that a supervisor, of that name, has chosen for the agent; in a call it applies afterwards.
// It is no heartbeat. The same request has no second effect. It says whether anything has changed.
func (a *Agent) ChooseFor(s Status, by, request string, now time.Time) bool {
	if a.Applied(request) {
		return false
	}
	a.remember([]string{request})
	if a.MayChoose(s, now) {
		if s == Available {
			a.IdleSince = now
		}
		a.Status, a.Since, a.StatusReason, a.StatusBy, a.Missed = s, now, "", by, 0
	}
	return true
}

// MayChoose says whether that status would change anything: it is another one, or it ends a wrap-up.
func (a *Agent) MayChoose(s Status, now time.Time) bool {
	return a.Status != s || s == Available && now.Before(a.IdleSince)
}

// Applied says whether a request has taken effect before: in a call that the agent has left, or on the agent.
func (a *Agent) Applied(request string) bool { return slices.Contains(a.AppliedRequests, request) }
