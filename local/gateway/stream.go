package gateway

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/local/clock"
	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
)

// retryAfter is when a batch is handed out again that failed. Lambda waits, too, and does not say how long.
const retryAfter = time.Second

// stream hands the changes of a table to one function, as Lambda does with a stream of DynamoDB that is one shard: in
// their order, batch by batch, and again from the first one that failed until it is taken.
type stream struct {
	g        *Gateway
	function string
	plan     sam.Stream
	patterns []any

	mu      sync.Mutex
	stopped bool
	working bool
	retry   clock.Timer
	next    int // sequence number
	waiting []streamRecord
}

type streamRecord struct {
	EventID      string       `json:"eventID"`
	EventName    string       `json:"eventName"`
	EventVersion string       `json:"eventVersion"`
	EventSource  string       `json:"eventSource"`
	Region       string       `json:"awsRegion"`
	Change       streamChange `json:"dynamodb"`
	ARN          string       `json:"eventSourceARN"`
}

type streamChange struct {
	Created  int64                      `json:"ApproximateCreationDateTime"`
	Keys     map[string]json.RawMessage `json:"Keys"`
	NewImage json.RawMessage            `json:"NewImage"`
	Number   string                     `json:"SequenceNumber"`
	Size     int                        `json:"SizeBytes"`
	ViewType string                     `json:"StreamViewType"`
}

func newStreams(g *Gateway) (all []*stream) {
	for _, f := range g.o.Template.Functions {
		for _, plan := range f.Streams {
			s := &stream{g: g, function: f.LogicalID, plan: plan}
			for _, text := range plan.Filters {
				var pattern any
				_ = json.Unmarshal([]byte(text), &pattern) // one that is no JSON fits nothing
				s.patterns = append(s.patterns, pattern)
			}
			all = append(all, s)
		}
	}
	return all
}

// Streamed tells what the table of that name has changed to: its item, and whether there was one before. It does not
// wait for the functions that are handed it.
func (g *Gateway) Streamed(table string, existed bool, item json.RawMessage) {
	for _, s := range g.streams {
		if s.plan.Table == table {
			s.add(existed, item)
		}
	}
}

func (s *stream) add(existed bool, item json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var attributes map[string]json.RawMessage
	if s.stopped || json.Unmarshal(item, &attributes) != nil {
		return
	}
	s.next++
	number := strconv.Itoa(s.next)
	r := streamRecord{
		EventID: requestID(), EventName: "INSERT", EventVersion: "1.1", EventSource: "aws:dynamodb", Region: sam.Region,
		ARN: "arn:aws:dynamodb:" + sam.Region + ":" + sam.Account + ":table/" + s.plan.Table + "/stream/local",
		Change: streamChange{
			Created: s.g.o.Clock.Now().Unix(), Keys: map[string]json.RawMessage{"pk": attributes["pk"]}, NewImage: item,
			Number: number, Size: len(item), ViewType: "NEW_IMAGE",
		},
	}
	if existed {
		r.EventName = "MODIFY"
	}
	if !s.wants(r) {
		return
	}
	s.waiting = append(s.waiting, r)
	s.work()
}

// wants says whether the record fits one of the filters.
func (s *stream) wants(r streamRecord) bool {
	raw, _ := json.Marshal(r) // texts, numbers and JSON
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return false
	}
	return len(s.patterns) == 0 || slices.ContainsFunc(s.patterns, func(p any) bool { return fits(p, value) })
}

// fits is the part of EventBridge's patterns that is needed: objects, lists of values, and {"exists": true}. See
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
func fits(pattern, value any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		v, is := value.(map[string]any)
		for key, inner := range p {
			if !is || !fits(inner, v[key]) {
				return false
			}
		}
		return len(p) > 0
	case []any:
		return slices.ContainsFunc(p, func(one any) bool {
			if test, is := one.(map[string]any); is {
				_, leaf := value.(string)
				return test["exists"] == true && leaf
			}
			return value != nil && one == value
		})
	}
	return false
}

// work hands out what waits unless it does so already. The lock is held.
func (s *stream) work() {
	if s.stopped || s.working || s.retry != nil || len(s.waiting) == 0 {
		return
	}
	s.working = true
	s.g.busy.Begin()
	go s.handOut(slices.Clone(s.waiting[:min(len(s.waiting), s.plan.Batch)]))
}

func (s *stream) handOut(batch []streamRecord) {
	defer s.g.busy.Done()
	done := s.invoke(batch)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting, s.working = s.waiting[done:], false
	if done < len(batch) && !s.stopped {
		s.retry = s.g.o.Clock.AfterFunc(retryAfter, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.retry = nil
			s.work()
		})
	}
	s.work()
}

// invoke returns how many records of the batch are done with: all before the first that failed.
func (s *stream) invoke(batch []streamRecord) int {
	payload, err := json.Marshal(map[string]any{"Records": batch})
	if err != nil {
		return 0
	}
	id := requestID()
	out, err := s.g.functions[s.function].Invoke(runner.Invocation{
		RequestID: id, TraceID: traceID(s.g.o.Clock.Now()), Payload: payload,
	}, 15*time.Minute)
	if err != nil {
		slog.Warn("function of a stream failed", "stream", s.plan.Name, "request", id, "error", err)
		return 0
	}
	var answer events.DynamoDBEventResponse
	if json.Unmarshal(out, &answer) != nil {
		return len(batch)
	}
	done := len(batch)
	for _, f := range answer.BatchItemFailures {
		at := slices.IndexFunc(batch, func(r streamRecord) bool { return r.Change.Number == f.ItemIdentifier })
		done = min(done, max(at, 0)) // an unknown one fails the whole batch
	}
	return done
}

func (s *stream) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.retry != nil {
		s.retry.Stop()
	}
}
