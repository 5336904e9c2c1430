package call

import "fmt"

// State is where a call stands. The comment of each value says who hears whom.
type State string

const (
	// Waiting: the caller hears music; no agent is rung.
	Waiting State = "waiting"
	// Ringing: the caller hears music; an agent is rung.
	Ringing State = "ringing"
	// Talking: caller and owner hear each other, or the owner has put the caller on hold and the caller hears music.
	Talking State = "talking"
	// AddRinging: caller and transferor hear each other; the target is rung.
	AddRinging State = "add-ringing"
	// ConsultRinging: the caller hears music; the target is rung for the transferor.
	ConsultRinging State = "consult-ringing"
	// Consulting: transferor and target hear each other; the caller hears music.
	Consulting State = "consulting"
	// Swapped: transferor and caller hear each other; the target hears music.
	Swapped State = "swapped"
	// ThreeWay: caller, transferor and target hear each other.
	ThreeWay State = "three-way"
	// KeepsPlace: the caller has hung up and keeps their place in the queue; nobody hears anything.
	KeepsPlace State = "keeps-place"
	// AgentFirst: the agent who calls a caller back is rung; nobody else is on the line yet.
	AgentFirst State = "agent-first"
	// Calling: that agent is in the conference, and the caller's number is dialled; nobody hears anybody yet.
	Calling State = "calling"
	// Completing: caller and target hear each other; the transferor's leg is being ended.
	Completing State = "completing"
	// Ended: the legs are being ended; at most the caller hears the goodbye.
	Ended State = "ended"
)

// States lists every state.
var States = []State{
	Waiting, Ringing, Talking, AddRinging, ConsultRinging, Consulting, Swapped, ThreeWay, Completing, Ended,
	AgentFirst, Calling, KeepsPlace,
}

// Event is something that happened to a call or that an agent asked for.
type Event string

const (
	Arrive         Event = "arrive"          // the caller has arrived; the first entry of every history
	Offer          Event = "offer"           // an agent is to be rung for the caller
	Answer         Event = "answer"          // the leg that was rung has answered
	OfferFailed    Event = "offer-failed"    // the agent who was rung did not take the caller
	Consult        Event = "consult"         // the owner starts a consult
	Add            Event = "add"             // the owner dials a target into the talk
	Blind          Event = "blind"           // the owner leaves, and the target is rung for the caller
	Requeue        Event = "requeue"         // the owner gives the caller back to the queue, and leaves
	TargetFailed   Event = "target-failed"   // the target did not answer
	Swap           Event = "swap"            // the transferor changes between caller and target
	Join           Event = "join"            // the transferor brings all three together
	Complete       Event = "complete"        // the transferor hands over
	Completed      Event = "completed"       // the transferor's leg has ended after the handover
	Cancel         Event = "cancel"          // the transferor takes the transfer back
	Hold           Event = "hold"            // the owner puts the caller on hold
	Resume         Event = "resume"          // the owner resumes the caller
	TransferorLeft Event = "transferor-left" // the owner's leg has ended without a command
	TargetLeft     Event = "target-left"     // the target's leg has ended after it had answered
	CallerLeft     Event = "caller-left"     // the caller hung up
	DialEnded      Event = "room-ended"      // the conference ended while the caller's leg goes on
	End            Event = "end"             // the owner ends the call
	Expire         Event = "expire"          // the caller's wait is over: see timePassed and ApplyLineClosed
	Keep           Event = "keep"            // a place is kept, or kept on after an attempt; the first entry, too
	CallBack       Event = "call-back"       // an agent calls a caller back; the first entry of such a history
	CallerAnswered Event = "caller-answered" // whom we dial has picked up
	CallerFailed   Event = "caller-failed"   // whom we dial was not reached
	Machine        Event = "machine"         // Twilio takes who has picked up for a machine; changes no state
	Return         Event = "return"          // the caller was asked for a message, left none, and waits again
)

// Events lists every event that has a row in the table.
var Events = []Event{
	Offer, Answer, OfferFailed, Consult, Add, Blind, Requeue, TargetFailed, Swap, Join, Complete, Completed, Cancel,
	Hold, Resume, TransferorLeft, TargetLeft, CallerLeft, DialEnded, End, Expire, Return, CallerAnswered, CallerFailed,
	Keep,
}

// next is the whole table of transitions; everything else is refused.
var next = map[State]map[Event]State{
	Waiting: {
		Offer: Ringing, CallerLeft: Ended, DialEnded: Waiting, Expire: Ended,
	},
	Ringing: {
		Answer: Talking, OfferFailed: Waiting, CallerLeft: Ended, DialEnded: Ringing, Expire: Ended,
	},
	Talking: {
		Consult: ConsultRinging, Add: AddRinging, Blind: Ringing, Requeue: Waiting, Hold: Talking, Resume: Talking,
		End:            Ended,
		TransferorLeft: Waiting, CallerLeft: Ended, DialEnded: Waiting,
	},
	// If the transferor leaves while the target is rung, the caller is offered to the target. That is Ringing.
	AddRinging: {
		Answer: ThreeWay, TargetFailed: Talking, Cancel: Talking, End: Ended,
		TransferorLeft: Ringing, CallerLeft: Ended, DialEnded: Ringing,
	},
	ConsultRinging: {
		Answer: Consulting, TargetFailed: Talking, Cancel: Talking,
		TransferorLeft: Ringing, CallerLeft: Ended, DialEnded: Ringing,
	},
	Consulting: {
		Swap: Swapped, Join: ThreeWay, Complete: Completing, Cancel: Talking,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, DialEnded: Waiting,
	},
	Swapped: {
		Swap: Consulting, Join: ThreeWay, Complete: Completing, Cancel: Talking,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, DialEnded: Waiting,
	},
	ThreeWay: {
		Complete: Completing, Cancel: Talking, End: Ended,
		TransferorLeft: Talking, TargetLeft: Talking, CallerLeft: Ended, DialEnded: Waiting,
	},
	Completing: {
		Completed: Talking, TransferorLeft: Talking, TargetLeft: Waiting, CallerLeft: Ended, DialEnded: Waiting,
	},
	AgentFirst: {
		Answer: Calling, CallerFailed: Ended, CallerLeft: Ended, OfferFailed: KeepsPlace, Expire: Ended,
	},
	// If the agent is lost, the state stays until the caller's leg has ended, or somebody has picked up all the same.
	Calling: {
		CallerAnswered: Talking, CallerFailed: Ended, End: Ended, TransferorLeft: Calling, CallerLeft: Ended,
		Keep: KeepsPlace, Expire: Ended,
	},
	// A place that is kept is offered like a caller who waits; its caller is dialled once an agent is there.
	KeepsPlace: {
		Offer: AgentFirst, End: Ended, Expire: Ended, CallerLeft: Ended,
	},
	// Only a caller who was asked for a message comes back (see ApplyReturned).
	Ended: {
		CallerLeft: Ended, Return: Waiting,
	},
}

// Next is the state that e leads to from s, or a *TransitionError if s does not allow e. After a rollback the stored
// state may be unknown to this version. Then only CallerLeft and DialEnded are accepted.
func (s State) Next(e Event) (State, error) {
	if to, ok := next[s][e]; ok {
		return to, nil
	}
	if !s.known() {
		switch e {
		case CallerLeft:
			return Ended, nil
		case DialEnded:
			return Waiting, nil
		}
	}
	return s, &TransitionError{State: s, Event: e}
}

// known says whether this version knows the state. A call in an unknown state is left alone: nothing is planned for it.
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

// InLine says whether the caller waits in the queue for an owner.
func (s State) InLine() bool { return s == Waiting || s == Ringing }
