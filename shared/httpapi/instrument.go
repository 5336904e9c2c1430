package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Instrument returns calls that writes a log entry for each effect that the phone network did not carry
// out. A caller hears music whatever fails, so without these entries nobody would notice that Twilio
// refuses our key (F122). "Already gone" is no failure.
func Instrument(calls service.CallControl) service.CallControl { return instrumented{calls} }

type instrumented struct{ calls service.CallControl }

// note logs a failure by its kind and codes, and returns it.
func note(ctx context.Context, act string, id call.ID, err error) error {
	countEffect(ctx, err)
	if err == nil || errors.Is(err, service.ErrGone) || errors.Is(err, service.ErrNotFound) {
		return err
	}
	c, _ := core.GetAPIGatewayV2ContextFromContext(ctx)
	attrs := []slog.Attr{slog.String("act", act), slog.String("request", c.RequestID),
		slog.String("error", err.Error())}
	var l logLine
	if l.setIDs(id, ""); l.conference != "" {
		attrs = append(attrs, slog.String("conference", l.conference))
	}
	level := slog.LevelWarn
	var refused *service.RefusedError
	if errors.As(err, &refused) {
		level = slog.LevelError
		attrs = append(attrs, slog.Int("code", refused.Code), slog.Int("status", refused.Status))
	}
	slog.LogAttrs(ctx, level, "network", attrs...)
	return err
}

// Dial implements service.CallControl.
func (w instrumented) Dial(ctx context.Context, d call.Dial) (call.LegID, error) {
	leg, err := w.calls.Dial(ctx, d)
	return leg, note(ctx, "dial", d.Call, err)
}

// FindLeg implements service.CallControl.
func (w instrumented) FindLeg(ctx context.Context, to agent.ID, since time.Time) error {
	return note(ctx, "find leg", "", w.calls.FindLeg(ctx, to, since))
}

// Hangup implements service.CallControl.
func (w instrumented) Hangup(ctx context.Context, leg call.LegID) error {
	return note(ctx, "hang up", "", w.calls.Hangup(ctx, leg))
}

// Cancel implements service.CallControl.
func (w instrumented) Cancel(ctx context.Context, leg call.LegID) error {
	return note(ctx, "cancel", "", w.calls.Cancel(ctx, leg))
}

// SayGoodbye implements service.CallControl.
func (w instrumented) SayGoodbye(ctx context.Context, id call.ID, caller call.LegID, why call.Reason) error {
	return note(ctx, "say goodbye", id, w.calls.SayGoodbye(ctx, id, caller, why))
}

// RejoinConference implements service.CallControl.
func (w instrumented) RejoinConference(ctx context.Context, id call.ID, caller call.LegID, generation int) error {
	return note(ctx, "rejoin conference", id, w.calls.RejoinConference(ctx, id, caller, generation))
}

// FindConference implements service.Lookups.
func (w instrumented) FindConference(ctx context.Context, id call.ID) (call.ConferenceID, bool, error) {
	conf, started, err := w.calls.FindConference(ctx, id)
	return conf, started, note(ctx, "find conference", id, err)
}

// Connected implements service.Lookups.
func (w instrumented) Connected(ctx context.Context) (service.Connected, error) {
	here, err := w.calls.Connected(ctx)
	return here, note(ctx, "list all", "", err)
}

// Hold implements service.Conferences.
func (w instrumented) Hold(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID, hold bool) error {
	return note(ctx, "hold", id, w.calls.Hold(ctx, id, conf, leg, hold))
}

// SetEndOnExit implements service.Conferences.
func (w instrumented) SetEndOnExit(ctx context.Context, conf call.ConferenceID, leg call.LegID, ends bool) error {
	return note(ctx, "set end flag", "", w.calls.SetEndOnExit(ctx, conf, leg, ends))
}

// SetVoice implements service.Conferences.
func (w instrumented) SetVoice(ctx context.Context, room call.ConferenceID, v call.SetVoice) error {
	return note(ctx, "voice", "", w.calls.SetVoice(ctx, room, v))
}

// Announce implements service.Conferences.
func (w instrumented) Announce(ctx context.Context, id call.ID, conf call.ConferenceID, leg call.LegID) error {
	return note(ctx, "announce", id, w.calls.Announce(ctx, id, conf, leg))
}

// FindParticipant implements service.Lookups.
func (w instrumented) FindParticipant(ctx context.Context, conf call.ConferenceID, leg call.LegID) (call.Sighting,
	error) {
	saw, err := w.calls.FindParticipant(ctx, conf, leg)
	return saw, note(ctx, "find participant", "", err)
}

// Participants implements service.Lookups.
func (w instrumented) Participants(ctx context.Context, conf call.ConferenceID) ([]call.ListedParticipant, error) {
	here, err := w.calls.Participants(ctx, conf)
	return here, note(ctx, "list participants", "", err)
}
