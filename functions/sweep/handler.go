package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/conference"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/web"
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
		ctx, counts := metrics.With(ctx)
		n, err := board.Sweep(ctx, most, e.Time)
		if err == nil {
			counts.Add(metrics.Sweeps, 1)
			counts.Add(metrics.Rescued, float64(n))
			counts.Add(metrics.LegsSwept, 0) // so that it is written down
			err = gauge(ctx, board, counts, e.Time)
		}
		attrs := []slog.Attr{
			slog.String("function", "sweep"), slog.Int("swept", n), slog.Int64("ms", time.Since(began).Milliseconds()), slog.String("request", e.ID),
		}
		attrs = append(attrs, counts.Attrs(e.Time)...)
		level := slog.LevelInfo
		if err != nil {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		log.LogAttrs(ctx, level, "sweep", attrs...)
		return err
	}
}

// gauges are the metrics of the agents by what they do.
var gauges = map[agent.Presence]metrics.Name{
	agent.IsAvailable: metrics.AgentsAvailable, agent.IsBusy: metrics.AgentsBusy, agent.IsWrapUp: metrics.AgentsWrapUp,
	agent.IsAway: metrics.AgentsAway, agent.IsOffline: metrics.AgentsOffline,
}

// gauge measures how the line stands, once a minute.
func gauge(ctx context.Context, board *switchboard.Switchboard, counts *metrics.Counts, now time.Time) error {
	g, err := board.Gauges(ctx, now)
	if err != nil {
		return err
	}
	counts.Add(metrics.Waiting, float64(g.Waiting))
	counts.Add(metrics.LongestWait, g.Longest.Seconds())
	for presence, name := range gauges {
		counts.Add(name, float64(g.Agents[presence]))
	}
	stuck := 0.0
	if g.Stuck {
		stuck = 1
	}
	counts.Add(metrics.WaitingThoughFree, stuck)
	return nil
}

// lateAfter is when the legs of a call that is over should long be gone: N3 has ten
// seconds.
const lateAfter = 10 * time.Second

// observe counts, besides what every function counts, the legs that only the sweep ended.
func observe(ctx context.Context, b switchboard.Before, c *conference.Conference, now time.Time) {
	web.Observe(ctx, b, c, now)
	if gone := b.Legs - len(c.Legs); b.State == conference.Ended && gone > 0 && now.Sub(c.Ended) > lateAfter {
		metrics.Add(ctx, metrics.LegsSwept, float64(gone))
	}
}
