// Package record makes the record of a call: what is kept when it has ended. It is pure.
//
// While the call goes on, Follow keeps its trail (call.Trail) with each change; Of makes the record of it. A record is
// stored in the form in which the agents' API answers with it (CallRecord in openapi.yaml).
package record

import (
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// Record is all that is kept of a call that has ended.
type Record struct {
	ID       call.ID   `json:"id"`
	Arrived  time.Time `json:"arrived"`
	Answered time.Time `json:"answered,omitzero"` // the first answer
	Ended    time.Time `json:"ended"`
	EndedBy  Ender     `json:"endedBy"`
	Ender    *Party    `json:"ender,omitempty"` // with ByAgent
	Outcome  Outcome   `json:"outcome"`
	// Out is of a call in which an agent has called the caller.
	Out *Out `json:"out,omitempty"`
	// Unheard: the caller has called the line or kept a place, and nobody has talked to them. All agents may see it.
	Unheard bool `json:"-"`
	// Missed: and they have left no message, so that they are in no other list.
	Missed bool `json:"missed,omitempty"`
	// Message says what has come of asking the caller for a message; "": they were not asked, as far as is known. Not
	// stored.
	Message  Message `json:"message,omitempty"`
	Later    *Later  `json:"later,omitempty"` // of a missed call; not stored
	Caller   string  `json:"caller"`          // the number as agents saw it; "": withheld
	Verified bool    `json:"verified"`
	Name     string  `json:"name,omitempty"` // of the notes; not stored
	Place    int     `json:"place,omitempty"`
	Beyond   bool    `json:"placeMore,omitempty"`
	// Seconds of the caller.
	Wait int `json:"wait"`
	Talk int `json:"talk"`
	Hold int `json:"hold"`

	Legs      []Leg        `json:"legs"`
	Transfers []Transfer   `json:"transfers"`
	History   []call.Entry `json:"history"`
	Notes     []Note       `json:"notes"` // stored apart: see Note
}

// Ender is who ended a call.
type Ender string

const (
	ByCaller Ender = "caller"
	ByAgent  Ender = "agent"
	ByLine   Ender = "line" // the goodbye of a caller who had waited too long, or who heard that the line was closed
)

// Outcome is how a whole call went.
type Outcome string

const (
	Answered    Outcome = "answered"
	Transferred Outcome = "transferred" // and handed over at least once
	Abandoned   Outcome = "abandoned"   // the caller left before anybody answered
	Expired     Outcome = "expired"     // the caller waited longer than the operator's limit
	Unreached   Outcome = "unreached"   // an agent has called the caller, who was not reached: see Out.Outcome
	Voicemail   Outcome = "voicemail"   // the caller was asked for a message: they chose so, or nobody was online
	Kept        Outcome = "kept"        // the caller chose to be called when it is their turn
	Closed      Outcome = "closed"      // the line was closed: the caller heard so at once, or while they waited
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Answered, Transferred, Abandoned, Expired, Voicemail, Kept, Closed, Unreached}

// Out says who has called the caller, and how that went.
type Out struct {
	By      Party        `json:"by"`           // of a kept place whose caller nobody has dialled: without an id
	Of      string       `json:"of,omitempty"` // the call or the message for which they were called
	Outcome call.Outcome `json:"outcome"`      // answered, or why they were not reached; machine is never certain
}

// Message is what has come of asking a caller for a message.
type Message string

const (
	Asked     Message = "asked" // it is not known yet
	Left      Message = "left"
	LeftEmpty Message = "none" // none, or one that is too short
)

// Later is what has become of a missed call since: who has talked to the caller, or else who has tried last.
type Later struct {
	By      Party        `json:"by"`
	At      time.Time    `json:"at"`
	Back    bool         `json:"back,omitempty"` // they have called the caller; otherwise the caller has called again
	Outcome call.Outcome `json:"outcome"`        // answered, or why the caller was not reached: the call is still open
}

// Party is an agent, or an outside number.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Leg is a leg of an agent or of an outside party.
type Leg struct {
	Party    Party        `json:"party"`
	Began    time.Time    `json:"began"`
	Answered time.Time    `json:"answered,omitzero"`
	Ended    time.Time    `json:"ended,omitzero"`
	Outcome  call.Outcome `json:"outcome"`
	Ring     int          `json:"ring"`
	Talk     int          `json:"talk"`
	Hold     int          `json:"hold"`
}

// Transfer is an attempt to hand the caller over.
type Transfer struct {
	Kind    call.TransferKind  `json:"kind"`
	By      Party              `json:"by"`
	To      Party              `json:"to"`
	Note    string             `json:"note,omitempty"` // the transferor's, to the target
	Reason  call.DeclineReason `json:"reason,omitempty"`
	Began   time.Time          `json:"began"`
	Ended   time.Time          `json:"ended,omitzero"`
	Outcome call.Outcome       `json:"outcome"`
}

// Note is what one agent has noted on a call. Each agent has one, which is stored beside the record and not in it: two
// agents write at once without a conflict, and a note may come before the record.
type Note struct {
	By   Party     `json:"by"`
	At   time.Time `json:"at"` // when it was last changed
	Text string    `json:"note"`
	Code string    `json:"code,omitempty"`
	Name string    `json:"name,omitempty"` // the caller's
	// Version counts this agent's saves of it, those too that have emptied it; 0: never saved, or by a release that did
	// not count.
	Version int64 `json:"version,omitempty"`
}

// Empty says whether nothing is noted.
func (n Note) Empty() bool { return n.Text == "" && n.Code == "" && n.Name == "" }

// Same says whether two notes say the same.
func (n Note) Same(o Note) bool { return n.Text == o.Text && n.Code == o.Code && n.Name == o.Name }

// Of is the record of a call that is over.
func Of(c *call.Call) Record {
	r := Record{
		ID: c.ID, Arrived: c.Arrived, Ended: c.Ended, Caller: c.From, Verified: c.Verified, Outcome: Abandoned,
		EndedBy: ByCaller, Place: c.Trail.Place, Beyond: c.Trail.Beyond,
		Wait: seconds(c.Trail.Caller.Wait), Talk: seconds(c.Trail.Caller.Talk), Hold: seconds(c.Trail.Caller.Hold),
		Legs: legs(c), Transfers: transfers(c), History: slices.Clone(c.History), Notes: []Note{},
	}
	for _, e := range c.History {
		switch e.What {
		case call.Answer:
			r.answered(e.At)
		case call.End:
			p := party(e.Agent, "", e.Name)
			r.EndedBy, r.Ender = ByAgent, &p
		}
	}
	for _, l := range r.Legs { // the history of a long call has lost its oldest entries
		r.answered(l.Answered)
	}
	if c.Out.Dialled() {
		r.out(c.Out)
		if c.Kept.Is() && c.Kept.Tries == 0 && !c.Out.Reached() { // at most an agent was rung
			r.Out.By = Party{}
		}
	}
	byLine := map[call.Reason]Outcome{
		call.ReasonMaxWait: Expired, call.ReasonNobodyOnline: Voicemail, call.ReasonMessage: Voicemail,
		call.ReasonKept:   Kept,
		call.ReasonClosed: Closed, call.ReasonNobodyCame: Expired,
	}[c.Reason]
	switch {
	case c.Transfer.Done() || slices.ContainsFunc(c.Trail.Transfers, done):
		r.Outcome = Transferred
	case r.Outcome == Abandoned && byLine != "":
		r.Outcome = byLine
	}
	if byLine != "" {
		r.EndedBy = ByLine
	}
	r.Unheard = r.Answered.IsZero() && r.Outcome != Kept && !c.Out.Dialled() ||
		c.Kept.Is() && !c.Out.Reached() && c.Reason == call.ReasonUnreached
	return r.WithMessage("")
}

// WithMessage is the record with what has come of asking the caller for a message. Whoever has left one is in the list
// of messages; whoever was asked may be leaving one now.
func (r Record) WithMessage(m Message) Record {
	r.Message = m
	r.Missed = r.Unheard && (m == LeftEmpty || m == "" && r.Outcome != Voicemail)
	return r
}

// AsLater is what this record says of a missed call of the same caller that ended before it; nil: nothing.
func (r Record) AsLater() *Later {
	switch {
	case r.Out != nil && r.Out.By.ID != "":
		return &Later{By: r.Out.By, At: r.Arrived, Back: true, Outcome: r.Out.Outcome}
	case r.Out == nil && !r.Answered.IsZero() && len(r.With()) > 0:
		return &Later{By: r.With()[0], At: r.Answered, Outcome: call.OutcomeAnswered}
	}
	return nil
}

// out applies that an agent has called the caller: their own answer is none of the caller's.
func (r *Record) out(o call.Outbound) {
	r.Out = &Out{By: party(o.By, "", o.ByName), Of: o.Of, Outcome: o.Result()}
	r.Answered, r.Outcome = o.Answered, Answered
	if !o.Reached() {
		r.Outcome = Unreached
		if r.EndedBy == ByCaller {
			r.EndedBy = ByLine
		}
	}
}

func done(t call.Transfer) bool { return t.Done() }

// answered applies that somebody answered then; zero: nobody.
func (r *Record) answered(at time.Time) {
	if !at.IsZero() && (r.Answered.IsZero() || at.Before(r.Answered)) {
		r.Answered, r.Outcome = at, Answered
	}
}

func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

func legs(c *call.Call) []Leg {
	list := []Leg{}
	for _, k := range c.Trail.Legs {
		l := Leg{
			Party: party(k.Agent, k.Number, k.Name), Began: k.Began, Answered: k.Answered, Ended: k.Ended,
			Outcome: k.Outcome, Talk: seconds(k.Talk), Hold: seconds(k.Hold),
		}
		if f, ok := c.Releases().Of(k.Key); ok && laterCounts(c, k, f.Outcome) {
			l.Outcome = f.Outcome
		}
		if until := k.Answered; !until.IsZero() {
			l.Ring = seconds(until.Sub(k.Began))
		} else if !k.Ended.IsZero() {
			l.Ring = seconds(k.Ended.Sub(k.Began))
		}
		list = append(list, l)
	}
	return list
}

// laterCounts says whether what is known later of a leg's end corrects what was known then: that the caller was handed
// over, and how the call ended if the leg ended with it. For an agent who was lost before, their end is not that of the
// call.
func laterCounts(c *call.Call, k call.TrailLeg, o call.Outcome) bool {
	return o == call.OutcomeTransferred || k.Outcome == "" || c.Ended.Sub(k.Ended) <= call.SameEndWindow
}

func transfers(c *call.Call) []Transfer {
	list := []Transfer{}
	add := func(t call.Transfer) {
		to := party(t.To, t.Number, t.ToName)
		if t.Kind == call.KindQueue {
			to = Party{ID: "*", Name: "The next agent"}
		}
		list = append(list, Transfer{
			Kind: t.Kind, By: party(t.By, "", t.ByName), To: to, Note: t.Note, Reason: t.DeclineReason,
			Began: t.Began, Ended: t.Ended, Outcome: t.Outcome,
		})
	}
	for _, t := range c.Trail.Transfers {
		add(t)
	}
	if c.Transfer != nil {
		add(*c.Transfer)
	}
	return list
}

// Agents are the agents who were in the call, in the order in which they answered; outside numbers are none.
func (r Record) Agents() (ids []agent.ID) {
	for _, p := range r.With() {
		if id := agent.ID(p.ID); !strings.HasPrefix(p.ID, "+") {
			ids = append(ids, id)
		}
	}
	return ids
}

// With are all who talked to the caller or to a transferor, each once, in the order in which they were rung.
func (r Record) With() []Party {
	list := []Party{}
	for _, l := range r.Legs {
		if !l.Answered.IsZero() && !slices.ContainsFunc(list, func(p Party) bool { return p.ID == l.Party.ID }) {
			list = append(list, l.Party)
		}
	}
	return list
}

// WithNotes is the record with its notes, the oldest first, without those that were emptied.
func (r Record) WithNotes(notes []Note) Record {
	notes = slices.DeleteFunc(slices.Clone(notes), Note.Empty)
	r.Notes = slices.SortedFunc(slices.Values(notes), func(a, b Note) int {
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return strings.Compare(a.By.ID, b.By.ID)
	})
	if r.Notes == nil {
		r.Notes = []Note{}
	}
	for _, n := range r.Notes {
		if n.Name != "" {
			r.Name = n.Name
		}
	}
	return r
}

// Filter is what a list of records may be narrowed to; empty members allow everything.
type Filter struct {
	Agent   agent.ID
	Outcome Outcome
	Code    string
	Text    string
	Missed  bool
}

// None says whether every record of a list fits.
func (f Filter) None() bool { return f == Filter{} }

// Fits says whether a record with its notes fits.
func (f Filter) Fits(r Record) bool {
	coded := func(n Note) bool { return n.Code == f.Code }
	return (f.Agent == "" || slices.Contains(r.Agents(), f.Agent)) &&
		(f.Outcome == "" || f.Outcome == r.Outcome) &&
		(!f.Missed || r.Missed) &&
		(f.Code == "" || slices.ContainsFunc(r.Notes, coded)) &&
		(f.Text == "" || r.mentions(strings.ToLower(f.Text)))
}

func (r Record) mentions(text string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return slices.ContainsFunc(r.Notes, func(n Note) bool { return has(n.Text) || has(n.Name) }) ||
		slices.ContainsFunc(r.Transfers, func(t Transfer) bool { return has(t.Note) })
}

// party is an agent or an outside number.
func party(id agent.ID, number, name string) Party {
	if name == "" {
		name = string(id) + number
	}
	return Party{ID: string(id) + number, Name: name}
}
