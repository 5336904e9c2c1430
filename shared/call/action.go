package call

import "errors"

// Action is a verb of the agents' API.
type Action string

const (
	DoConsult  Action = "consult"
	DoAdd      Action = "add"
	DoBlind    Action = "blind"
	DoRequeue  Action = "requeue"
	DoSwap     Action = "swap"
	DoJoin     Action = "join"
	DoComplete Action = "complete"
	DoCancel   Action = "cancel"
	DoHold     Action = "hold"
	DoResume   Action = "resume"
	DoEnd      Action = "end"
	DoDecline  Action = "decline" // by an agent who is being rung
)

// Begins says whether the action starts a transfer to a target.
func (a Action) Begins() bool { return a == DoConsult || a == DoAdd || a == DoBlind }

// Actions lists every verb, in the order in which a page shows them.
var Actions = []Action{
	DoHold, DoResume, DoConsult, DoBlind, DoAdd, DoRequeue, DoSwap, DoJoin, DoComplete, DoCancel, DoEnd, DoDecline,
}

// Refusals of a command; a *TransitionError is one too.
var (
	// ErrNoCall: the agent is not in this call, or is only being rung for it.
	ErrNoCall = errors.New("the agent is in no call")
	// ErrNotYours: only the agent who owns the call may do that.
	ErrNotYours = errors.New("only the owner of the call may do that")
	// ErrTooManyHops: the caller was handed over MaxHops times.
	ErrTooManyHops = errors.New("the call was transferred too often")
	// ErrSelf: the target is already in the call; it may be the agent themselves.
	ErrSelf = errors.New("the target is already in the call")
	// ErrCaller: the target is the caller's own number.
	ErrCaller = errors.New("the target is the caller")
	// ErrTooManyOutside: MaxOutside outside numbers were dialled for this caller.
	ErrTooManyOutside = errors.New("too many outside numbers were dialled for this caller")
	// ErrTooLong: the note is longer than MaxNote.
	ErrTooLong = errors.New("the note is too long")
)
