package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

// Watch returns calls that writes a log entry for each effect that the phone network did not carry
// out. A caller hears music whatever fails, so without these entries nobody would notice that Twilio
// refuses our key (F122). "Already gone" is no failure.
func Watch(calls switchboard.CallControl) switchboard.CallControl { return watched{calls} }

type watched struct{ calls switchboard.CallControl }

// note logs a failure by its kind and codes, and returns it.
func note(ctx context.Context, act string, id conference.ID, err error) error {
	countAct(ctx, err)
	if err == nil || errors.Is(err, switchboard.ErrGone) || errors.Is(err, switchboard.ErrNotFound) {
		return err
	}
	c, _ := core.GetAPIGatewayV2ContextFromContext(ctx)
	attrs := []slog.Attr{slog.String("act", act), slog.String("request", c.RequestID), slog.String("error", err.Error())}
	var l line
	if l.about(id, ""); l.conference != "" {
		attrs = append(attrs, slog.String("conference", l.conference))
	}
	level := slog.LevelWarn
	var refused *switchboard.RefusedError
	if errors.As(err, &refused) {
		level = slog.LevelError
		attrs = append(attrs, slog.Int("code", refused.Code), slog.Int("status", refused.Status))
	}
	slog.LogAttrs(ctx, level, "network", attrs...)
	return err
}

// Dial implements service.CallControl.
func (w watched) Dial(ctx context.Context, d conference.Dial) (conference.LegID, error) {
	leg, err := w.calls.Dial(ctx, d)
	return leg, note(ctx, "dial", d.Conference, err)
}

// FindLeg implements service.CallControl.
func (w watched) FindLeg(ctx context.Context, to agent.ID, since time.Time) error {
	return note(ctx, "find leg", "", w.calls.FindLeg(ctx, to, since))
}

// Hangup implements service.CallControl.
func (w watched) Hangup(ctx context.Context, leg conference.LegID) error {
	return note(ctx, "hang up", "", w.calls.Hangup(ctx, leg))
}

// LastWords implements service.CallControl.
func (w watched) LastWords(ctx context.Context, id conference.ID, why conference.Reason) error {
	return note(ctx, "last words", id, w.calls.LastWords(ctx, id, why))
}

// FreshRoom implements service.CallControl.
func (w watched) FreshRoom(ctx context.Context, id conference.ID, round int) error {
	return note(ctx, "fresh room", id, w.calls.FreshRoom(ctx, id, round))
}

// FindRoom implements service.Looks.
func (w watched) FindRoom(ctx context.Context, id conference.ID) (conference.RoomID, bool, error) {
	room, started, err := w.calls.FindRoom(ctx, id)
	return room, started, note(ctx, "find room", id, err)
}

// Hold implements service.Conferences.
func (w watched) Hold(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID, hold bool) error {
	return note(ctx, "hold", id, w.calls.Hold(ctx, id, room, leg, hold))
}

// SetEndsRoom implements service.Conferences.
func (w watched) SetEndsRoom(ctx context.Context, room conference.RoomID, leg conference.LegID, ends bool) error {
	return note(ctx, "set ends room", "", w.calls.SetEndsRoom(ctx, room, leg, ends))
}

// Announce implements service.Conferences.
func (w watched) Announce(ctx context.Context, id conference.ID, room conference.RoomID, leg conference.LegID) error {
	return note(ctx, "announce", id, w.calls.Announce(ctx, id, room, leg))
}

// LookAt implements service.Looks.
func (w watched) LookAt(ctx context.Context, room conference.RoomID, leg conference.LegID) (conference.Sighting, error) {
	saw, err := w.calls.LookAt(ctx, room, leg)
	return saw, note(ctx, "look at leg", "", err)
}

// Present implements service.Looks.
func (w watched) Present(ctx context.Context, room conference.RoomID) ([]conference.Presence, error) {
	here, err := w.calls.Present(ctx, room)
	return here, note(ctx, "present", "", err)
}
