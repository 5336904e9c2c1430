package demo

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/journal"
)

// text collects output from several goroutines.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func TestTheWholeTransferIsTold(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out := &text{}
	if err := Play(ctx, stack.Options{}, out, false, 50*time.Millisecond); err != nil {
		t.Fatalf("%v\n%s", err, out.b.String())
	}
	told := out.b.String()
	last := 0
	for _, want := range []string{
		"Caller  dials +15550100", "Caller  hears music", "Alice   answers", "Caller  hears Alice\n",
		`Alice   presses "Add" beside Bob`, "Caller  hears Alice and Bob", "Alice   is off the line",
		"Caller  hears Bob\n",
		`Bob     presses "End call"`, `hears "Thank you for calling. Goodbye."`, "Caller  is off the line",
		"What went over the wire",
	} {
		at := strings.Index(told[last:], want)
		if at < 0 {
			t.Fatalf("%q is not told in its place:\n%s", want, told)
		}
		last += at
	}
	if strings.Contains(told, "this should not be") {
		t.Errorf("a request failed that should not:\n%s", told)
	}
	if strings.Contains(told, "\x1b[") {
		t.Error("colours are told to what is no terminal")
	}
}

func TestF204FailedRequestsAreExplained(t *testing.T) {
	for want, r := range map[string]journal.Record{
		"":                       {Kind: "rest", Event: "CreateCall", Status: 201},
		"was over already. The":  {Kind: "rest", Event: "CreateUserDefinedMessage", Status: 400, Code: 21220},
		"which is what was want": {Kind: "rest", Event: "UpdateCall", Status: 400, Code: 21220},
		"should not be":          {Kind: "rest", Event: "CreateCall", Status: 401, Code: 20003},
		"status 0":               {Kind: "webhook", Event: "wait"},
		"status 503":             {Kind: "webhook", Event: "wait", Status: 503},
	} {
		if got := failure(r); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%+v: %q, want %q", r, got, want)
		}
	}
	var out strings.Builder
	if explain(&out, nil); out.Len() > 0 {
		t.Errorf("without a failure: %s", out.String())
	}
	if explain(&out, []string{"b", "a"}); out.String() != "2 of them failed:\n  a\n  b\n" {
		t.Errorf("got %s", out.String())
	}
}
