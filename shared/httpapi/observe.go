package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
)

// transfers are the metrics of the outcomes of transfers.
var transfers = map[call.Outcome]metrics.Name{
	call.OutcomeAnswered:   metrics.TransferAnswered,
	call.OutcomeNoAnswer:   metrics.TransferNoAnswer,
	call.OutcomeBusy:       metrics.TransferBusy,
	call.OutcomeDeclined:   metrics.TransferDeclined,
	call.OutcomeFailed:     metrics.TransferFailed,
	call.OutcomeCancelled:  metrics.TransferCancelled,
	call.OutcomeCallerLeft: metrics.TransferCallerLeft,
	call.OutcomeLost:       metrics.TransferLost,
}

// begun are the metrics of transfers with which the agent is out at once.
var begun = map[call.TransferKind]metrics.Name{
	call.KindBlind: metrics.TransferNow,
	call.KindQueue: metrics.ToTheLine,
}

// Observe counts what a saved change means. It is service.Settings.Observe.
func Observe(ctx context.Context, b service.Transition, c *call.Call, _ time.Time) {
	if b.New && !c.Out.Dialled() { // whom we dial has not dialled the line
		metrics.Add(ctx, metrics.Calls, 1)
	}
	if b.State == call.Ended && c.State != call.Ended {
		metrics.Add(ctx, metrics.Returned, 1)
	}
	unanswered := b.State == call.Waiting || b.State == call.Ringing
	switch {
	case !unanswered || c.State != call.Ended || c.Return.Count > 0: // whoever has come back was counted before
	case c.Reason == call.ReasonClosed || c.Reason == call.ReasonNobodyOnline:
		metrics.Add(ctx, metrics.TurnedAway, 1)
	case !c.Requeued && c.Reason != call.ReasonMessage && c.Reason != call.ReasonKept:
		metrics.Add(ctx, metrics.Abandoned, 1)
	}
	if c.FailedJoins+c.RefusedJoins() > b.Refusals {
		metrics.Add(ctx, metrics.RoomRefused, 1)
	}
	if t := b.Started(c); t != nil {
		if name, ok := begun[t.Kind]; ok {
			metrics.Add(ctx, name, 1)
		}
	}
	if t := b.Ended(c); t != nil {
		kind, _, _ := strings.Cut(string(t.Outcome), ":") // without the code, which would make a metric of each
		if name, ok := transfers[call.Outcome(kind)]; ok {
			metrics.Add(ctx, name, 1)
		}
	}
}

// countEffect counts one effect on the phone network by its result.
func countEffect(ctx context.Context, err error) {
	metrics.Add(ctx, metrics.TwilioRequests, 1)
	var no *service.RefusedError
	switch {
	case errors.As(err, &no):
		metrics.Add(ctx, metrics.TwilioRejected, 1)
		if no.Status == http.StatusUnauthorized || no.Status == http.StatusForbidden {
			metrics.Add(ctx, metrics.TwilioKeyRefused, 1)
		}
	case errors.Is(err, service.ErrUnknown), errors.Is(err, service.ErrThrottled):
		metrics.Add(ctx, metrics.TwilioFailed, 1)
	}
}
