// Package notice makes what other systems are told of a call: one notice when it is answered, each time it is handed
// over, and when it has ended: once more each time that the caller has come back since (see call.Comeback). EventBridge
// calls it an event; here an event is what happens to a call.
//
// It is pure. The form is documented in docs/events.md and docs/events.schema.json, and is read by programs that we do
// not know: members may be added, and none changes its meaning.
package notice

import (
	"slices"
	"strconv"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// Source is the notices' origin, as rules on the bus name it.
const Source = "warm-transfer"

// Schema is the version of the form. Another number is another meaning.
const Schema = 1

// Notice is one notice. Its JSON is the detail of an event on the bus.
type Notice struct {
	Schema int `json:"schema"`
	// ID is the same however often the notice is sent; no other notice has it.
	ID    string    `json:"id"`
	Event call.News `json:"event"`
	Stack string    `json:"stack"` // whose line it is
	Call  call.ID   `json:"call"`
	// Version is the call's. Of two notices of a call the later one has the higher.
	Version int64     `json:"version"`
	At      time.Time `json:"at"` // when it happened
	Arrived time.Time `json:"arrived"`
	Caller  Caller    `json:"caller"`

	Direction Direction `json:"direction,omitempty"` // "": the caller has called the line

	Agent    agent.ID  `json:"agent,omitempty"` // of an answer
	Transfer *Transfer `json:"transfer,omitempty"`
	End      *End      `json:"end,omitempty"`
}

// Direction is who has called whom.
type Direction string

// Outbound: an agent has called the caller.
const Outbound Direction = "outbound"

// Caller is who calls.
type Caller struct {
	Number   string `json:"number,omitempty"`   // as agents see it; only with leave, and not if it is withheld
	Verified bool   `json:"verified,omitempty"` // the network vouches for that number
	Withheld bool   `json:"withheld,omitempty"`
}

// Transfer is the handing over of the caller.
type Transfer struct {
	Kind  call.TransferKind `json:"kind"`
	By    agent.ID          `json:"by"`
	To    Target            `json:"to"`
	Began time.Time         `json:"began"`
}

// Target is who has the caller now: an agent, or an outside party, whose number needs leave.
type Target struct {
	Agent   agent.ID `json:"agent,omitempty"`
	Outside bool     `json:"outside,omitempty"`
	Number  string   `json:"number,omitempty"`
}

// End is a whole call. Seconds are the caller's.
type End struct {
	Outcome   record.Outcome `json:"outcome"`
	Called    call.Outcome   `json:"called,omitempty"` // of an outbound call: answered, or why nobody was reached
	By        record.Ender   `json:"by"`
	Agent     agent.ID       `json:"agent,omitempty"` // who ended it
	Answered  time.Time      `json:"answered,omitzero"`
	Wait      int            `json:"wait"`
	Talk      int            `json:"talk"`
	Hold      int            `json:"hold"`
	Agents    []agent.ID     `json:"agents"`    // who were in it, in the order in which they were rung
	Transfers int            `json:"transfers"` // tried, with any outcome
}

// Leave says what notices may tell.
type Leave struct {
	Stack   string
	Numbers bool
}

// Of are the notices of a call for what is new in it. The call is as the change saved it that was the news, or, while
// two releases run, as one saved it later that does not know what news is and left the word where it was. So the id is
// that of the thing and not of the save, and what is not so any more makes none. Nor does a word that this version does
// not know.
func Of(c *call.Call, news []call.News, may Leave) (list []Notice) {
	for _, what := range news {
		n := Notice{
			Schema: Schema, ID: string(c.ID) + "." + string(what), Event: what, Stack: may.Stack, Call: c.ID,
			Version: c.Version, Arrived: c.Arrived, Caller: Caller{Verified: c.Verified, Withheld: c.From == ""},
		}
		if may.Numbers {
			n.Caller.Number = c.From
		}
		if c.Out.Dialled() {
			n.Direction = Outbound
		}
		switch {
		case what == call.NewsAnswered:
			n.At, n.Agent = firstAnswer(c)
		case what == call.NewsTransferred && c.Transfer.Done():
			n.At, n.Transfer = c.Transfer.Ended, transfer(c, may)
			n.ID += "." + strconv.FormatInt(c.Transfer.Began.UnixMilli(), 10)
		case what == call.NewsEnded && !c.Live():
			n.At, n.End = c.Ended, end(record.Of(c))
			if c.Return.Count > 0 { // the call was over before, and that was told
				n.ID += "." + strconv.Itoa(c.Return.Count)
			}
		}
		if !n.At.IsZero() {
			list = append(list, n)
		}
	}
	return list
}

func firstAnswer(c *call.Call) (at time.Time, by agent.ID) {
	if c.Out.Dialled() {
		return c.Out.Answered, c.Out.By
	}
	for _, l := range c.Trail.Legs {
		if !l.Answered.IsZero() && (at.IsZero() || l.Answered.Before(at)) {
			at, by = l.Answered, l.Agent
		}
	}
	return at, by
}

func transfer(c *call.Call, may Leave) *Transfer {
	t := c.Transfer
	to := Target{Agent: t.To, Outside: t.To == ""}
	number := t.Number
	if t.Kind == call.KindQueue { // to whoever has answered since
		to = Target{}
		if l := c.Leg(c.Owner); l != nil {
			to, number = Target{Agent: l.Agent, Outside: l.Agent == ""}, l.Number
		}
	}
	if may.Numbers && to.Outside {
		to.Number = number
	}
	return &Transfer{Kind: t.Kind, By: t.By, To: to, Began: t.Began}
}

func end(r record.Record) *End {
	e := End{
		Outcome: r.Outcome, By: r.EndedBy, Answered: r.Answered, Wait: r.Wait, Talk: r.Talk, Hold: r.Hold,
		Agents: slices.Concat([]agent.ID{}, r.Agents()), Transfers: len(r.Transfers),
	}
	if r.Out != nil {
		e.Called = r.Out.Outcome
	}
	if r.Ender != nil {
		e.Agent = agent.ID(r.Ender.ID)
	}
	return &e
}
