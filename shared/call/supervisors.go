package call

import (
	"errors"
	"slices"
	"time"

	"warmtransfer/shared/agent"
)

// Mode is what a supervisor does in a call in which they have no place.
type Mode string

const (
	ModeListen Mode = "listen" // they hear whoever is not on hold, and nobody hears them
	ModeCoach  Mode = "coach"  // the owner of the call alone hears them
	ModeBarge  Mode = "barge"  // whoever is not on hold hears them
)

// Modes lists every mode, in the order in which a page shows them.
var Modes = []Mode{ModeListen, ModeCoach, ModeBarge}

// LeftCall is the entry of a supervisor who has left a call, or whose leg was lost. It moves no call; nor does an
// entry whose event is a Mode: that of a supervisor who has joined, or who has changed what they do.
const LeftCall Event = "supervisor-left"

// MaxSupervisors is how many supervisors may be in one call (N10).
const MaxSupervisors = 2

// Refusals of what a supervisor asks about their own leg.
var (
	// ErrNobodyTalks: the caller has no owner, or is not on the line, or the call is over.
	ErrNobodyTalks = errors.New("nobody talks to the caller")
	// ErrCoached: another supervisor coaches the owner.
	ErrCoached = errors.New("another supervisor coaches in this call")
	// ErrTooManySupervisors: MaxSupervisors are in the call.
	ErrTooManySupervisors = errors.New("there are enough supervisors in the call")
	// ErrOwnCall: the supervisor has a place in the call.
	ErrOwnCall = errors.New("the supervisor has a place in the call")
)

// Supervisors holds the legs of supervisors who listen to a call, coach its owner, or talk to all. They stand apart
// from LegTable, because no other rule counts them: such a leg owns nothing, is offered no caller, starts and ends no
// conference, and keeps nobody from being alone.
type Supervisors struct {
	Watching []SupervisorLeg `json:"watching,omitempty"`
}

// SupervisorLeg is the leg of a supervisor, from the decision to dial it.
type SupervisorLeg struct {
	Key   LegKey    `json:"key"`
	SID   LegID     `json:"sid,omitempty"`
	Agent agent.ID  `json:"agent"`
	Name  string    `json:"name,omitempty"`
	Phase Phase     `json:"phase"`
	Since time.Time `json:"since"` // when Phase was entered
	// Deadline is when a leg is given up that has not been answered; NotBefore as in Leg.
	Deadline  time.Time `json:"deadline,omitzero"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	// Mode is what the supervisor has asked for. Voice is what Twilio is known to do.
	Mode  Mode  `json:"mode"`
	Voice Voice `json:"voice,omitzero"`
	// Shown: the agents in the call are told of it. Listening may be hidden from them, if the operator allows that.
	Shown  bool `json:"shown,omitempty"`
	Joined bool `json:"joined,omitempty"`
	// Leaving: the leg is to be ended.
	Leaving bool `json:"leaving,omitempty"`
	// AbsentSince is when the leg was first not found; zero if it was found since.
	AbsentSince time.Time `json:"absent,omitzero"`
}

// Voice is who hears a supervisor, as it was last set at Twilio
// (https://www.twilio.com/docs/voice/api/conference-participant-resource#update-a-participant-resource).
type Voice struct {
	Open bool `json:"open,omitempty"` // not muted
	// Set: Coaches was set since the leg was muted last. What became of it while the leg was muted is not known: the
	// coached leg may have been on hold, or may have left.
	Set bool `json:"set,omitempty"`
	// Coaches is the only leg that hears them; "": all do, or they are known to be muted since. While a change before
	// the mute may still take effect it is kept.
	Coaches LegID `json:"coaches,omitempty"`
	// Asked is when a change was begun whose result has not been saved.
	Asked time.Time `json:"asked,omitzero"`
	// Unsure is when a change was begun whose result is not known: it may still take effect for lateEffectLimit. The
	// leg is muted, and muted again then, before anybody may hear it again.
	Unsure time.Time `json:"unsure,omitzero"`
	// Again is when the next change may be asked for after one that has failed.
	Again time.Time `json:"again,omitzero"`
}

// VoiceStep is one change of who hears a supervisor. Twilio is asked for one at a time: one that was done in part could
// let everybody hear what was meant for one.
type VoiceStep string

const (
	Mute     VoiceStep = "mute"
	SetCoach VoiceStep = "set-coach" // only the coached leg hears them; without one, all do
	Unmute   VoiceStep = "unmute"
)

// Watcher finds the supervisor's leg of that key; nil if there is none.
func (s *Supervisors) Watcher(key LegKey) *SupervisorLeg {
	return s.watcher(func(l SupervisorLeg) bool { return key != "" && l.Key == key })
}

// WatcherOf finds a supervisor's leg that is not being ended; nil if there is none.
func (s *Supervisors) WatcherOf(id agent.ID) *SupervisorLeg {
	return s.watcher(func(l SupervisorLeg) bool { return id != "" && l.Agent == id && !l.Leaving })
}

func (s *Supervisors) watcher(fits func(SupervisorLeg) bool) *SupervisorLeg {
	if i := slices.IndexFunc(s.Watching, fits); i >= 0 {
		return &s.Watching[i]
	}
	return nil
}

// matchWatcher finds the supervisor's leg that fits both key and CallSid, and learns its CallSid.
func (s *Supervisors) matchWatcher(key LegKey, sid LegID) *SupervisorLeg {
	l := s.Watcher(key)
	switch {
	case l == nil:
		return s.watcher(func(l SupervisorLeg) bool { return sid != "" && l.SID == sid })
	case l.SID != "" && sid != "" && l.SID != sid:
		return nil
	case l.SID == "":
		l.SID = sid
	}
	return l
}

func (s *Supervisors) coach() *SupervisorLeg {
	return s.watcher(func(l SupervisorLeg) bool { return l.Mode == ModeCoach && !l.Leaving })
}
