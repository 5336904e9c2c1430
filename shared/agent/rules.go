package agent

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Times and counts that the rules go by.
const (
	// StaleAfter is how long an agent counts as present after his page was last heard of:
	// more than three beats of a page in the background.
	StaleAfter = 45 * time.Second
	// Lease is how long a claim holds unless his page's beat renews it.
	Lease = 2 * time.Minute
	// SilentAfter is how long an agent's page must have been silent for him to be taken out of
	// the free ones.
	SilentAfter = 2 * time.Minute
	// DoubtFor is how long after a request has given up its claim the leg might be saved yet:
	// longer than any request lasts.
	DoubtFor = 20 * time.Second
	// MissLimit is how many offers in a row an agent may miss before he is set Away.
	MissLimit = 2
	// beatEvery is how much older the stored time of his last beat must be to be written
	// again.
	beatEvery = 5 * time.Second
	// MaxRecent is how many calls an agent's list keeps.
	MaxRecent = 10
	// maxDid is how many presses in calls that he has left are known.
	maxDid = 16
	// MaxOutside is how many outside numbers an agent may dial in OutsideWindow.
	MaxOutside    = 20
	OutsideWindow = time.Hour
	schema        = 1
)

// ErrTooManyOutside: the agent has dialled too many outside numbers lately.
var ErrTooManyOutside = errors.New("the agent has dialled too many outside numbers lately")

// ErrRemoved: the operator has taken the agent off the line.
var ErrRemoved = errors.New("the agent was removed")

// NotFreeError says why an agent cannot be claimed.
type NotFreeError struct{ Presence Presence }

func (e *NotFreeError) Error() string { return fmt.Sprintf("the agent is %s", e.Presence) }

// New is an agent who is heard of for the first time: Away until he chooses.
func New(id ID, name string, now time.Time) *Agent {
	return &Agent{ID: id, Name: name, Schema: schema, Status: Away, Since: now, Idle: now, Seen: now}
}

// Claimed says whether a lease binds the agent now.
func (a *Agent) Claimed(now time.Time) bool { return a.Claim != nil && now.Before(a.Claim.Until) }

// Presence is what others see of the agent now. An Idle in the future is the
// automatic wrap-up after a call.
func (a *Agent) Presence(now time.Time) Presence {
	switch {
	case a.Claimed(now):
		return IsBusy
	case a.IsRemoved(), now.After(a.Seen.Add(StaleAfter)):
		return IsOffline
	case a.Status == Away:
		return IsAway
	case a.Status == WrapUp || now.Before(a.Idle):
		return IsWrapUp
	default:
		return IsAvailable
	}
}

// Free says whether the agent may be offered a call now.
func (a *Agent) Free(now time.Time) bool { return a.Presence(now) == IsAvailable }

// Ranked says whether the agent stands among the free ones of the directory: available,
// claimed for nobody, and not silent for long. His page need not be there, so that a beat
// moves nobody.
func (a *Agent) Ranked() bool {
	silent := a.Silent != nil && a.Silent.Equal(a.Seen)
	return a.Status == Available && a.Claim == nil && !silent && !a.IsRemoved()
}

// FallSilent takes an agent out of the free ones whose page has been silent for long. It
// says whether it changed anything.
func (a *Agent) FallSilent(now time.Time) bool {
	if !a.Ranked() || !now.After(a.Seen.Add(SilentAfter)) {
		return false
	}
	seen := a.Seen
	a.Silent = &seen
	return true
}

// IsRemoved says whether the operator has taken the agent off the line.
func (a *Agent) IsRemoved() bool { return !a.Removed.IsZero() }

// Remove takes the agent off the line: he is offered nothing and may ask for nothing. The
// call that he is in goes on. Away is for a version that does not know of Removed.
func (a *Agent) Remove(now time.Time) bool {
	if a.IsRemoved() {
		return false
	}
	a.Removed, a.Status, a.Since, a.Why = now, Away, now, ""
	return true
}

// Restore undoes Remove: he may sign in again, and is away until he chooses.
func (a *Agent) Restore() bool {
	if !a.IsRemoved() {
		return false
	}
	a.Removed = time.Time{}
	return true
}

// AtHand says whether the agent could be rung now, whatever he has chosen: he is claimed
// for nobody, and his page is there.
func (a *Agent) AtHand(now time.Time) bool {
	p := a.Presence(now)
	return p != IsBusy && p != IsOffline
}

// ComesBack says whether the agent may come back to the caller of that conference, who
// lost him then: he is claimed for no other, and has not chosen since to take no calls.
// What he chose before is for after the call, and so is his rest: it is not over.
func (a *Agent) ComesBack(conference string, lost, now time.Time) bool {
	elsewhere := a.Claimed(now) && a.Claim.Conference != conference
	return !elsewhere && !a.IsRemoved() && (a.Status == Available || !a.Since.After(lost))
}

// Take claims the agent for the leg of an offer, or says with *NotFreeError why he cannot be.
func (a *Agent) Take(conference, leg string, now time.Time) error {
	return a.take(ForOffer, conference, leg, now)
}

// TakeTarget is Take for the leg of a transfer.
func (a *Agent) TakeTarget(conference, leg string, now time.Time) error {
	return a.take(ForTransfer, conference, leg, now)
}

func (a *Agent) take(what Purpose, conference, leg string, now time.Time) error {
	if !a.Free(now) {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(what, conference, leg, now)
	return nil
}

// Rejoin is Take for the caller who lost him then (see ComesBack).
func (a *Agent) Rejoin(conference, leg string, lost, now time.Time) error {
	if !a.AtHand(now) || !a.Seen.After(lost) || !a.ComesBack(conference, lost, now) {
		return &NotFreeError{Presence: a.Presence(now)}
	}
	a.claim(ForOffer, conference, leg, now)
	return nil
}

// Share goes on with the claim that another request has made for a transfer of the same
// call: asker is the leg that this one would have made.
func (a *Agent) Share(asker string) {
	if !slices.Contains(a.Claim.Askers, asker) {
		a.Claim.Askers = append(slices.Clip(a.Claim.Askers), asker)
	}
}

// TakeOver claims the agent for a transfer of the call in which an offer has claimed him that
// cannot come about any more: the caller has an agent.
func (a *Agent) TakeOver(conference, leg string, now time.Time) {
	a.claim(ForTransfer, conference, leg, now)
}

// Bind claims the agent for a leg that he has, whatever his item said before. It says
// whether it changed anything: one who is claimed elsewhere is left alone.
func (a *Agent) Bind(what Purpose, conference, leg string, now time.Time) bool {
	if a.Claim != nil && a.Claim.Conference == conference && a.Claim.Leg == leg {
		return false
	}
	if a.Claimed(now) && a.Claim.Conference != conference {
		return false
	}
	a.claim(what, conference, leg, now)
	return true
}

func (a *Agent) claim(what Purpose, conference, leg string, now time.Time) {
	a.Claim = &Claim{Conference: conference, Leg: leg, Until: now.Add(Lease), Since: now, For: what, Askers: []string{leg}}
	a.Dropped = nil
}

// DoubtsFreedom names the call for which the agent was claimed until a moment ago by a
// request that gave up; "" if there is none. Another request may have saved a leg of his there.
func (a *Agent) DoubtsFreedom(now time.Time) string {
	if a.Claim != nil || a.Dropped == nil || !now.Before(a.Dropped.At.Add(DoubtFor)) {
		return ""
	}
	return a.Dropped.Conference
}

// Drop takes in that a request gives up a claim, which asker names: the agent is free when
// nobody else goes on with it. It says whether it changed anything.
func (a *Agent) Drop(leg, asker string, now time.Time) bool {
	if a.Claim == nil || a.Claim.Leg != leg || !slices.Contains(a.Claim.Askers, asker) {
		return false
	}
	a.Claim.Askers = slices.DeleteFunc(slices.Clone(a.Claim.Askers), func(s string) bool { return s == asker })
	if len(a.Claim.Askers) == 0 {
		a.Dropped = &Dropped{Conference: a.Claim.Conference, At: now}
		a.Claim = nil
	}
	return true
}

// Renew keeps the agent's claim from running out; it says whether it changed anything.
func (a *Agent) Renew(now time.Time) bool {
	if a.Claim == nil || a.Claim.Until.After(now.Add(Lease-Lease/4)) {
		return false
	}
	a.Claim.Until = now.Add(Lease)
	return true
}

// Release is how a claim ended.
type Release struct {
	Conference string
	Leg        string
	Outcome    string
	Talked     bool // he had answered
	Missed     bool // he let it ring
	Unreached  bool // his page could not be rung
	Declined   bool // he did not want it
	WrapUp     time.Duration
	Caller     string
	Began      time.Time
	Rang       bool     // his phone rang, and he did not answer
	Word       string   // Outcome in finer words, for his list of recent calls; "": the same
	With       string   // see Last
	Did        []string // his presses that took effect in the call, newest last
}

// Release frees the agent of a claim on that very leg; another claim, or none, is left
// alone. It says whether it changed anything.
func (a *Agent) Release(r Release, now time.Time) bool {
	if a.Claim == nil || a.Claim.Leg != r.Leg {
		return false
	}
	a.Claim, a.Idle, a.Freed = nil, now, now
	a.remember(r.Did)
	end := Last{Conference: r.Conference, Outcome: r.Outcome, At: now, Began: r.Began, Caller: r.Caller, With: r.With}
	if r.Talked || r.Missed || r.Declined || r.Rang && !r.Unreached {
		line := end
		line.Outcome, line.Rang = cmp.Or(r.Word, r.Outcome), !r.Talked
		a.Recent = append([]Last{line}, a.Recent[:min(len(a.Recent), MaxRecent-1)]...)
	}
	switch {
	case r.Talked:
		a.Missed = 0
		a.Idle = now.Add(r.WrapUp)
		a.Last = &end
	case r.Missed:
		a.miss(WhyMissed, now)
	case r.Unreached:
		a.Seen = time.Time{} // offline until his page is heard of again
		a.miss(WhyUnreachable, now)
	}
	return true
}

// remember keeps the names of presses in a call that he has left.
func (a *Agent) remember(presses []string) {
	for _, p := range presses {
		if !slices.Contains(a.Did, p) {
			a.Did = append(a.Did, p)
		}
	}
	a.Did = a.Did[max(0, len(a.Did)-maxDid):]
}

// Relabel corrects how the agent's last call, which was this one, ended for him: it is
// over after all, and the rest that he did not get at its end begins with it. It says
// whether it changed anything.
func (a *Agent) Relabel(r Release) bool {
	if a.Last == nil || a.Last.Conference != r.Conference || a.Last.Outcome == r.Outcome {
		return false
	}
	if a.Idle.Equal(a.Last.At) {
		a.Idle = a.Idle.Add(r.WrapUp)
	}
	for i, l := range a.Recent {
		if l.Conference == r.Conference && l.At.Equal(a.Last.At) {
			a.Recent[i].Outcome, a.Recent[i].With = cmp.Or(r.Word, r.Outcome), r.With
			break
		}
	}
	last := *a.Last
	last.Outcome = r.Outcome
	a.Last = &last
	return true
}

func (a *Agent) miss(why Why, now time.Time) {
	a.Missed++
	if a.Missed >= MissLimit && a.Status == Available {
		a.Status, a.Since, a.Why = Away, now, why
	}
}

// DialOutside counts an outside number that the agent is about to dial by that press of a
// button; ErrTooManyOutside if it is one too many.
func (a *Agent) DialOutside(press string, now time.Time) error {
	lately := a.OutsideLately(now)
	if lately == 0 {
		a.Outside = &Window{Since: now}
	}
	if lately >= MaxOutside {
		return ErrTooManyOutside
	}
	a.Outside.Count, a.Outside.Press = lately+1, press
	return nil
}

// DialsOutside says whether the number of that press is the last one that was counted.
func (a *Agent) DialsOutside(press string) bool { return a.Outside != nil && a.Outside.Press == press }

// TakeBackOutside uncounts the number of that press, which is not dialled after all. It
// says whether it changed anything.
func (a *Agent) TakeBackOutside(press string) bool {
	if !a.DialsOutside(press) {
		return false
	}
	a.Outside.Count, a.Outside.Press = a.Outside.Count-1, ""
	return true
}

// OutsideLately is how many outside numbers the agent has dialled in his current window.
func (a *Agent) OutsideLately(now time.Time) int {
	if a.Outside == nil || !now.Before(a.Outside.Since.Add(OutsideWindow)) {
		return 0
	}
	return a.Outside.Count
}

// Beat takes in that the agent's page is there; it says whether that is worth a write.
// The first one after a call is: the caller may have lost him, and wait for it.
func (a *Agent) Beat(now time.Time) bool {
	after := a.Last != nil && a.Last.At.After(a.Seen)
	if !after && now.Before(a.Seen.Add(beatEvery)) {
		return false
	}
	if now.After(a.Seen.Add(StaleAfter)) {
		a.Back = now
	}
	a.Seen = now
	return true
}

// Choose sets the status that the agent has picked; in a call it applies afterwards.
// Picked in the call and once more after it, it was chosen after it (see ComesBack). It
// says whether it changed anything.
func (a *Agent) Choose(s Status, now time.Time) bool {
	beat := a.Beat(now)
	resting := s == Available && now.Before(a.Idle)
	again := s != Available && a.Last != nil && a.Last.At.After(a.Since)
	if a.Status == s && !resting && !again {
		return beat
	}
	if s == Available {
		a.Idle = now
	}
	a.Status, a.Since, a.Why, a.Missed = s, now, "", 0
	return true
}
