package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"warmtransfer/shared/settings"
)

// ErrLineChanged: the settings are no longer those of the version that was to be replaced.
var ErrLineChanged = errors.New("the line's settings were changed meanwhile")

// LineEditor lets supervisors see and change the line's settings.
type LineEditor struct {
	Store interface {
		LineStore
		AgentReader
	}
}

// Show returns the settings as they were saved last; the zero Line if none ever were.
func (e LineEditor) Show(ctx context.Context, who Principal) (settings.Line, error) {
	if err := supervises(ctx, e.Store, who); err != nil {
		return settings.Line{}, err
	}
	return e.current(ctx)
}

func (e LineEditor) current(ctx context.Context) (settings.Line, error) {
	l, err := e.Store.CurrentLine(ctx)
	if errors.Is(err, ErrNotFound) {
		return settings.Line{}, nil
	}
	return l, err
}

// Change replaces the given version by these values, if they are accepted and it is still the current one. Repeated,
// it has the same answer. A change is taken back by a change to earlier values.
func (e LineEditor) Change(
	ctx context.Context, who Principal, version int64, v settings.Values, now time.Time,
) (settings.Line, error) {
	if err := supervises(ctx, e.Store, who); err != nil {
		return settings.Line{}, err
	}
	if err := v.Check(); err != nil {
		return settings.Line{}, err
	}
	was, err := e.current(ctx)
	if err != nil {
		return settings.Line{}, err
	}
	next := settings.Line{At: now, By: string(who.ID), ByName: who.Name, Values: v}
	if was.Version == version {
		err = e.Store.SaveLine(ctx, was, &next)
		if !errors.Is(err, ErrConflict) {
			return next, err
		}
		if was, err = e.current(ctx); err != nil {
			return settings.Line{}, err
		}
	}
	if was.Version == version+1 && was.By == next.By && sameValues(was.Values, v) {
		return was, nil
	}
	return settings.Line{}, ErrLineChanged
}

func sameValues(a, b settings.Values) bool {
	one, err := json.Marshal(a)
	other, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(one, other)
}

// Earlier lists the versions before the current one that are kept, the latest first.
func (e LineEditor) Earlier(ctx context.Context, who Principal) ([]settings.Line, error) {
	now, err := e.Show(ctx, who)
	if err != nil {
		return nil, err
	}
	return e.Store.EarlierLines(ctx, now.Version)
}
