package twiliosim

import (
	"context"
	"errors"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/faults"
)

// TestIdleWaitsForAnAnswer: an application that takes its time keeps the network busy,
// and the clock that stands does not end its request.
func TestIdleWaitsForAnAnswer(t *testing.T) {
	b := newHarness(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	b.docFunc("/voice", func(url.Values) string {
		close(asked)
		<-answer
		return "<Say>Here.</Say>"
	})
	sid, err := b.PlaceCall(nil, testCaller, "")
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Idle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Idle while a webhook is under way: %v", err)
	}
	close(answer)
	b.settle()
	b.hears(sid, "speech:Here.")
}

// TestAClockThatRunsFast plays minutes in moments, with timers of a real clock.
func TestAClockThatRunsFast(t *testing.T) {
	fast := clock.New(1000)
	b := classic(t, func(c *Config) { c.Clock, c.WebhookLimit = fast, 15000*time.Second })
	sid, err := b.PlaceCall(nil, testCaller, "")
	if err != nil {
		t.Fatal(err)
	}
	events, stop := b.Events()
	defer stop()
	for e := range events {
		if e.Event == "hears" && e.Call == sid && e.Hears[0] == "music" {
			break
		}
	}
	_ = b.Hangup(sid)
}

// TestCloseLeavesNothingBehind: no goroutine of the network's outlives it, whatever it
// was doing.
func TestCloseLeavesNothingBehind(t *testing.T) {
	for range 3 {
		b := classic(t)
		b.fault(faults.Rule{Kind: "webhook", Do: "timeout", Match: faults.Match{Event: "participant-join"}})
		b.fault(faults.Rule{Kind: "webhook", Do: "reorder", Match: faults.Match{Event: "wait"}})
		b.dial()
		b.Close()
	}
	for range 1000 {
		if !strings.Contains(functions(stacks()), "warmtransfer/local/twiliosim/") {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("still running:\n%s", stacks())
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// functions leaves out the lines of a stack that name files: this one's may have any folder's name in its path.
func functions(stack string) string {
	lines := strings.Split(stack, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "\t") }), "\n")
}
