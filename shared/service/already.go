package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"warmtransfer/shared/call"
)

// AlreadyCalledError says why a number is not called: it has a call already. Who is the agent of that call, "" if it
// has none, or if their call is not stored yet.
type AlreadyCalledError struct {
	Is  Already
	Who string
}

func (e *AlreadyCalledError) Error() string { return fmt.Sprintf("the number has a call: %s", e.Is) }

// Already is what a number has a call for.
type Already string

const (
	AlreadyCalling Already = "calling" // an agent calls it
	AlreadyWaiting Already = "waiting" // its caller is in the queue
	AlreadyTalks   Already = "talks"   // its caller talks to an agent
)

// already says whether the call is one of its number: nil if it is over, or a place whose caller is not dialled yet.
func already(c *call.Call) *AlreadyCalledError {
	owner := ""
	if l := c.Leg(c.Owner); l != nil {
		owner = l.Name
	}
	switch {
	case c.State == call.Ended, c.State == call.KeepsPlace, c.State == call.AgentFirst && c.Kept.Is() && owner == "":
		return nil
	case c.State == call.AgentFirst, c.State == call.Calling:
		return &AlreadyCalledError{AlreadyCalling, c.Out.ByName}
	case c.State.InLine():
		return &AlreadyCalledError{AlreadyWaiting, ""}
	}
	return &AlreadyCalledError{AlreadyTalks, owner}
}

const (
	// holdFor is how long a number is held for a call that is not stored: longer than the request that stores it takes.
	holdFor = 15 * time.Second
	// mostSought is how many callers in the queue are looked at for a number, and how many of all others.
	mostSought = 200
)

// holds looks whether a number has a call, and holds it for a new one.
type holds struct{ store Store }

// hold holds the number for that call, unless it has another one. Whoever held it last has it until their call is over,
// or, if that was never stored, as after a crash, for some seconds.
func (h *holds) hold(ctx context.Context, number string, id call.ID, now time.Time) error {
	want := Hold{Number: number, By: id, Until: now.Add(holdFor)}
	holder, err := h.store.HoldNumber(ctx, want, now)
	if !errors.Is(err, ErrConflict) {
		return err
	}
	c, err := h.store.Call(ctx, holder)
	switch {
	case errors.Is(err, ErrNotFound):
		return &AlreadyCalledError{Is: AlreadyCalling}
	case err != nil:
		return err
	}
	if has := already(c); has != nil {
		return has
	}
	want.Over = holder
	if _, err := h.store.HoldNumber(ctx, want, now); !errors.Is(err, ErrConflict) {
		return err
	}
	return &AlreadyCalledError{Is: AlreadyCalling} // another agent was quicker
}

// letGo ends that hold. If it fails, the number is held for some seconds more.
func (h *holds) letGo(ctx context.Context, number string, id call.ID, now time.Time) {
	_, _ = h.store.HoldNumber(ctx, Hold{Number: number, By: id, Until: now}, now)
}

// onLine says whether another call than that one has the number, as far as the lists tell, which may lag by a moment.
func (h *holds) onLine(ctx context.Context, number string, id call.ID) error {
	queued, err := h.store.Queued(ctx, mostSought)
	if err != nil {
		return err
	}
	others, err := h.store.Owned(ctx, mostSought)
	if err != nil {
		return err
	}
	calls, err := h.store.LiveCalls(ctx, append(queued, others...))
	if err != nil {
		return err
	}
	for _, c := range calls {
		if has := already(c); has != nil && c.ID != id && (c.From == number || c.Out.Number == number) {
			return has
		}
	}
	return nil
}

// mayCallNow holds the number for that call. It is a *AlreadyCalledError if the number has a call, and then nothing is
// held.
func (h *holds) mayCallNow(ctx context.Context, number string, id call.ID, now time.Time) error {
	if err := h.hold(ctx, number, id, now); err != nil {
		return err
	}
	err := h.onLine(ctx, number, id)
	if err != nil {
		h.letGo(ctx, number, id, now)
	}
	return err
}
