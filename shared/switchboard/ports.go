package switchboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
)

// Errors of the two outer sides. Adapters translate to them at once.
var (
	// ErrNotFound: there is no such item.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else saved first; load and decide again.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable: the store did not do it, or it is not known whether it did.
	ErrUnavailable = errors.New("store unavailable")

	// ErrGone: the leg or the room is over, so that there is nothing to do.
	ErrGone = errors.New("leg or room is gone")
	// ErrUnknown: the network gave no answer, or a 5xx: it may or may not have acted.
	ErrUnknown = errors.New("outcome unknown")
	// ErrThrottled: the network refused for its rate limit (429): it did not act.
	ErrThrottled = errors.New("throttled")
)

// ErrSlow is the ErrUnknown of a request that had no answer in time: it may be done yet, and
// to repeat it at once would only take as long again.
var ErrSlow = fmt.Errorf("%w: no answer in time", ErrUnknown)

// ErrFailed is the ErrUnknown of a request that the network answered with an error of its own:
// it may have acted, but nothing takes effect any more after the answer.
var ErrFailed = fmt.Errorf("%w: the network failed", ErrUnknown)

// RefusedError is a definite no of the network: it did not act and will not.
type RefusedError struct {
	Code   int // the network's error code, e.g. 13224; 0 if it gave none
	Status int // HTTP status
}

func (e *RefusedError) Error() string { return "refused by the network" }

// Store keeps conferences and agents. Loads are consistent: they see every save that
// returned before. Saves are compare-and-swap on Version: the item is written only if
// the stored version still equals the given one (0: only if there is none), and the
// given item's Version is then raised by one in place; otherwise ErrConflict and
// nothing is written. Any other failure is ErrUnavailable, after which the item may
// or may not have been written: load it to find out. Loads of a missing item are
// ErrNotFound.
type Store interface {
	Conference(ctx context.Context, id conference.ID) (*conference.Conference, error)
	SaveConference(ctx context.Context, c *conference.Conference) error
	Agent(ctx context.Context, id agent.ID) (*agent.Agent, error)
	SaveAgent(ctx context.Context, a *agent.Agent) error
	Lists
}

// Lists are the views over many items. They may lag behind saves by a moment, so
// nothing is decided by them alone: whoever acts on an entry loads the item first.
type Lists interface {
	// Line lists callers without an owner (states waiting and ringing), heads first, then the
	// longest waiting; at most one page (see LinePage).
	Line(ctx context.Context) ([]Waiter, error)
	// Agents lists the agents who were not removed, the free ones (see agent.Agent.Ranked)
	// first, longest idle first among them. It gives at most one page (see AgentsPage), which
	// begins where from says, at first ""; next is where the list goes on, "" at its end.
	Agents(ctx context.Context, from string) (page []agent.Agent, next string, err error)
	// Live lists conferences that still need a clock (see conference.Conference.Live), oldest
	// state change first, at most n.
	Live(ctx context.Context, n int) ([]conference.ID, error)
}

// Page sizes. No request reads more than one page of the line, and of the agents more only
// where those who are silent fill it (see Switchboard.agents).
const (
	LinePage   = 21 // a position beyond twenty is "more than twenty"
	AgentsPage = 200
)

// Waiter is a caller in the line.
type Waiter struct {
	ID     conference.ID
	State  conference.State
	Queued time.Time
	Head   bool
}

// CallControl acts on the phone network. Each method is one outside call, bounded in
// time by the adapter. Errors: nil: done. ErrGone, ErrThrottled, *RefusedError: not
// done. ErrUnknown: may have been done; every method but Dial is harmless to repeat.
// Dial is never repeated for the same leg: FindLeg looks whether it may have taken effect.
type CallControl interface {
	// Dial rings an agent's client or an outside number, once. It returns the network's name
	// of the leg.
	Dial(ctx context.Context, d conference.Dial) (conference.LegID, error)
	// FindLeg looks whether there is a live leg that we may have made at or after since to
	// that agent, or to a number, which begins with a plus sign; ErrNotFound if there is none.
	// Which one it is, is not said: it may be another's. It is asked of a list (see Looks).
	FindLeg(ctx context.Context, to agent.ID, since time.Time) error
	// Hangup ends a leg, ringing or answered.
	Hangup(ctx context.Context, leg conference.LegID) error
	// LastWords takes the caller out of wherever she is to hear why her call ends, then ends
	// it. Nothing of ours is asked for them.
	LastWords(ctx context.Context, id conference.ID, why conference.Reason) error
	// FreshRoom takes the caller out of the room of that round, to ask what is to become of
	// her as if it had ended.
	FreshRoom(ctx context.Context, id conference.ID, round int) error
	Rooms
	Looks
}

// Rooms acts on a conference's room.
type Rooms interface {
	// Hold makes a party hear music (true) or the room (false).
	Hold(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID, hold bool) error
	// SetEndsRoom sets whether the room ends when this leg leaves. The network ignores
	// it silently on a held leg.
	SetEndsRoom(ctx context.Context, room conference.RoomID, leg conference.LegID, ends bool) error
	// Announce says words to one party, over what it hears, that its agent may be lost.
	Announce(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID) error
}

// Looks ask the network how things stand. Its lists may lag for some seconds, or lack what
// is there, and succeed: nothing is over because a list lacks it.
type Looks interface {
	// FindRoom looks up the live room of a conference in a list, and whether it has started;
	// ErrNotFound if the list has none.
	FindRoom(ctx context.Context, id conference.ID) (room conference.RoomID, started bool, err error)
	// Present lists who is in the room now. ErrGone if the room has ended.
	Present(ctx context.Context, room conference.RoomID) ([]conference.Presence, error)
	// LookAt asks for one leg by its name: whether its call is over, and whether it is in that
	// room, of which it is not asked with "". No list is asked.
	LookAt(ctx context.Context, room conference.RoomID, leg conference.LegID) (conference.Sighting, error)
}
