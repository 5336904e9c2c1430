package call

import (
	"time"

	"warmtransfer/shared/agent"
)

// ApplyLegRinging applies a callback that a leg rings or is about to. A leg without a place, such as one that was
// given up before, is to be ended.
func (c *Call) ApplyLegRinging(key LegKey, sid LegID, now time.Time) {
	change{c, now}.legRinging(key, sid)
}

// ApplyLegEnded applies the end of a leg, answered or not. Unknown legs and repeated callbacks change nothing.
func (c *Call) ApplyLegEnded(key LegKey, sid LegID, o Outcome, now time.Time) {
	change{c, now}.legEnded(key, sid, o)
}

// WithdrawLeg gives up a leg that may still be alive: it loses its place and is ended.
func (c *Call) WithdrawLeg(key LegKey, o Outcome, now time.Time) {
	change{c, now}.withdrawLeg(key, o)
}

// ApplyConferenceEvent applies a conference event. Events are hints: they may be late, doubled, lost or out of order.
// None does harm, since each is older than what is known of the party and ignored, or repeats it, or is true.
func (c *Call) ApplyConferenceEvent(e ConferenceEvent, now time.Time) {
	change{c, now}.conferenceEvent(e)
}

// ApplyDialEnded applies the end of the caller's <Dial> in the given generation. Unless the call has ended, the
// caller goes back to music, at the head of the queue if they had an owner. A request about an earlier generation
// changes nothing.
func (c *Call) ApplyDialEnded(generation int, now time.Time) {
	change{c, now}.dialEnded(generation)
}

// ApplyCallerEnded applies the end of the caller's leg.
func (c *Call) ApplyCallerEnded(now time.Time) {
	change{c, now}.callerEnded()
}

// ApplyGoodbyeHeard applies that the caller hears the goodbye, or what is said instead of it: the request for that
// proves it, whatever the result of SayGoodbye was. A call that goes on does not change.
func (c *Call) ApplyGoodbyeHeard() {
	if c.State == Ended {
		c.CallerLive = false
	}
}

// ApplyMusicTurn applies a request for the next music turn. It proves that the caller is alive and, if the conference
// has started, on hold.
func (c *Call) ApplyMusicTurn(now time.Time) {
	change{c, now}.musicTurn()
}

// ApplyLineClosed applies that the line is closed for callers in the queue, too. Whoever talks, or is on hold, goes on.
func (c *Call) ApplyLineClosed(now time.Time) {
	change{c, now}.lineClosed()
}

// ApplyNobodyOnline applies that no agent is online for a caller who has just arrived, and is asked for a message. Of
// who waits see Asking.ApplyAlone.
func (c *Call) ApplyNobodyOnline(now time.Time) {
	change{c, now}.nobodyOnline()
}

// ApplyReturned applies that a caller whose call had ended was asked for a message, has left none, and is still there:
// they wait again, at the end of the queue. A *TransitionError means that their call has ended for another reason than
// the longest wait or that nobody was online, that they have come back after the longest wait before, or that their leg
// has ended meanwhile. A call that goes on does not change.
func (c *Call) ApplyReturned(now time.Time) error {
	return change{c, now}.returned()
}

// StartOffer plans to ring an agent for the waiting caller. The agent must have been claimed.
func (c *Call) StartOffer(a *agent.Agent, key LegKey, ring time.Duration, now time.Time) error {
	return change{c, now}.startOffer(a, key, ring)
}

// ApplyCommand applies a command that has no target. What must be done for it at Twilio follows from Plan.
func (c *Call) ApplyCommand(r Request, now time.Time) error {
	return change{c, now}.command(r)
}

// StartTransfer applies the command that starts a transfer (see Action.Begins).
func (c *Call) StartTransfer(r Request, t Target, now time.Time) error {
	return change{c, now}.startTransfer(r, t)
}

// RequeueFor applies that an agent gives the caller back to the head of the queue, with a note for the next agent.
func (c *Call) RequeueFor(r Request, note string, now time.Time) error {
	return change{c, now}.requeueFor(r, note)
}

// ApplyTime applies the passing of time: it gives up legs whose limits are over, and ends the call of a caller who has
// waited too long.
func (c *Call) ApplyTime(maxWait time.Duration, now time.Time) {
	change{c, now}.timePassed(maxWait)
}

// ApplyResult applies the result of an effect.
func (c *Call) ApplyResult(a Effect, r Result, now time.Time) {
	resultChange{change{c, now}}.result(a, r)
}

// ApplyStarted applies that the effects of a plan are about to be carried out. It must be saved before they are: then
// no other request dials the same leg or resumes the same party, and one that wants that party on hold waits until the
// result is known. Otherwise a resume might take effect late, when the party must not hear the conference.
func (c *Call) ApplyStarted(effects []Effect, now time.Time) {
	change{c, now}.started(effects)
}

// ApplyOwnerHeartbeat applies the time of the last heartbeat of the owner's page. A page without heartbeats proves
// nothing: it may not reach the API while the voice connection works, and then the call must go on (F038). But the
// agent may be cut off while Twilio still lists them, and then the caller hears nobody. So once for each loss of
// heartbeats the caller hears an announcement.
func (c *Call) ApplyOwnerHeartbeat(seen, now time.Time) {
	switch {
	case !now.After(seen.Add(agent.StaleAfter)):
		c.StaleOwner = StaleOwner{}
	case c.StaleOwner.Leg != c.Owner:
		c.StaleOwner = StaleOwner{Leg: c.Owner}
	}
}
