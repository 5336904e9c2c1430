package demo

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

// text collects what is told from several goroutines.
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
	if err := Play(ctx, stack.Options{Out: t.TempDir()}, out, false, 50*time.Millisecond); err != nil {
		t.Fatalf("%v\n%s", err, out.b.String())
	}
	told := out.b.String()
	last := 0
	for _, want := range []string{
		"Caller  dials +15550100", "Caller  hears music", "Alice   answers", "Caller  hears Alice\n",
		`Alice   presses "Add" beside Bob`, "Caller  hears Alice and Bob", "Alice   is off the line", "Caller  hears Bob\n",
		`Bob     presses "End call"`, `hears "Thank you for calling. Goodbye."`, "Caller  is off the line", "What went over the wire",
	} {
		at := strings.Index(told[last:], want)
		if at < 0 {
			t.Fatalf("%q is not told in its place:\n%s", want, told)
		}
		last += at
	}
	if strings.Contains(told, "\x1b[") {
		t.Error("colours are told to what is no terminal")
	}
}
