// Package bus puts notices on an event bus of Amazon EventBridge.
//
// It does not know what a notice says, and keeps nothing: whoever calls it sends again what was not taken.
package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
	"warmtransfer/shared/notice"
)

const (
	// perRequest is how many events EventBridge takes in one request. Ten of ours are far below its limit of bytes:
	// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
	perRequest = 10
	// requestTime bounds one request, which usually takes some milliseconds.
	requestTime = 3 * time.Second
	// tries of one request, with a pause between them that doubles.
	tries      = 3
	retryPause = 100 * time.Millisecond
)

// Bus is one event bus. It is safe for concurrent use.
type Bus struct {
	client *eventbridge.Client
	name   string
	pause  time.Duration
}

// New is a bus by its name. The client must not repeat requests: Put does.
func New(client *eventbridge.Client, name string) *Bus {
	return &Bus{client: client, name: name, pause: retryPause}
}

// Open is the bus that the environment names: EVENT_BUS, AWS's own settings, and AWS_ENDPOINT_URL_EVENTBRIDGE for a
// bus that is not Amazon's. The reader reports what is missing.
func Open(r *env.Reader) *Bus {
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_EVENTBRIDGE")
	return New(eventbridge.New(eventbridge.Options{
		Region: own.Region, Credentials: own.Credentials(), BaseEndpoint: own.Endpoint, Retryer: aws.NopRetryer{},
	}), r.String("EVENT_BUS"))
}

// Put sends notices in their order, and returns how many of them are dealt with: those before the first that the bus
// has not taken, or may not have taken. The error says why it stopped there. Of those after it some may be on the bus,
// so that sending them again doubles them. Refused are those that the bus never takes; they are dealt with.
func (b *Bus) Put(ctx context.Context, list []notice.Notice) (done, refused int, err error) {
	for some := range slices.Chunk(list, perRequest) {
		left, never, err := b.some(ctx, some)
		refused += never
		if err != nil {
			return done + left, refused, err
		}
		done += len(some)
	}
	return done, refused, nil
}

// some sends as many as one request has. The bus may take a part of them; then the others alone are sent again, a few
// times, so that what it has taken is seldom doubled. It returns the place of the first that is not taken in the end.
func (b *Bus) some(ctx context.Context, list []notice.Notice) (first, refused int, err error) {
	open := make([]int, len(list))
	for i := range list {
		open[i] = i
	}
	for try := range tries {
		if try > 0 && !sleep(ctx, b.pause<<(try-1)) {
			return open[0], refused, ctx.Err()
		}
		var never int
		if open, never, err = b.request(ctx, list, open); err == nil {
			return 0, refused + never, nil
		}
		refused += never
	}
	return open[0], refused, err
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// final are the codes of an event that would be refused again. A bus that is not there, or not ours, is none: somebody
// mends it.
var final = []string{"MalformedDetail", "InvalidArgument"}

// errNoJSON cannot happen: a notice has texts, numbers and times.
var errNoJSON = errors.New("a notice is no JSON")

// request sends those of the list that are open, and returns which still are, with the reason, and how many the bus
// never takes.
func (b *Bus) request(ctx context.Context, list []notice.Notice, open []int) (left []int, never int, err error) {
	in := &eventbridge.PutEventsInput{}
	for _, i := range open {
		detail, err := json.Marshal(list[i])
		if err != nil {
			return open, 0, errors.Join(errNoJSON, err)
		}
		in.Entries = append(in.Entries, types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(notice.Source), DetailType: aws.String(Title(list[i])),
			Detail: aws.String(string(detail)), Time: aws.Time(list[i].At),
		})
	}
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	out, err := b.client.PutEvents(ctx, in)
	if err != nil {
		return open, 0, err
	}
	for at, i := range open {
		code := "NoAnswer" // an answer has one entry for each of the request
		if at < len(out.Entries) {
			code = aws.ToString(out.Entries[at].ErrorCode)
		}
		switch {
		case code == "":
		case slices.Contains(final, code):
			never++
		default:
			left, err = append(left, i), fmt.Errorf("an event was not taken: %s", code)
		}
	}
	return left, never, err
}

// Title is the detail-type by which rules choose: "Call answered", "Call transferred", "Call ended".
func Title(n notice.Notice) string { return "Call " + string(n.Event) }
