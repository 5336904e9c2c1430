package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// turned is a watch that a test turns.
type turned struct{ at, starved time.Duration }

func (c *turned) watch() watch {
	return watch{
		now:     func() time.Time { return time.Unix(0, 0).Add(c.at) },
		starved: func() time.Duration { return c.starved },
		used:    func() time.Duration { return 0 },
	}
}

func (c *turned) pass(time, starved time.Duration) { c.at, c.starved = c.at+time, c.starved+starved }

func TestPatienceDoesNotCountTheTimeThatABusyMachineTakes(t *testing.T) {
	c := &turned{}
	w := c.watch()
	began := w.read()
	c.pass(time.Minute, 50*time.Second)
	if !w.patient(began, 11*time.Second) {
		t.Error("ten seconds with a processor are more than eleven")
	}
	c.pass(2*time.Second, 0)
	if w.patient(began, 11*time.Second) {
		t.Error("twelve seconds with a processor are less than eleven")
	}
}

func TestUntilEndsOnAMachineWithNothingElseToDo(t *testing.T) {
	c := &turned{}
	r := &rehearsal{watch: c.watch()}
	err := r.until(t.Context(), "it rains", time.Second, func() (bool, error) {
		c.pass(2*time.Second, 0)
		return false, errors.New("the sun shines")
	})
	if err == nil || err.Error() != "it does not happen that it rains: the sun shines" {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.until(ctx, "it rains", time.Hour, func() (bool, error) { return false, nil }); !errors.Is(err,
		context.Canceled) {
		t.Error(err)
	}
}

func TestWhatRanOutOfTimeIsDoneAgainOnABusyMachineOnly(t *testing.T) {
	late, wrong := errors.New("Publish: the time was up while uploading the page"), errors.New("no such policy")
	for name, x := range map[string]struct {
		err     error
		starved time.Duration
		times   int
	}{
		"late on a busy machine":  {late, 9 * time.Second, 3},
		"late on a quiet machine": {late, time.Second, 1},
		"wrong on a busy machine": {wrong, 9 * time.Second, 1},
		"right on a busy machine": {nil, 9 * time.Second, 1},
	} {
		c := &turned{}
		r := &rehearsal{watch: c.watch()}
		times := 0
		err := r.again("the deployment", func(before bool) error {
			if times++; before != (times > 1) {
				t.Errorf("%s: try %d is told %t", name, times, before)
			}
			c.pass(10*time.Second, x.starved)
			return x.err
		})
		if !errors.Is(err, x.err) || times != x.times {
			t.Errorf("%s: %d tries and %v, want %d", name, times, err, x.times)
		}
		if len(r.said) != x.times-1 {
			t.Errorf("%s: it says %q", name, r.said)
		}
	}
}

func TestWhatProgramsSayThatRanOutOfTime(t *testing.T) {
	for said, want := range map[string]bool{
		"Publish: Custom resource 'Publish' timed out after 300s waiting for ResponseURL callback": true,
		"Publish: the time was up while looking for the phone number; deploy again":                true,
		"POST /transfer answers ada 503 {}":                                                        true,
		"Get \"https://x\": context deadline exceeded":                                             true,
		"PageDistribution: The specified origin request policy does not exist":                     false,
		"GET /agents has no authorizer: anybody may use it":                                        false,
		"TwilioNumber is none of the numbers of the account TwilioAccountSid":                      false,
	} {
		if outOfTime.MatchString(said) != want {
			t.Errorf("%q is taken for out of time: %t", said, !want)
		}
	}
}

func TestPressureAndProcessesAreReadAsTheKernelWritesThem(t *testing.T) {
	if got := stalled("some avg10=98.80 avg60=94.83 avg300=91.43 total=9408060501\nfull avg10=0.00 total=7\n"); got !=
		9408060501*time.Microsecond {
		t.Error(got)
	}
	if stalled("") != 0 {
		t.Error("a kernel without it starves nobody")
	}
	pid, parent, used, ok := process([]byte("4711 (a (b) c) S 12 4711 1 0 -1 4194560 9 0 0 0 150 30 20 1 20 0 1 0 5"))
	if !ok || pid != 4711 || parent != 12 || used != 2010*time.Millisecond {
		t.Error(pid, parent, used, ok)
	}
	if _, _, _, ok := process([]byte("half a li")); ok {
		t.Error("half a line is a process")
	}
}

func TestEachStepSaysWhatItTook(t *testing.T) {
	c := &turned{}
	var out bytes.Buffer
	r := &rehearsal{watch: c.watch(), out: &out}
	err := r.walk(t.Context(), []step{
		{"one", func(r *rehearsal, _ context.Context) error { c.pass(2*time.Second, time.Second); return nil }, nil},
		{"left out", nil, func(*rehearsal) bool { return false }},
		{"two", func(r *rehearsal, _ context.Context) error { r.note("a note"); return errors.New("it rains") }, nil},
	})
	if err == nil || err.Error() != "two: it rains" {
		t.Error(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	if want := "took used busy one 2.0 s 0.0 s 50 % two 0.0 s 0.0 s 0 % | a note"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
