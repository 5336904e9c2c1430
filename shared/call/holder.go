package call

import "time"

// Holder is the call that has a place, by its name.
type Holder struct {
	ID   ID
	Call *Call // nil: it is not stored
}

func keptPlaceOf(of *Call, out Outbound, k KeptPlace, now time.Time) *Call {
	k.Of = of.ID
	c := &Call{
		ID: KeptID(of.ID), Schema: schema, State: KeepsPlace, Since: now,
		CallerSide: CallerSide{From: of.From, Verified: of.Verified, Arrived: now},
		Place:      Place{Queued: of.Queued}, Out: out, Kept: k,
	}
	c.record(Entry{At: now, What: Keep, Outcome: out.Outcome})
	return c
}

// Queues says whether the call stands in the queue. A place that another call has does not.
func (c *Call) Queues() bool { return c.State.Queues() && c.Kept.Lent == "" }

// servesNobody says whether the caller of the call, which has ended, has neither talked to anybody nor chosen anything.
func (h Holder) servesNobody() bool {
	c := h.Call
	switch c.Reason {
	case ReasonCallerLeft, ReasonMaxWait, ReasonClosed, ReasonNobodyOnline:
		return !c.Out.Dialled() && !c.talked()
	case ReasonAgentEnded:
		if c.Kept.Is() && !c.Out.Reached() { // a supervisor has given it up
			return false
		}
	}
	return c.Out.Dialled() && (!c.Out.Reached() || !c.Kept.Is() && c.Out.machineUntil(c.Ended))
}

// stays says whether the call has ended and its caller does not come back into it.
func (h Holder) stays(now time.Time) bool {
	c := h.Call
	return c.State == Ended && (!(change{c, now}).mayReturn() || !now.Before(c.Ended.Add(comebackLimit)))
}

// GivesBack says whether the call is over and gives the place back, as its caller has talked to nobody and has chosen
// nothing else, or as it was never stored.
func (h Holder) GivesBack(k KeptPlace, now time.Time) bool {
	if h.Call == nil {
		return k.Lent == h.ID && !now.Before(k.LentAt.Add(unknownLimit))
	}
	return h.stays(now) && h.servesNobody()
}

// KeepsPlaceIn is the place of a caller who has chosen to be called in that call. Number is theirs, in E.164.
func KeepsPlaceIn(of *Call, number string, now time.Time) *Call {
	return keptPlaceOf(of, Outbound{Number: number, Of: string(of.ID)}, KeptPlace{Until: now.Add(keptLimit)}, now)
}

// KeepsOnIn is the place of a caller whose place was that call, in which a machine has picked up (see MetMachine).
func KeepsOnIn(of *Call, now time.Time) *Call {
	out := Outbound{Number: of.Out.Number, Of: of.Out.Of, Outcome: OutcomeMachine}
	return keptPlaceOf(of, out, KeptPlace{Tries: of.Kept.Tries, Next: now.Add(keptRest), Until: of.Kept.Until}, now)
}

// ApplyEarlierPlace applies that the number has kept another place already: the earlier of the two counts.
func (p *Place) ApplyEarlierPlace(kept *Call) {
	if kept.Queued.Before(p.Queued) {
		p.Queued = kept.Queued
	}
}
