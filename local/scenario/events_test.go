package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/bus"
	"warmtransfer/local/stack"
	"warmtransfer/shared/call"
	"warmtransfer/shared/notice"
	"warmtransfer/shared/notice/noticetest"
)

// sendsEvents is a line that tells other systems of its calls.
func sendsEvents(parameters ...string) func(*stack.Options) {
	return func(o *stack.Options) {
		o.Parameters = map[string]string{"EventBusName": "calls"}
		for i := 0; i < len(parameters); i += 2 {
			o.Parameters[parameters[i]] = parameters[i+1]
		}
	}
}

// told waits until others have heard of so many things, each in its form, and returns all that was sent, in its order.
func (l *line) told(want int) (all []notice.Notice) {
	l.t.Helper()
	for range 120 {
		all = nil
		ids := map[string]bool{}
		for _, e := range l.Bus.Events() {
			if err := noticetest.Check(e.Detail); err != nil || e.Bus != "calls" || e.Source != notice.Source {
				l.t.Errorf("%+v: %v", e, err)
			}
			var n notice.Notice
			l.must(json.Unmarshal(e.Detail, &n))
			ids[n.ID] = true
			all = append(all, n)
		}
		if len(ids) >= want {
			return all
		}
		l.pass(time.Second)
	}
	l.t.Fatalf("others have heard %+v", all)
	return nil
}

// unlike is what a reader makes of it: each once, in the order of a call.
func unlike(all []notice.Notice) (first []notice.Notice) {
	for _, n := range all {
		if !slices.ContainsFunc(first, func(o notice.Notice) bool { return o.ID == n.ID }) {
			first = append(first, n)
		}
	}
	slices.SortFunc(first, func(a, b notice.Notice) int { return int(a.Version - b.Version) })
	return first
}

func words(all []notice.Notice) string {
	list := make([]string, 0, len(all))
	for _, n := range all {
		list = append(list, string(n.Event))
	}
	return strings.Join(list, " ")
}

// handsOver plays a caller who is handed from alice to bob and then hangs up.
func (l *line) handsOver() (caller string) {
	l.t.Helper()
	caller = l.talks("alice", "bob")
	l.presses("alice", "consult", "bob")
	l.pass(4 * time.Second)
	bob := l.answers("bob")
	l.pass(4 * time.Second)
	l.presses("alice", "complete", "")
	l.pass(4 * time.Second)
	l.together(caller, bob)
	l.hangs(caller)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	return caller
}

// Whatever the bus does, the call is played as ever; when the bus takes events again, it gets them all, in their order.
func TestF231F232TheBusIsAwayDuringACall(t *testing.T) {
	t.Parallel()
	chosen := sample(2)
	for _, c := range []struct {
		name  string
		fault bus.Fault
	}{
		{"down", bus.Fault{Status: 500}}, {"throttled", bus.Fault{Status: 429}},
		{"a part", bus.Fault{Codes: map[int]string{0: "InternalFailure"}}}, {"refused", bus.Fault{Status: 400}},
	} {
		if !chosen() {
			continue
		}
		name, fault := c.name, c.fault
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, sendsEvents())
			l.Bus.Fail(func(int) bus.Fault { return fault })
			caller := l.handsOver()
			for range 60 { // until the bus was asked, and said no
				if l.Bus.Requests() > 0 {
					break
				}
				l.pass(time.Second)
			}
			if n := len(l.Bus.Events()); n != 0 && name != "a part" || l.Bus.Requests() == 0 {
				t.Errorf("%d events in %d requests", n, l.Bus.Requests())
			}
			l.Bus.Fail(nil)
			all := l.told(3)
			if name == "a part" { // what was taken was taken out of its turn
				all = unlike(all)
			}
			if got := words(all); got != "answered transferred ended" {
				t.Fatalf("told %s", got)
			}
			e := all[2]
			if string(e.Call) != caller || e.End.Outcome != "transferred" || e.End.Transfers != 1 ||
				fmt.Sprint(e.End.Agents) != "[alice bob]" || all[1].Transfer.To.Agent != "bob" ||
				all[0].Agent != "alice" {
				t.Errorf("told %+v %+v", e, e.End)
			}
			l.done(time.Second)
		})
	}
}

// Without an IAM right for the bus it is like a bus that is away.
func TestF231TheBusMayNotBeUsed(t *testing.T) {
	t.Parallel()
	l := open(t, sendsEvents(), without("relay", "events:PutEvents"))
	l.lacks = []string{"relay: events:PutEvents"}
	l.handsOver()
	if n := l.Bus.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	l.done(time.Second)
}

// The answers of the bus are lost, and the function dies at its work: what was sent is sent again, with the id it had.
func TestF233AnAnswerOfTheBusIsLost(t *testing.T) {
	t.Parallel()
	l := open(t, sendsEvents())
	l.Bus.Fail(func(n int) bus.Fault {
		if n == 3 {
			go l.Gateway.Crash("relay")
		}
		return bus.Fault{Lost: n < 6}
	})
	l.handsOver()
	all := l.told(3)
	if got := words(unlike(all)); got != "answered transferred ended" || len(all) == 3 {
		t.Errorf("%d events: %s", len(all), got)
	}
	l.done(time.Second)
}

// The save of an answer, of a transfer and of an end fails, or takes effect without an answer.
func TestF234TheSaveThatIsToldIsLost(t *testing.T) {
	t.Parallel()
	for name, took := range map[string]bool{"before it took effect": false, "after it took effect": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var failing atomic.Bool
			l := open(t, sendsEvents(), saving(func(c *call.Call, save func()) bool {
				lost := failing.Load() && !c.Live()
				if took || !lost {
					save()
				}
				return lost
			}).between(t))
			caller := l.talks("alice")
			failing.Store(true)
			l.hangs(caller)
			l.pass(65 * time.Second)
			if got := words(unlike(l.told(1))); !took && got != "answered" {
				t.Errorf("told %s before it was saved", got)
			}
			failing.Store(false)
			l.pass(time.Minute)
			all := l.told(2)
			if got := words(all); got != "answered ended" {
				t.Errorf("told %s", got)
			}
			l.done(time.Second)
		})
	}
}

// Numbers are told with leave only, and without a bus there is nothing that could tell.
func TestF235NumbersAreToldWithLeave(t *testing.T) {
	t.Parallel()
	for leave, want := range map[string]bool{"false": false, "true": true} {
		l := open(t, sendsEvents("EventNumbers", leave))
		l.handsOver()
		for _, n := range l.told(3) {
			if got := n.Caller.Number == "+15550199"; got != want {
				t.Errorf("EventNumbers=%s: %+v", leave, n.Caller)
			}
		}
		l.done(time.Second)
	}
	l := open(t)
	l.handsOver()
	if slices.Contains(slices.Collect(maps.Keys(l.Gateway.Processes())), "relay") || l.Bus.Requests() != 0 {
		t.Error("others are told without a bus")
	}
	l.done(time.Second)
}
