package conference

import "time"

// Due says what must be done now at Twilio for the state. It compares what the state wants with what is known, so it
// may be asked at any time, by any request: it does not repeat what was done, and it repeats what a crash left undone.
// Ring is how long an agent may be rung.
//
// The order matters: music before a talk becomes private, a voice for the caller before another leaves, and whoever
// must not be heard leaves before the caller is resumed (N1, N5). It marks a leg that is to be dialled as dialled, so
// the call must be saved before its effects are carried out.
func (c *Conference) Due(ring time.Duration, now time.Time) []Act {
	if c.State == Ended {
		return c.dueAtEnd(now)
	}
	var acts []Act
	if !c.State.known() {
		return nil
	}
	if c.mustLook(now) {
		acts = append(acts, Look{})
	}
	acts = append(acts, c.dueLooks()...)
	acts = append(acts, c.dueMusic(now)...)
	acts = append(acts, c.dueFlags()...)
	holds, unholds, _ := c.dueHolds(now)
	c.beginUnholds(unholds, now)
	acts = append(acts, holds...)
	acts = append(acts, c.dueHangups(now)...)
	acts = append(acts, unholds...)
	acts = append(acts, c.dueAnnouncement()...)
	return append(acts, c.dueDials(ring, now)...)
}

// Overdue says whether something that agents wait for is not done yet: a hold, a resume, a hang-up, the dial of a
// target, the goodbye. Asked after all effects were tried, it says that they have failed so far.
func (c *Conference) Overdue(now time.Time) bool {
	if !c.State.known() {
		return false
	}
	if c.State == Ended {
		return c.CallerOn
	}
	for _, l := range c.Legs {
		if l.SID != "" && c.out(l) || l.Phase == Planned && c.wanted(l.Key) {
			return true
		}
	}
	holds, unholds, wait := c.dueHolds(now.Add(unholdAgain)) // a resume that was started is not done yet
	return c.blind() || wait || len(holds)+len(unholds) > 0
}

// dueAtEnd plans the goodbye and the end of all legs.
func (c *Conference) dueAtEnd(now time.Time) []Act {
	if c.CallerOn {
		acts := []Act{LastWords{}}
		if now.Before(c.Ended.Add(wordsWithin)) {
			return acts // keep agents until the caller has heard the goodbye
		}
		return append(acts, c.dueHangups(now)...)
	}
	return c.dueHangups(now)
}

// mustLook says whether the participants must be listed at Twilio.
func (c *Conference) mustLook(now time.Time) bool {
	if now.Before(c.Looked.Add(lookEvery)) {
		return false
	}
	if c.Doubt || c.audit {
		return true
	}
	if c.blind() {
		return true
	}
	for _, l := range c.Legs {
		if l.Phase == Answered && !l.Joined && c.wanted(l.Key) && !now.Before(l.Since.Add(joinWithin)) {
			return true
		}
	}
	return false
}

// blind says whether somebody is to be on hold, and the conference is not known, or not known to have started. A hold
// needs its ConferenceSid.
func (c *Conference) blind() bool {
	if c.Room != "" && c.Started {
		return false
	}
	return c.State == ConsultRinging || c.State == Consulting || c.OnHold || c.State == Swapped
}

// dueFlags plans endConferenceOnExit. The flag is cleared on a leg that may leave while the conference goes on: one
// without a place, and both agents' while a transfer is open. It is set for an outside party who owns the call: no page
// would notice that their leg has ended, and if that callback is lost, the end of the conference ends the caller's
// <Dial>, whose request tells us. Twilio would ignore a change of the flag on a held leg. No leg with the flag is ever
// held, nor is an outside owner, who cannot ask for a transfer.
func (c *Conference) dueFlags() []Act {
	var acts []Act
	for _, l := range c.Legs {
		leaving := !c.wanted(l.Key) || c.Transfer.Open()
		alone := l.Number != "" && l.Key == c.Owner && c.State == Talking && l.heard()
		switch {
		case !l.Joined || c.Room == "":
		case l.EndsRoom && leaving:
			acts = append(acts, SetEndsRoom{Leg: l.SID, Ends: false})
		case !l.EndsRoom && alone && !leaving:
			acts = append(acts, SetEndsRoom{Leg: l.SID, Ends: true})
		}
	}
	return acts
}

// dueDials plans the dials that nothing delays any more, and marks the legs as dialled.
func (c *Conference) dueDials(ring time.Duration, now time.Time) []Act {
	var acts []Act
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Phase != Planned || now.Before(l.NotBefore) || !c.wanted(l.Key) || !c.mayDial() {
			continue
		}
		l.Phase, l.Since, l.Deadline = Dialing, now, now.Add(ring+ringSlack)
		c.Dials++
		acts = append(acts, Dial{
			Conference: c.ID, Leg: l.Key, Agent: l.Agent, Number: l.Number, Timeout: ring, Info: c.info(l.Key),
		})
	}
	return acts
}

// mayDial: for a consult, the target is dialled only once the caller is known to hear music; and in any transfer only
// once the transferor's leg does not end the conference any more.
func (c *Conference) mayDial() bool {
	if owner := c.Leg(c.Owner); owner != nil && owner.EndsRoom {
		return false
	}
	return c.State != ConsultRinging || c.callerHeld()
}

// info is what a rung agent is told before they answer.
func (c *Conference) info(key LegKey) Info {
	i := Info{Caller: c.From, Waited: c.Queued}
	if t := c.Transfer; t.Open() && t.Leg == key {
		i.By, i.Kind, i.Note = t.ByName, t.Kind, t.Note
	}
	return i
}

// out says whether a leg is to be ended: it has no place, or it is the transferor's after a complete, and the caller is
// known to hear the target.
func (c *Conference) out(l Leg) bool {
	if l.Key == c.Owner && c.State == Completing {
		target := c.Leg(c.targetKey())
		return target != nil && target.Joined && target.heard() && c.Caller.heard()
	}
	return !c.wanted(l.Key)
}

// dueHangups plans the end of legs without a place, and looks for dialled legs whose CallSid is not known.
func (c *Conference) dueHangups(now time.Time) []Act {
	var acts []Act
	for _, l := range c.Legs {
		switch {
		case l.Phase == Dialing && l.SID == "" && !now.Before(l.Since.Add(unheardAfter)):
			if now.Before(l.Absent.Add(lookApart)) {
				continue
			}
			acts = append(acts, Find{Key: l.Key, Agent: l.Agent, Number: l.Number, Since: l.Since})
		case !c.out(l) || l.SID == "":
		case l.EndsRoom && l.Joined && c.State != Ended: // clear its flag first, or the conference ends with it
		default:
			acts = append(acts, Hangup{Key: l.Key, Leg: l.SID})
		}
	}
	return acts
}
