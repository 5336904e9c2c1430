package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

const (
	// most is how many calls one sweep looks at.
	most = 1600
	// audits is how many of those seem to be in order. A line of no more calls has all of them looked at each minute.
	audits = 30
	// atOnce is how many of them at the same time: each needs two requests to Twilio.
	atOnce = 8
	// sweepTime leaves the function, which has a minute, time to save what it has done; lastTime is the
	// latest time at which it begins with another call.
	sweepTime, lastTime = 50 * time.Second, 40 * time.Second
	// retireTime bounds the removal of agents without heartbeats from the list of free agents.
	retireTime = 5 * time.Second
	// aloneTime bounds the changes of calls for which nobody is online.
	aloneTime = 5 * time.Second
)

// sweep handles the schedule's event: it reconciles the calls of which something may be wrong. Clock measures how
// long that takes.
func sweep(
	s *service.Service, line *service.LineSettings, box *voicemail.Desk, log *slog.Logger, clock func() time.Time,
) func(context.Context, events.EventBridgeEvent) error {
	return func(ctx context.Context, e events.EventBridgeEvent) error {
		began := clock()
		now := func() time.Time { return e.Time.Add(clock().Sub(began)) }
		ctx, counts := metrics.With(ctx)
		swept, err := run(ctx, s, now)
		var g service.Metrics
		if err == nil {
			counts.Add(metrics.Rescued, float64(swept.Changed))
			counts.Add(metrics.LegsSwept, 0) // so that the metric has a value each minute
			g, err = gauge(ctx, s, counts, swept, now(), e.Time)
		}
		attrs := []slog.Attr{
			slog.String("function", "sweep"), slog.Int("live", swept.Live),
			slog.Int("looked", swept.Looked), slog.Int("swept", swept.Changed),
			slog.Int64("ms", clock().Sub(began).Milliseconds()), slog.String("request", e.ID),
		}
		level := slog.LevelInfo
		if err == nil && g.Waiting > 0 && g.NobodyOnline(e.Time) {
			if more := alone(ctx, s, line, e.Time); more != nil {
				level, attrs = slog.LevelWarn, append(attrs, slog.String("aloneError", more.Error()))
			}
		}
		if more := messages(ctx, box, counts, e.Time); more != nil {
			level, attrs = slog.LevelWarn, append(attrs, more...)
		}
		if swept.Left > 0 {
			level = slog.LevelWarn
			attrs = append(attrs, slog.Int("left", swept.Left))
		} else if err == nil {
			counts.Add(metrics.Sweeps, 1) // a sweep that ran out of time does not count
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

// run is the sweep without metrics and log.
func run(ctx context.Context, s *service.Service, now func() time.Time) (service.SweepResult, error) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return s.Sweep(ctx, service.SweepLimits{
		Most: most, AtOnce: atOnce, Clock: now, Within: lastTime, Audits: audits, Pause: pause,
	})
}

// pause waits for so long, or until there is no time left.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// messagesTime bounds the search for callers' messages, and the deletion of old ones. The next sweep does what is left.
const messagesTime = 5 * time.Second

// messages is the sweep of messages, and what the log says of it. What fails there is no fault of the line, on which
// calls go on: it counts for itself, and not against the sweep.
func messages(ctx context.Context, box *voicemail.Desk, counts *metrics.Counts, now time.Time) (attrs []slog.Attr) {
	ctx, cancel := context.WithTimeout(ctx, messagesTime)
	defer cancel()
	swept, err := box.Sweep(ctx, now)
	for _, n := range []struct {
		name string
		n    int
	}{
		{"messages", swept.Found}, // no callback has told of them
		{"messagesFailed", swept.Failed}, {"messagesLeft", swept.Left},
	} {
		if n.n > 0 {
			attrs = append(attrs, slog.Int(n.name, n.n))
		}
	}
	if err != nil {
		counts.Add(metrics.MessagesFailed, float64(max(1, swept.Failed)))
		attrs = append(attrs, slog.String("messagesError", err.Error()))
	}
	return attrs
}

// gauges are the metrics of the agents by what they do.
var gauges = map[agent.Presence]metrics.Name{
	agent.IsAvailable: metrics.AgentsAvailable, agent.IsBusy: metrics.AgentsBusy, agent.IsWrapUp: metrics.AgentsWrapUp,
	agent.IsAway: metrics.AgentsAway, agent.IsOffline: metrics.AgentsOffline,
}

// alone asks callers for a message for whom nobody is online, if the line wants that. A failure there is no fault of
// the sweep: the next one tries again.
func alone(ctx context.Context, s *service.Service, line *service.LineSettings, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, aloneTime)
	defer cancel()
	if !line.Values(ctx, now).Voicemail.NobodyOnline {
		return nil
	}
	if g, err := s.Metrics(ctx, now); err != nil || !g.NobodyOnline(now) { // as it is now, after the sweep
		return err
	}
	return s.AskWhoIsAlone(ctx, now)
}

// gauge measures the queue and the agents, once a minute.
func gauge(
	ctx context.Context, s *service.Service, counts *metrics.Counts, swept service.SweepResult, clock, now time.Time,
) (service.Metrics, error) {
	g, err := s.MetricsAfter(ctx, swept, clock, now)
	if err != nil {
		return g, err
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
	s.RetireSilent(ctx, g.Silent, now)
	return g, nil
}

// lateAfter is when the legs of a call that is over must be gone: N3 allows ten seconds.
const lateAfter = 10 * time.Second

// observe counts what every function counts, and the legs that only the sweep has ended.
func observe(ctx context.Context, b service.Transition, c *call.Call, now time.Time) {
	httpapi.Observe(ctx, b, c, now)
	if gone := b.Legs - len(c.Legs); b.State == call.Ended && gone > 0 && now.Sub(c.Ended) > lateAfter {
		metrics.Add(ctx, metrics.LegsSwept, float64(gone))
	}
}
