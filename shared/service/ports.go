package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
	"warmtransfer/shared/matching"
)

// Errors of the store and of the phone network. Adapters translate their own errors to these.
var (
	// ErrNotFound: there is no such item.
	ErrNotFound = errors.New("not found")
	// ErrConflict: another request saved first; load and decide again.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable: the store did not do it, or it is not known whether it did.
	ErrUnavailable = errors.New("store unavailable")

	// ErrGone: the leg or the conference has ended, so there is nothing to do.
	ErrGone = errors.New("leg or conference is gone")
	// ErrUnknown: the network gave no answer, or a 5xx: the request may or may not have taken
	// effect.
	ErrUnknown = errors.New("outcome unknown")
	// ErrThrottled: the network refused because of its rate limit (429); nothing was done.
	ErrThrottled = errors.New("throttled")
)

// ErrSlow is the ErrUnknown of a request that timed out. It may still take effect, and repeating it
// at once would probably time out again.
var ErrSlow = fmt.Errorf("%w: no answer in time", ErrUnknown)

// ErrFailed is the ErrUnknown of a request that the network answered with an error of its own:
// it may have acted, but nothing takes effect any more after the answer.
var ErrFailed = fmt.Errorf("%w: the network failed", ErrUnknown)

// RefusedError is a definite refusal by the network: nothing was done, and repeating does not help.
type RefusedError struct {
	Code   int // the network's error code, e.g. 13224; 0 if it gave none
	Status int // HTTP status
}

func (e *RefusedError) Error() string { return "refused by the network" }

// Store keeps calls and agents. Loads are consistent: they see every save that returned before.
// Saves are compare-and-swap on Version: the item is written only if the stored version equals the
// given one (0: only if there is none); then Version is raised by one in place. Otherwise the
// result is ErrConflict and nothing is written. Any other failure is ErrUnavailable, after which
// the item may or may not have been written: load it to find out. Loads of a missing item return
// ErrNotFound.
type Store interface {
	Call(ctx context.Context, id call.ID) (*call.Call, error)
	SaveCall(ctx context.Context, c *call.Call) error
	Agent(ctx context.Context, id agent.ID) (*agent.Agent, error)
	SaveAgent(ctx context.Context, a *agent.Agent) error
	// PlaceOf is the call of the place that a number keeps, or has kept lately, or the call that has taken it: a place
	// is called only if this names it. SavePlaceOf is done whatever there was.
	PlaceOf(ctx context.Context, number string) (call.ID, error)
	SavePlaceOf(ctx context.Context, number string, id call.ID) error
	// HoldNumber holds a number for the call that h names, until then. It may if nobody holds it any more, or only that
	// call or the one that h names besides; otherwise it returns who holds it, and ErrConflict.
	HoldNumber(ctx context.Context, h Hold, now time.Time) (holder call.ID, err error)
	// Lookout is the page that is the lookout; the zero value if none ever was. It may lag behind saves. SaveLookout is
	// done whatever there was.
	Lookout(ctx context.Context) (Lookout, error)
	SaveLookout(ctx context.Context, l Lookout) error
	Lists
}

// Lists are the views over many items. They may lag behind saves, so nothing is decided by them
// alone: load the item before acting on an entry.
//
// A list may be kept in parts. If some of them cannot be read, the entries of the others come with the error, in the
// list's order: whoever shows them says that there may be more, and a rule that needs all of them treats them as not
// known.
type Lists interface {
	// Queue lists callers without an owner (states waiting and ringing): requeued callers first,
	// then by waiting time, longest first. It returns at most one page (see QueuePage).
	Queue(ctx context.Context) ([]QueueEntry, error)
	// Agents lists the agents who were not removed: free agents (see agent.Agent.Ranked) first,
	// longest idle first among them. It returns at most one page (see AgentsPage), which begins at
	// from ("" for the first page); next is where the next page begins, "" at the end.
	Agents(ctx context.Context, from string) (page []agent.Agent, next string, err error)
	// Free lists the agents who are in the rank of free agents (see agent.Agent.Ranked), longest idle
	// first. Of each it has only the ID, IdleSince, and a HeartbeatAt that may be some seconds late: so
	// much as agent.Agent.Free needs. Pages are as those of Agents, of any size.
	Free(ctx context.Context, from string) (page []agent.Agent, next string, err error)
	// MusicStopped lists callers whose music may have stopped by then (see call.Due), those first who
	// have heard nothing for longest. It returns at least MusicPage, if there are so many. Next is when the music
	// of the first caller may stop whose music plays; zero if no caller is to hear music. A store that cannot tell
	// lists callers in the queue. If it cannot tell, or there are stopped ones, next may be now.
	MusicStopped(ctx context.Context, now time.Time) (stopped []call.ID, next time.Time, err error)
	// Live lists all calls that still need a clock (see call.Call.Live). If there are no more than few, their IDs are
	// enough.
	Live(ctx context.Context, few int) ([]LiveCall, error)
	// Queued lists the first n live calls in the queue, and Owned n of all others, as the team's view does. LiveCalls
	// loads calls, and leaves out those that there are not.
	Queued(ctx context.Context, n int) ([]call.ID, error)
	Owned(ctx context.Context, n int) ([]call.ID, error)
	LiveCalls(ctx context.Context, ids []call.ID) ([]*call.Call, error)
}

// LiveCall is a call as the sweep sees it before it looks at it.
type LiveCall struct {
	ID   call.ID
	Due  time.Time    // see call.Due; zero: not known, so look at it
	Legs []call.LegID // see call.Call.ConnectedLegs
}

// Page sizes. No request reads more than one page of the queue. It reads more than one page of
// agents only if agents with silent pages fill the first, or to search them (see directory).
const (
	QueuePage  = 21 // a position beyond twenty is "more than twenty"
	AgentsPage = 200
	MusicPage  = 120 // how many callers one heartbeat gives music again
)

// QueueEntry is a caller in the queue.
type QueueEntry = matching.Entry

// CallControl acts on the phone network. Each method makes one outside request, bounded in time by
// the adapter. Errors: nil: done. ErrGone, ErrThrottled, *RefusedError: not done. ErrUnknown: may
// have been done. Every method but Dial is harmless to repeat. Dial is never repeated for the same
// leg: FindLeg checks whether it may have taken effect.
type CallControl interface {
	// Dial rings an agent's client or an outside number, once. It returns the network's name of the
	// leg.
	Dial(ctx context.Context, d call.Dial) (call.LegID, error)
	// FindLeg checks whether there is a live leg, made at or after since, to that agent or to that
	// number (which begins with a plus sign); ErrNotFound if there is none. It does not say which
	// leg: it may belong to another attempt. The answer comes from a list (see Lookups).
	FindLeg(ctx context.Context, to agent.ID, since time.Time) error
	// Hangup ends a leg, ringing or answered.
	Hangup(ctx context.Context, leg call.LegID) error
	// Cancel ends a leg only as long as it rings. It is done, too, if the leg was answered meanwhile and goes on.
	Cancel(ctx context.Context, leg call.LegID) error
	// SayGoodbye redirects the caller, wherever they are, to hear why their call ends, then ends it.
	// The words need no further request to us.
	SayGoodbye(ctx context.Context, id call.ID, caller call.LegID, why call.Reason) error
	// RejoinConference takes the caller out of the conference of that generation. Twilio then asks what the caller does
	// next (https://www.twilio.com/docs/voice/twiml/dial#action), as if that conference had ended.
	RejoinConference(ctx context.Context, id call.ID, caller call.LegID, generation int) error
	Conferences
	Lookups
}

// Conferences acts on a call's conference.
type Conferences interface {
	// Hold lets a participant hear music (true) or the conference (false).
	Hold(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID, hold bool) error
	// SetEndOnExit sets whether the conference ends when this leg leaves. Twilio silently ignores it for a participant
	// on hold (https://github.com/twilio-professional-services/flex-project-template/pull/80).
	SetEndOnExit(ctx context.Context, conf call.ConferenceID, leg call.LegID, ends bool) error
	// SetVoice changes who hears a supervisor's leg. Twilio refuses to let it coach a leg that is on hold
	// (https://www.twilio.com/docs/api/errors/16027) or not there (https://www.twilio.com/docs/api/errors/16028).
	SetVoice(ctx context.Context, conf call.ConferenceID, v call.SetVoice) error
	// Announce tells one participant, over what they hear, that their agent may be lost.
	Announce(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID) error
}

// Lookups asks the network for the present state. Its lists may lag for some seconds, or leave out
// what exists although the request succeeds: nothing counts as ended because a list lacks it.
type Lookups interface {
	// FindConference finds the live conference of a call in a list, and whether it has started;
	// ErrNotFound if the list has none.
	FindConference(ctx context.Context, id call.ID) (conf call.ConferenceID, started bool, err error)
	// Participants lists the participants of the conference. ErrGone if the conference has ended.
	Participants(ctx context.Context, conf call.ConferenceID) ([]call.ListedParticipant, error)
	// FindParticipant asks for one leg by its name: whether it has ended, and whether it is in that
	// conference ("" asks only for the leg). It uses no list.
	FindParticipant(ctx context.Context, conf call.ConferenceID, leg call.LegID) (call.Sighting, error)
	// Connected lists all connected legs and all conferences in progress of the whole account, in a
	// few long requests.
	Connected(ctx context.Context) (Connected, error)
}

// Connected is what the network has in progress.
type Connected struct {
	Legs        map[call.LegID]bool
	Conferences map[call.ID]bool
}

// Numbers is the operator's policy on the outside numbers that agents may dial.
type Numbers interface {
	// Allow returns the number in E.164 if it may be dialled; otherwise the error is a
	// *NumberError.
	Allow(number string) (e164 string, err error)
}

// Notifier tells an agent's page, over the agent's leg, what has changed. It makes one outside
// request without a guarantee: the adapter may log an error, and polling makes up for it. The
// context ends after notifyTimeout at the latest.
type Notifier interface {
	Tell(ctx context.Context, leg call.LegID, s agentview.Snapshot) error
}

// Pages reaches an agent's pages, whether the agent is in a call or not: it tells them that something of
// theirs has changed, so that they ask at once. What it makes are requests without a guarantee: the
// adapter may count errors, and the pages ask by themselves from time to time.
type Pages interface {
	// Changed tells all of the agent's pages of a change at that time. If one of them has made it, that
	// one is told, too, and asks once more than it needs to. The context ends after notifyTimeout at the
	// latest.
	Changed(ctx context.Context, id agent.ID, now time.Time)
}

// Hold holds a number for one call back, so that of two agents who call it at once one does.
type Hold struct {
	Number string
	By     call.ID // the call that is about to be made
	Over   call.ID // whose hold has no force any more; "": nobody's
	Until  time.Time
}
