package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/iam"
)

func TestFailedFunctionIs500AndTheNextRequestWorks(t *testing.T) {
	b := start(t, common, nil)
	for _, what := range []string{"error", "panic", "exit", "large"} {
		b.do("GET", "/do/"+what, "").want(t, 500, "Internal Server Error")
		if a := b.do("GET", "/do/echo", ""); a.status != 200 {
			t.Errorf("after %s: %d %s", what, a.status, a.body)
		}
	}
}

func TestTimeoutIs503AndItsProcessIsKilled(t *testing.T) {
	b := start(t, common, nil)
	before := b.do("GET", "/do/pid", "").body
	b.do("POST", "/hurry/hang", "").want(t, 503, "Service Unavailable")
	if n := b.gateway.Processes()["main"]; n != 0 {
		t.Errorf("%d processes, want 0: the one that hung is of no use", n)
	}
	if after := b.do("GET", "/do/pid", ""); after.status != 200 || after.body == before {
		t.Errorf("the next request: %d, process %s, before %s", after.status, after.body, before)
	}
}

func TestWarmProcessIsUsedAgain(t *testing.T) {
	b := start(t, common, nil)
	if err := b.gateway.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := b.gateway.Processes(); got["main"] != 1 || got["narrow"] != 1 || got["sweep"] != 1 || len(got) != 3 {
		t.Errorf("after Warm: %v", got)
	}
	first := b.do("GET", "/do/pid", "").body
	if second := b.do("GET", "/do/pid", "").body; second != first || b.gateway.Processes()["main"] != 1 {
		t.Errorf("processes %s, then %s", first, second)
	}
}

func TestScaleOutAndQuiet(t *testing.T) {
	b := start(t, common, nil)
	const n = 3
	answers := make(chan answer, n)
	for range n {
		go func() {
			a, _ := b.try("POST", "/do/meet", "")
			answers <- a
		}()
	}
	for range n {
		b.meeting.next(t) // all of them at once: none waits for another
	}
	if got := b.gateway.Busy(); got != n {
		t.Errorf("Busy is %d, want %d", got, n)
	}
	if got := b.gateway.Processes()["main"]; got != n {
		t.Errorf("%d processes, want %d", got, n)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.gateway.Quiet(over); !errors.Is(err, context.Canceled) {
		t.Errorf("Quiet says %v while functions run", err)
	}
	b.meeting.open()
	if err := b.gateway.Quiet(context.Background()); err != nil || b.gateway.Busy() != 0 {
		t.Errorf("Quiet: %v, Busy: %d", err, b.gateway.Busy())
	}
	for range n {
		if a := <-answers; a.status != 200 || a.body != `"met"` {
			t.Errorf("got %d %q", a.status, a.body)
		}
	}
}

func TestReservedConcurrencyIs429(t *testing.T) {
	b := start(t, common, nil)
	first := make(chan answer, 1)
	go func() {
		a, _ := b.try("POST", "/narrow/meet", "")
		first <- a
	}()
	b.meeting.next(t)
	b.do("POST", "/narrow/echo", "").want(t, 429, "Too Many Requests")
	b.meeting.open()
	if a := <-first; a.status != 200 {
		t.Errorf("the first: %d", a.status)
	}
	if a := b.do("POST", "/narrow/echo", ""); a.status != 200 {
		t.Errorf("when it is free again: %d", a.status)
	}
}

func TestEnvironmentIsLambdasAndTheTemplates(t *testing.T) {
	t.Setenv("SECRET_OF_THE_DEVELOPER", "x")
	b := start(t, common, nil)
	var env []string
	if err := json.Unmarshal([]byte(b.do("GET", "/do/env", "").body), &env); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AWS_LAMBDA_FUNCTION_NAME=main", "AWS_REGION=us-east-1", "AWS_LAMBDA_LOG_FORMAT=JSON",
		"TZ=:UTC",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "_HANDLER=bootstrap", "AWS_ACCESS_KEY_ID=" +
			iam.Key("main"), "MUSIC=local", "KEPT=template"} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, v := range env {
		if strings.HasPrefix(v, "SECRET_OF") || strings.HasPrefix(v, "ABSENT=") || strings.HasPrefix(v, "HOME=") {
			t.Errorf("%s has no business there", v)
		}
	}
}

func TestBinaryThatCannotStart(t *testing.T) {
	b := start(t, common, func(o *Options) {
		o.Bootstrap = func(sam.Function) string { return t.TempDir() + "/absent" }
	})
	b.do("GET", "/do/echo", "").want(t, 500, "Internal Server Error")
	err := b.gateway.Warm(context.Background())
	if err == nil || !strings.Contains(err.Error(), "start function main") {
		t.Errorf("Warm says %v", err)
	}
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	b := start(t, common, nil)
	done := make(chan answer, 1)
	go func() {
		a, _ := b.try("POST", "/do/meet", "")
		done <- a
	}()
	b.meeting.next(t)
	b.gateway.Close()
	if a := <-done; a.status < 500 {
		t.Errorf("a request cut off by Close: %d", a.status)
	}
	b.do("GET", "/do/echo", "").want(t, 503, "Service Unavailable")
	b.clock.Advance(time.Hour) // schedules have ended, too
	if b.gateway.Busy() != 0 {
		t.Error("something runs after Close")
	}
}
