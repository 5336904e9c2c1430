package service

import (
	"cmp"
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// ErrTooManyNumbers: all agents together have dialled too many outside numbers in the last hour.
var ErrTooManyNumbers = errors.New("too many outside numbers were dialled lately")

// NumberError says why an outside number may not be dialled.
type NumberError struct {
	Why string // a slug, e.g. "premium"
}

func (e *NumberError) Error() string { return "the number may not be dialled: " + e.Why }

// allowNumber checks an outside number against the operator's policy and the call's rules, and then
// counts it for the agent who is about to dial it.
func (t *targets) allowNumber(
	ctx context.Context, c *call.Call, r call.Request, target *call.Target, number string, now time.Time,
) (err error) {
	if t.set.Numbers == nil {
		return ErrNoTarget
	}
	if target.Number, err = t.set.Numbers.Allow(number); err != nil {
		return err
	}
	if err := c.Seat(r.Agent).MayTransfer(call.Action(r.Action), *target); err != nil {
		return err
	}
	return t.countNumber(ctx, r.Agent, counted(r, *target), now)
}

// countNumber counts an outside number for the agent who is about to dial it, under the name of the request.
func (t *targets) countNumber(ctx context.Context, who agent.ID, request string, now time.Time) error {
	for range saveTries {
		a, err := t.agent(ctx, who)
		if err != nil {
			return err
		}
		if a.DialQuota.Counted(request) { // the same request, made concurrently, has counted it
			return nil
		}
		if err := t.mayDialMore(ctx, t.set.NumbersPerHour, now); err != nil {
			return err
		}
		if err := a.CountOutsideDial(request, now); err != nil {
			return err
		}
		if err := t.save(ctx, a); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrUnavailable
}

// counted names a request by which an outside number is counted: once, however often the request is
// repeated.
func counted(r call.Request, t call.Target) string { return cmp.Or(r.Key, string(t.Key)) }

// mayDialMore compares the outside numbers that all agents have dialled with the operator's limit.
// The list may lag, so the limit is approximate: it bounds what a stolen sign-in can cost (N10). While
// the list cannot be read, that is bounded by the agent's own limit (agent.MaxOutside), which needs no
// list: nothing that acts on one call waits for a list (F185).
func (d *directory) mayDialMore(ctx context.Context, perHour int, now time.Time) error {
	if perHour == 0 {
		return nil
	}
	sum := 0
	for page, err := range d.pages(ctx, allPages) {
		for _, a := range page {
			sum += a.DialQuota.Dials(now)
		}
		if err != nil {
			break
		}
	}
	if sum >= perHour {
		return ErrTooManyNumbers
	}
	return nil
}
