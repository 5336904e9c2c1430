package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/switchboard"
)

const (
	// most is how many conferences one sweep looks after, the longest unchanged first.
	most = 500
	// sweepTime leaves the function, which has a minute, time to write down what it has done.
	sweepTime = 50 * time.Second
)

// sweep answers the schedule: it looks after every conference that has not ended.
func sweep(board *switchboard.Switchboard, log *slog.Logger) func(context.Context, events.EventBridgeEvent) error {
	return func(ctx context.Context, e events.EventBridgeEvent) error {
		began := time.Now()
		ctx, cancel := context.WithTimeout(ctx, sweepTime)
		defer cancel()
		n, err := board.Sweep(ctx, most, e.Time)
		attrs := []any{"function", "sweep", "swept", n, "ms", time.Since(began).Milliseconds(), "request", e.ID}
		if err != nil {
			log.Error("sweep", append(attrs, "error", err.Error())...)
			return err
		}
		log.Info("sweep", attrs...)
		return nil
	}
}
