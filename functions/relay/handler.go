package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/notice"
)

// sender is the event bus: see bus.Bus.
type sender interface {
	Put(ctx context.Context, list []notice.Notice) (done, refused int, err error)
}

type handler struct {
	bus   sender
	may   notice.Leave
	log   *slog.Logger
	clock func() time.Time
}

// spare is the time that is kept to answer, so that what was sent is not sent again.
const spare = 5 * time.Second

// relay sends what is news in a batch of saved changes, in their order. It never fails: its answer names the first
// record of which something was not taken, and Lambda hands out that one and all after it again, until they are taken
// or a day old. See
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
func (h handler) relay(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	began := h.clock()
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-spare))
		defer cancel()
	}
	ctx, counts := metrics.With(ctx)
	var list []notice.Notice
	var from []string // of each notice, its record
	unread := 0
	for _, r := range e.Records {
		c, news, err := dynamo.Changed(r.Change.NewImage)
		if err != nil { // it must not keep all others from being sent
			unread++
			continue
		}
		for _, n := range notice.Of(c, news, h.may) {
			list, from = append(list, n), append(from, r.Change.SequenceNumber)
		}
	}
	done, refused, err := h.bus.Put(ctx, list)
	counts.Add(metrics.EventsSent, float64(done-refused))
	counts.Add(metrics.EventsFailed, float64(refused+unread))
	out := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("function", "relay"), slog.Int("records", len(e.Records)), slog.Int("sent", done-refused),
		slog.Int("refused", refused), slog.Int("unread", unread), slog.Int64("ms", h.clock().Sub(began).Milliseconds()),
	}
	if err != nil {
		counts.Add(metrics.EventsFailed, 1)
		level, attrs = slog.LevelWarn, append(attrs, slog.String("error", err.Error()))
		out.BatchItemFailures = append(out.BatchItemFailures,
			events.DynamoDBBatchItemFailure{ItemIdentifier: from[done]})
	}
	if refused+unread > 0 {
		level = slog.LevelError
	}
	h.log.LogAttrs(ctx, level, "relay", append(attrs, counts.Attrs(h.clock())...)...)
	return out, nil
}
