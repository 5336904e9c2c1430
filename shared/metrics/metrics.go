// Package metrics counts what happens during a request, and writes the counts into the request's log
// entry in CloudWatch's Embedded Metric Format
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
// That needs no request to AWS, and each number stands beside the entry that explains it.
//
// Names are constants and the only dimension is the stack, so no number, name or id of a call can
// become part of a metric (N9). The package does not know what the metrics mean.
package metrics

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Namespace is where CloudWatch keeps the metrics; template.yaml's alarms name it.
const Namespace = "WarmTransfer"

// Name is a metric's, one of those below.
type Name string

// Counted where it happens.
const (
	Calls     Name = "Calls"     // callers who have dialled
	Abandoned Name = "Abandoned" // callers who left before anybody talked with them

	TurnedAway Name = "TurnedAway" // callers who heard that the line is closed

	Returned Name = "Returned" // callers who were asked for a message, have left none, and wait again

	RoomRefused Name = "RoomRefused" // a conference did not accept a leg, or ended at once

	TransferAnswered   Name = "TransferAnswered" // the target owns the call
	TransferNoAnswer   Name = "TransferNoAnswer"
	TransferBusy       Name = "TransferBusy"
	TransferDeclined   Name = "TransferDeclined"
	TransferFailed     Name = "TransferFailed"
	TransferCancelled  Name = "TransferCancelled"
	TransferCallerLeft Name = "TransferCallerLeft"
	TransferLost       Name = "TransferLost"

	TransferNow Name = "TransferNow" // begun, and the transferor has left: blind
	ToTheLine   Name = "ToTheLine"   // callers whom an agent has given back to the head of the queue

	WebhookLatency   Name = "WebhookLatency"   // of one webhook, in milliseconds
	SignatureRefused Name = "SignatureRefused" // webhooks without Twilio's signature
	SignatureUnknown Name = "SignatureUnknown" // of those, signed in a way that we cannot check
	Faults           Name = "Faults"           // requests that failed by a fault of ours

	TwilioRequests   Name = "TwilioRequests"   // effects on the phone network
	TwilioRejected   Name = "TwilioRejected"   // refused for good (4xx)
	TwilioFailed     Name = "TwilioFailed"     // no answer, 5xx, or too many requests
	TwilioKeyRefused Name = "TwilioKeyRefused" // of the rejected, because of our key

	PushFailed Name = "PushFailed" // messages of the push channel that API Gateway did not take

	EventsSent   Name = "EventsSent"   // notices that the event bus has taken
	EventsFailed Name = "EventsFailed" // requests that the bus did not take, and notices that are given up
)

// Measured by the sweep each minute.
const (
	Sweeps            Name = "Sweeps" // finished; an alarm watches for its absence
	Rescued           Name = "Rescued"
	LegsSwept         Name = "LegsSwept"
	Waiting           Name = "Waiting"     // callers in the queue; at most one page of it
	LongestWait       Name = "LongestWait" // seconds
	WaitingThoughFree Name = "WaitingThoughFree"
	MessagesFailed    Name = "MessagesFailed" // invitations and messages of which the search or the deletion failed

	AgentsAvailable Name = "AgentsAvailable"
	AgentsBusy      Name = "AgentsBusy"
	AgentsWrapUp    Name = "AgentsWrapUp"
	AgentsAway      Name = "AgentsAway"
	AgentsOffline   Name = "AgentsOffline"
)

// units of the metrics that are not counts.
var units = map[Name]string{WebhookLatency: "Milliseconds", LongestWait: "Seconds"}

// Counts are those of one request. It is safe for concurrent use.
type Counts struct {
	mu     sync.Mutex
	values map[Name]float64
}

type key struct{}

// With returns a context in which Add counts, and the counts.
func With(ctx context.Context) (context.Context, *Counts) {
	c := &Counts{values: map[Name]float64{}}
	return context.WithValue(ctx, key{}, c), c
}

// Add counts n more. In a context without Counts it does nothing.
func Add(ctx context.Context, name Name, n float64) {
	if c, ok := ctx.Value(key{}).(*Counts); ok {
		c.Add(name, n)
	}
}

// Add counts n more.
func (c *Counts) Add(name Name, n float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[name] += n
}

// Value is the count so far.
func (c *Counts) Value(name Name) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values[name]
}

// The members of a log entry that CloudWatch reads.
type (
	envelope struct {
		Timestamp int64       // milliseconds since 1970
		Metrics   []directive `json:"CloudWatchMetrics"`
	}
	directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []definition
	}
	definition struct {
		Name Name
		Unit string
	}
)

// Attrs are the counts as attributes of a log entry; none if nothing was counted.
func (c *Counts) Attrs(now time.Time) []slog.Attr {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.values) == 0 {
		return nil
	}
	d := directive{Namespace: Namespace, Dimensions: [][]string{{"Stack"}}}
	attrs := []slog.Attr{slog.String("Stack", stack(os.Getenv("AWS_LAMBDA_LOG_GROUP_NAME")))}
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		unit := units[name]
		if unit == "" {
			unit = "Count"
		}
		d.Metrics = append(d.Metrics, definition{name, unit})
		attrs = append(attrs, slog.Float64(string(name), c.values[name]))
	}
	return append(attrs, slog.Any("_aws", envelope{now.UnixMilli(), []directive{d}}))
}

// stack is the first part of a log group's name: template.yaml calls them
// /<stack>/<function>.
func stack(logGroup string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(logGroup, "/"), "/")
	if name == "" {
		return "none"
	}
	return name
}
