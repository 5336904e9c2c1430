package call

import (
	"slices"
	"time"
)

// Hearing is what the caller hears at one moment, as far as it is music or words of the line.
type Hearing struct{ p planner }

// Hearing is what the caller hears now.
func (c *Call) Hearing(now time.Time) Hearing { return Hearing{planner{Call: c, now: now}} }

// MusicLate says whether the caller hears music and the next turn is due. The request for it may still be on its way.
func (h Hearing) MusicLate() bool {
	c := h.p.Call
	return c.CallerLive && (c.Caller.held() || c.State.InLine() && !c.Started) && !h.p.now.Before(c.MusicEnds)
}

// MusicStopped: the caller should be on hold and is not known to be, or the music has run out. Alone in a started
// conference without a hold, the caller hears silence, and no wait webhook will arrive. If the music cannot be fetched,
// Twilio gives up, and no webhook arrives either
// (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
func (h Hearing) MusicStopped() bool { return h.p.mayLackMusic() || h.p.musicOverdue() }

// NothingIsDue: the caller is to be on hold and is not in the queue, and nobody is rung, joins or leaves. Until
// somebody presses a button nothing is expected that a music turn would have to look after.
func (h Hearing) NothingIsDue() bool {
	c := h.p.Call
	if !c.CallerLive || c.State.InLine() || h.p.callerHoldTarget() != hold || h.p.uncertain() {
		return false
	}
	return !slices.ContainsFunc(c.Legs, func(l Leg) bool {
		return !c.wanted(l.Key) || l.Phase != LegAnswered || !l.Joined
	})
}

// MayBeNothing: the caller may hear nothing until an effect succeeds that has failed so far: music in the
// queue, or the goodbye.
func (h Hearing) MayBeNothing() bool {
	c := h.p.Call
	return c.State == Ended && c.CallerLive || c.State.InLine() && h.MusicStopped()
}

func (c change) musicTurn() {
	c.CallerAbsentSince = time.Time{}
	if c.Started {
		c.Caller.Joined = true
		holding{c, &c.Caller}.told(true)
	}
	Asking{c}.wentOn()
	if !c.now.Before(c.Question.Due.Add(takenOut)) {
		Asking{c}.notTaken()
	}
	c.MusicRequested = true
	c.MusicAt = c.now
}

// mayBeResumed: the caller is alone in the conference, and a resume whose result is not known may still take effect.
// They would hear silence then, and nothing would tell. In another conference it finds nobody.
func (p planner) mayBeResumed() bool {
	return p.Started && p.State.InLine() && p.now.Before(p.Caller.LateResume.Add(lateEffectLimit))
}

// musicOverdue: the caller should hear music, and the next turn was not requested in time. A call that an older version
// stored without MusicAt does not count.
func (p planner) musicOverdue() bool {
	if !p.CallerLive || p.MusicAt.IsZero() || p.now.Before(p.musicDue()) {
		return false
	}
	if p.Started {
		return p.callerHoldTarget() == hold && p.Caller.held() && !p.now.Before(p.Caller.ResumingSince.Add(resumeLimit))
	}
	return p.State.InLine()
}

// mayLackMusic: the caller is to be on hold and is not known to be, and no agent is known to be heard instead. If an
// agent owns the call, the caller hears them until the hold is done; but of a hold without a known result, such as one
// that was to restart the music, neither is known.
func (p planner) mayLackMusic() bool {
	return p.CallerLive && p.callerHoldTarget() == hold && !p.Caller.held() && (p.State.InLine() || !p.Caller.heard())
}

// musicStopsAt: see Due.Music.
func (p planner) musicStopsAt() time.Time {
	c := p.Call
	switch {
	case p.mayLackMusic():
		return c.Since
	case !c.CallerLive, c.MusicAt.IsZero(), !c.Started && !c.State.InLine(),
		c.Started && (p.callerHoldTarget() != hold || !c.Caller.held()):
		return time.Time{}
	}
	at := c.musicDue()
	if resumed := c.Caller.ResumingSince.Add(resumeLimit); c.Started && resumed.After(at) {
		at = resumed
	}
	return at
}

// music plans to restart the music that has run out. A caller in the queue is alone in the conference and is redirected
// to a new one. Otherwise the hold is repeated, which makes Twilio fetch the music again. A caller who is not found in
// the conference is redirected in any case, and so is one in the queue who may be resumed at any moment.
func (p planner) music() []Effect {
	switch {
	case !p.callerLost && !p.musicOverdue() && !p.mayBeResumed():
		return p.question()
	case !p.callerLost && !p.State.InLine():
		if p.now.Before(p.MusicRepeatedAt.Add(redirectAgainAfter)) {
			return nil
		}
		return []Effect{RestartMusic{}}
	case p.now.Before(p.RedirectedAt.Add(redirectAgainAfter)):
		return nil
	}
	return []Effect{RejoinConference{}}
}
