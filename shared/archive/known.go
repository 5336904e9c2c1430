package archive

import (
	"context"
	"slices"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Known is what is known of a caller.
type Known struct {
	Count int          `json:"count"`
	More  bool         `json:"more,omitempty"`
	Name  string       `json:"name,omitempty"`
	Last  *Last        `json:"last,omitempty"`
	Note  *record.Note `json:"note,omitempty"`
}

// Last is a caller's last call.
type Last struct {
	Call    call.ID        `json:"call"`
	At      time.Time      `json:"at"`
	Outcome record.Outcome `json:"outcome"`
	With    []record.Party `json:"with"`
}

const (
	countMost = 100 // calls of one number are counted so far
	readMost  = 10  // and so many of the newest are read, for a name and a note
)

// KnownCaller is what is known of the caller of a call that the agent is rung for, or is or was in.
func (a *Archive) KnownCaller(ctx context.Context, who service.Principal, id call.ID, now time.Time) (Known, error) {
	var k Known
	if err := a.may(ctx, who); err != nil {
		return k, err
	}
	c, err := a.seen(ctx, who, id, func(c *call.Call) bool { return c.Seat(who.ID).Leg() != nil })
	if err != nil || c.From == "" {
		return k, err
	}
	places, err := a.Shelf.Places(ctx, List{Caller: c.From}, "", Place(now.Add(time.Minute), ""), countMost+1)
	if err != nil {
		return k, err
	}
	ids := idsOf(places)
	ids = slices.DeleteFunc(ids, func(other call.ID) bool { return other == id })
	k.Count, k.More = min(len(ids), countMost), len(ids) > countMost
	list, err := a.Shelf.Records(ctx, ids[:min(len(ids), readMost)])
	if err != nil {
		return k, err
	}
	for i, r := range list {
		if i == 0 {
			k.Last = &Last{Call: r.ID, At: r.Ended, Outcome: r.Outcome, With: r.With()}
		}
		if k.Name == "" {
			k.Name = r.Name
		}
		for _, n := range slices.Backward(r.Notes) { // the newest is the last
			if k.Note == nil && (n.Text != "" || n.Code != "") {
				k.Note = &n
			}
		}
	}
	return k, nil
}
