package switchboard

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/agent"
)

// ErrTooManyNumbers: all agents together have dialled too many outside numbers lately.
var ErrTooManyNumbers = errors.New("too many outside numbers were dialled lately")

// NumberError says why an outside number may not be dialled.
type NumberError struct {
	Why string // a slug, e.g. "premium"
}

func (e *NumberError) Error() string { return "the number may not be dialled: " + e.Why }

// Numbers is the operator's choice of the outside numbers that agents may dial.
type Numbers interface {
	// Allow gives the number in E.164 if it may be dialled; otherwise the error is a
	// *NumberError.
	Allow(number string) (e164 string, err error)
}

// number checks an outside number against the operator's choice and counts it for the
// agent who wants to dial it.
func (s *Switchboard) number(ctx context.Context, by agent.ID, number string, now time.Time) (string, error) {
	if s.set.Numbers == nil {
		return "", ErrNoTarget
	}
	e164, err := s.set.Numbers.Allow(number)
	if err != nil {
		return "", err
	}
	if err := s.mayDialMore(ctx, now); err != nil {
		return "", err
	}
	for range saveTries {
		a, err := s.store.Agent(ctx, by)
		if err != nil {
			return "", err
		}
		if err := a.DialOutside(now); err != nil {
			return "", err
		}
		if err := s.store.SaveAgent(ctx, a); !errors.Is(err, ErrConflict) {
			return e164, err
		}
	}
	return "", ErrUnavailable
}

// mayDialMore holds all agents' numbers of late against the operator's limit. The list
// may lag behind and has one page, so the limit is not to the number: it bounds what a
// stolen sign-in can cost.
func (s *Switchboard) mayDialMore(ctx context.Context, now time.Time) error {
	if s.set.NumbersPerHour == 0 {
		return nil
	}
	agents, err := s.store.Agents(ctx)
	if err != nil {
		return err
	}
	sum := 0
	for _, a := range agents {
		sum += a.OutsideLately(now)
	}
	if sum >= s.set.NumbersPerHour {
		return ErrTooManyNumbers
	}
	return nil
}
