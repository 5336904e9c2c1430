package conference

import "time"

// wish says what is wanted of a party's hold
// (https://www.twilio.com/docs/voice/api/conference-participant-resource): on, off, or as it is.
type wish int

const (
	asIs wish = iota
	held
	unheld
)

// callerWish says whether the caller is to be on hold. Before the conference has started the caller hears its wait
// music (https://www.twilio.com/docs/voice/twiml/conference#attributes-waitUrl) without a hold.
func (c *Conference) callerWish() wish {
	if !c.Started || c.Room == "" {
		return asIs
	}
	switch c.State {
	case Waiting, Ringing, ConsultRinging, Consulting:
		return held
	case Talking, AddRinging:
		if c.OnHold {
			return held
		}
		return c.voiceOf(c.Owner)
	case Swapped:
		if t := c.Leg(c.targetKey()); t == nil || !t.Joined || !t.held() {
			return held // the target may be in the conference without our knowing
		}
		return c.voiceOf(c.Owner)
	case ThreeWay:
		if c.voiceOf(c.Owner) == unheld {
			return unheld
		}
		return c.voiceOf(c.targetKey())
	case Completing:
		return c.voiceOf(c.targetKey())
	}
	return asIs
}

// voiceOf: the caller is resumed for a leg that is known to be in the conference. While the leg is on its way the hold
// stays as it is.
func (c *Conference) voiceOf(key LegKey) wish {
	if l := c.Leg(key); l != nil && l.Joined {
		return unheld
	}
	return asIs
}

// dueHolds plans who is put on hold and who is resumed. Nobody is resumed before all others are known to be where they
// belong, or somebody would hear what they must not (N5). A party that is to be on hold, and whose resume may still
// take effect, is put on hold at once, and all resumes wait.
func (c *Conference) dueHolds(now time.Time) (holds, unholds []Act, wait bool) {
	sort := func(p Participant, leg LegID, w wish) {
		switch begun := now.Before(p.Unholding.Add(unholdWithin)); {
		case begun:
			wait = wait || w == held
		case w == held && p.Unsure && now.Before(p.Asked.Add(holdAgain)) && !c.State.InLine():
			wait = true
		case w == held && now.Before(p.Late.Add(lateWithin)):
			wait = true
			if !p.Held || p.Unsure {
				holds = append(holds, SetHold{Leg: leg, Hold: true})
			}
		case w == held && !p.held():
			holds = append(holds, SetHold{Leg: leg, Hold: true})
		case w == unheld && (p.Held || p.Unsure) && !now.Before(p.Again):
			unholds = append(unholds, SetHold{Leg: leg, Hold: false})
		}
	}
	sort(c.Caller, LegID(c.ID), c.callerWish())
	for _, l := range c.Legs {
		if !l.Joined || !c.wanted(l.Key) || c.Room == "" {
			continue
		}
		w := unheld
		if c.State == Swapped && l.Key == c.targetKey() {
			w = held
		}
		sort(l.Participant, l.SID, w)
	}
	if len(holds) > 0 || wait {
		return holds, nil, wait
	}
	return nil, unholds, false
}

// beginUnholds marks the parties who are about to be resumed. Like the mark of a dialled leg it is saved first: no
// other request then resumes the same party, and one that wants the party on hold again waits until the result is
// known. Otherwise the resume might take effect late, when the party must not hear the conference.
func (c *Conference) beginUnholds(unholds []Act, now time.Time) {
	for _, a := range unholds {
		if leg := a.(SetHold).Leg; leg == LegID(c.ID) {
			c.Caller.Unholding = now
		} else if l := c.bySID(leg); l != nil {
			l.Unholding = now
		}
	}
}

// heard: the party is known not to be on hold.
func (p Participant) heard() bool { return !p.Held && !p.Unsure }

// held: the party is known to be on hold, and no resume is on its way.
func (p Participant) held() bool {
	return p.Held && !p.Unsure && p.Unholding.IsZero() && p.Late.IsZero()
}

// unholdDone applies the result of the resume that was started at the given time. If the result is unknown, it may
// still take effect for some seconds.
func (p *Participant) unholdDone(r Result, began, now time.Time) {
	k := r.Kind
	switch {
	case k == Unknown && r.Over: // done or not, it is not done later: it is asked for again at once
		p.Unholds += 2 // if it is seen, which of them was it?
	case k == Refused, k == Throttled, k == WasGone:
		p.Again = now.Add(refusedFor)
	case k == Unknown:
		if began.IsZero() {
			began = now
		}
		p.Again = began.Add(unholdAgain)
		if p.Late.IsZero() && p.Held && !p.Unsure && p.Told {
			p.Unholds = 1
		} else {
			p.Unholds += 2 // an event cannot say which of them it shows
		}
		p.Late, p.Unsure = began, true
	case k == Acted && !p.Late.IsZero():
		p.Unholds += 2
	}
}

// forgetUnhold gives up waiting for the result of a resume after resumeLimit: the result is unknown.
func (p *Participant) forgetUnhold(now time.Time) {
	if began := p.Unholding; !began.IsZero() && !now.Before(began.Add(unholdWithin)) {
		p.Unholding = time.Time{}
		p.unholdDone(Result{Kind: Unknown}, began, now)
	}
}

// told applies the hold flag of an event or a list. If the flag shows that the party was resumed, and only one resume
// has no known result, that one has taken effect.
func (p *Participant) told(held bool, now time.Time) {
	if !held && p.Unholds == 1 {
		p.Late, p.Unholds = time.Time{}, 0
	}
	p.setHeld(held, now)
	p.Told, p.Asked = held, time.Time{}
}

// heldAgain applies a hold that was carried out. If lateWithin has passed, an earlier resume without a known result
// cannot take effect any more.
func (p *Participant) heldAgain(now time.Time) {
	p.setHeld(true, now)
	if !now.Before(p.Late.Add(lateWithin)) {
		p.Late, p.Unholds = time.Time{}, 0
	}
}

// callerHeld: the caller is known to hear music instead of the conference.
func (c *Conference) callerHeld() bool { return c.Started && c.Caller.held() }
