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
	// most is how many conferences one sweep looks after.
	most = 800
	// atOnce is how many of them at the same time: each asks Twilio twice.
	atOnce = 8
	// sweepTime leaves the function, which has a minute, time to write down what it has done;
	// lastTime leaves the last conference time that it begins with.
	sweepTime, lastTime = 50 * time.Second, 40 * time.Second
	// retireTime is for taking those out of the free agents whose pages are silent.
	retireTime = 5 * time.Second
)

// sweep answers the schedule: it looks after every conference that has not ended. Clock
// tells how long that takes.
func sweep(board *switchboard.Switchboard, log *slog.Logger, clock func() time.Time) func(context.Context, events.EventBridgeEvent) error {
	return func(ctx context.Context, e events.EventBridgeEvent) error {
		began := clock()
		now := func() time.Time { return e.Time.Add(clock().Sub(began)) }
		ctx, counts := metrics.With(ctx)
		swept, err := run(ctx, board, now)
		if err == nil {
			counts.Add(metrics.Rescued, float64(swept.Changed))
			counts.Add(metrics.LegsSwept, 0) // so that it is written down
			err = gauge(ctx, board, counts, e.Time)
		}
		attrs := []slog.Attr{
			slog.String("function", "sweep"), slog.Int("swept", swept.Changed), slog.Int64("ms", clock().Sub(began).Milliseconds()), slog.String("request", e.ID),
		}
		level := slog.LevelInfo
		if swept.Left > 0 {
			level = slog.LevelWarn
			attrs = append(attrs, slog.Int("left", swept.Left))
		} else if err == nil {
			counts.Add(metrics.Sweeps, 1) // a sweep that was cut short is none
		}
		attrs = append(attrs, counts.Attrs(e.Time)...)
		if err != nil {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		log.LogAttrs(ctx, level, "sweep", attrs...)
		return err
	}
}

// run is the sweep itself.
func run(ctx context.Context, board *switchboard.Switchboard, now func() time.Time) (switchboard.Swept, error) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return board.Sweep(ctx, switchboard.Sweeping{Most: most, AtOnce: atOnce, Clock: now, Within: lastTime})
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
	ctx, cancel := context.WithTimeout(ctx, retireTime)
	defer cancel()
	board.RetireSilent(ctx, g.Silent, now)
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
