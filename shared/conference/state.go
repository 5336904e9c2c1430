package conference

import "fmt"

// State is where a conference stands. The comment of each value says who hears whom.
type State string

const (
	// Waiting: the caller hears music; nobody is being rung for her.
	Waiting State = "waiting"
	// Ringing: the caller hears music; an agent is being rung for her.
	Ringing State = "ringing"
	// Talking: caller and owner hear each other (or the caller music, put on hold by hand).
	Talking State = "talking"
	// AddRinging: caller and owner hear each other; the target is being rung.
	AddRinging State = "add-ringing"
	// ConsultRinging: the caller hears music; the target is being rung for the transferor.
	ConsultRinging State = "consult-ringing"
	// Consulting: transferor and target hear each other; the caller hears music.
	Consulting State = "consulting"
	// Swapped: transferor and caller hear each other; the target hears music.
	Swapped State = "swapped"
	// ThreeWay: caller, transferor and target hear each other.
	ThreeWay State = "three-way"
	// Completing: caller and target hear each other; the transferor is being taken out.
	Completing State = "completing"
	// Ended: nobody hears anybody; the caller hears a last word at the most.
	Ended State = "ended"
)

// States lists every state.
var States = []State{
	Waiting, Ringing, Talking, AddRinging, ConsultRinging, Consulting, Swapped, ThreeWay, Completing, Ended,
}

// Event is something that happened to a conference or was asked of it.
type Event string

const (
	Arrive         Event = "arrive"          // the caller came; the first line of every history
	Offer          Event = "offer"           // an agent is to be rung for the caller
	Answer         Event = "answer"          // the leg that was rung was answered
	OfferFailed    Event = "offer-failed"    // the agent rung for the caller did not take her
	Consult        Event = "consult"         // the owner asks a target for a private talk
	Add            Event = "add"             // the owner dials a target straight in
	TargetFailed   Event = "target-failed"   // the target did not answer
	Swap           Event = "swap"            // the transferor changes whom he talks to
	Join           Event = "join"            // the transferor brings all together
	Complete       Event = "complete"        // the transferor hands over
	Completed      Event = "completed"       // the transferor is out
	Cancel         Event = "cancel"          // the transferor takes the transfer back
	Hold           Event = "hold"            // the owner puts the caller on hold
	Resume         Event = "resume"          // the owner takes the caller off hold
	TransferorLeft Event = "transferor-left" // the owner's leg is gone, with nobody asking for it
	TargetLeft     Event = "target-left"     // the target's leg is gone after it was answered
	CallerLeft     Event = "caller-left"     // the caller hung up
	RoomEnded      Event = "room-ended"      // the room ended under the caller, who is still there
	End            Event = "end"             // the owner ends the call
	Expire         Event = "expire"          // the caller has waited longer than the operator allows
)

// Events lists every event that a state may be asked about.
var Events = []Event{
	Offer, Answer, OfferFailed, Consult, Add, TargetFailed, Swap, Join, Complete, Completed, Cancel, Hold, Resume,
	TransferorLeft, TargetLeft, CallerLeft, RoomEnded, End, Expire,
}

// next is the whole table of transitions; what it does not name is refused.
var next = map[State]map[Event]State{
	Waiting: {
		Offer: Ringing, CallerLeft: Ended, RoomEnded: Waiting, Expire: Ended,
	},
	Ringing: {
		Answer: Talking, OfferFailed: Waiting, CallerLeft: Ended, RoomEnded: Ringing, Expire: Ended,
	},
	Talking: {
		Consult: ConsultRinging, Add: AddRinging, Hold: Talking, Resume: Talking, End: Ended,
		TransferorLeft: Waiting, CallerLeft: Ended, RoomEnded: Waiting,
	},
	// A transferor who leaves while the target rings leaves a caller who is being
	// offered to the target: the state for that is Ringing.
	AddRinging: {
		Answer: ThreeWay, TargetFailed: Talking, Cancel: Talking, End: Ended,
		TransferorLeft: Ringing, CallerLeft: Ended, RoomEnded: Ringing,
	},
	ConsultRinging: {
		Answer: Consulting, TargetFailed: Talking, Cancel: Talking,
		TransferorLeft: Ringing, CallerLeft: Ended, RoomEnded: Ringing,
	},
	Consulting: {
		Swap: Swapped, Join: ThreeWay, Complete: Completing, Cancel: Talking,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, RoomEnded: Waiting,
	},
	Swapped: {
		Swap: Consulting, Join: ThreeWay, Complete: Completing, Cancel: Talking,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, RoomEnded: Waiting,
	},
	ThreeWay: {
		Complete: Completing, Cancel: Talking, End: Ended,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, RoomEnded: Waiting,
	},
	Completing: {
		Completed: Talking, TransferorLeft: Talking, TargetLeft: Waiting, CallerLeft: Ended, RoomEnded: Waiting,
	},
	Ended: {
		CallerLeft: Ended,
	},
}

// Next is the state that e leads to from s, or a *TransitionError if e is not allowed in
// s. In a state that this version does not know (after a rollback) only the end of the
// caller's call and of her room are understood.
func (s State) Next(e Event) (State, error) {
	if to, ok := next[s][e]; ok {
		return to, nil
	}
	if !s.known() {
		switch e {
		case CallerLeft:
			return Ended, nil
		case RoomEnded:
			return Waiting, nil
		}
	}
	return s, &TransitionError{State: s, Event: e}
}

// known says whether this version knows the state. What it does not know, it leaves
// alone: nothing is due in it.
func (s State) known() bool {
	_, ok := next[s]
	return ok
}

// TransitionError says that an event is not allowed in a state.
type TransitionError struct {
	State State
	Event Event
}

func (e *TransitionError) Error() string {
	return fmt.Sprintf("%s is not possible while the call is %s", e.Event, e.State)
}

// Ringing of somebody, who is not on the line yet.
func (s State) Alerting() bool { return s == Ringing || s == AddRinging || s == ConsultRinging }

// InLine says whether the caller waits for an owner.
func (s State) InLine() bool { return s == Waiting || s == Ringing }
