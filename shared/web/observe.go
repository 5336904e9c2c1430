package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/switchboard"
)

// transfers are the metrics of the outcomes of transfers.
var transfers = map[conference.Outcome]metrics.Name{
	conference.OutcomeAnswered:   metrics.TransferAnswered,
	conference.OutcomeNoAnswer:   metrics.TransferNoAnswer,
	conference.OutcomeBusy:       metrics.TransferBusy,
	conference.OutcomeDeclined:   metrics.TransferDeclined,
	conference.OutcomeFailed:     metrics.TransferFailed,
	conference.OutcomeCancelled:  metrics.TransferCancelled,
	conference.OutcomeCallerLeft: metrics.TransferCallerLeft,
	conference.OutcomeLost:       metrics.TransferLost,
}

// Observe counts what a saved change means. It is service.Settings.Observe.
func Observe(ctx context.Context, b switchboard.Before, c *conference.Conference, _ time.Time) {
	if b.New {
		metrics.Add(ctx, metrics.Calls, 1)
	}
	unanswered := b.State == conference.Waiting || b.State == conference.Ringing
	if unanswered && c.State == conference.Ended && !c.Head {
		metrics.Add(ctx, metrics.Abandoned, 1)
	}
	if c.Refusals() > b.Refusals {
		metrics.Add(ctx, metrics.RoomRefused, 1)
	}
	if t := b.Ended(c); t != nil {
		kind, _, _ := strings.Cut(string(t.Outcome), ":") // without the code, which would make a metric of each
		if name, ok := transfers[conference.Outcome(kind)]; ok {
			metrics.Add(ctx, name, 1)
		}
	}
}

// countAct counts one effect on the phone network by its result.
func countAct(ctx context.Context, err error) {
	metrics.Add(ctx, metrics.TwilioRequests, 1)
	var no *switchboard.RefusedError
	switch {
	case errors.As(err, &no):
		metrics.Add(ctx, metrics.TwilioRejected, 1)
		if no.Status == http.StatusUnauthorized || no.Status == http.StatusForbidden {
			metrics.Add(ctx, metrics.TwilioKeyRefused, 1)
		}
	case errors.Is(err, switchboard.ErrUnknown), errors.Is(err, switchboard.ErrThrottled):
		metrics.Add(ctx, metrics.TwilioFailed, 1)
	}
}
