package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
)

// refuses lets the network keep a party out of the conference, so many times (0 is always), or admit it and remove it
// again.
func (l *line) refuses(party, do string, code, times int) {
	l.t.Helper()
	l.fault(faults.Rule{Kind: "join", Match: faults.Match{Path: party}, Do: do, Code: code, Times: times})
}

// requested is when a path was requested, all tries included.
func (l *line) requested(path string) []time.Time {
	var at []time.Time
	for _, r := range l.Network.Records(0) {
		if r.Kind == "webhook" && strings.Contains(r.URL, path) {
			at = append(at, r.At)
		}
	}
	return at
}

// wantNoRush asserts that a path was requested at most once in five seconds, except the first time after each success.
func (l *line) wantNoRush(path string, first int) {
	l.t.Helper()
	at := l.requested(path)
	for i := first + 1; i < len(at); i++ {
		if apart := at[i].Sub(at[i-1]); apart < 5*time.Second {
			l.t.Errorf("%s was asked for twice in %v, %v after the beginning", path, apart, at[i].Sub(epoch))
		}
	}
}

// wantTriesApart asserts that no leg was tried again sooner than five seconds after the last time. Each try that failed
// is told by one request.
func (l *line) wantTriesApart(path string) {
	l.t.Helper()
	last := map[string]time.Time{}
	for _, r := range l.Network.Records(0) {
		if r.Kind != "webhook" || !strings.Contains(r.URL, path) || !strings.HasSuffix(r.URL, "/room") {
			continue
		}
		if at, again := last[r.URL]; again && r.At.Sub(at) < 5*time.Second {
			l.t.Errorf("%s was tried twice within %v", r.URL, r.At.Sub(at))
		}
		last[r.URL] = r.At
	}
	if len(last) == 0 {
		l.t.Error("no try failed")
	}
}

func TestF181TheRoomDoesNotTakeTheCaller(t *testing.T) {
	t.Parallel()
	chosen := sample(2)
	for _, c := range []struct {
		do    string
		code  int
		times int
	}{
		{"fail", 16021, 1}, {"fail", 16025, 5}, {"fail", 16020, 0},
		{"fail-after", 0, 1}, {"fail-after", 0, 5}, {"fail-after", 0, 0},
	} {
		if !chosen() {
			continue
		}
		t.Run(fmt.Sprintf("%s %d, %d times", c.do, c.code, c.times), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.online("alice")
			l.refuses("/caller$", c.do, c.code, c.times)
			caller := l.dial("+15550199")
			for range 24 {
				l.pass(5 * time.Second)
				l.wantLive(caller)
				if c.times == 0 || l.dials("alice") < 2 && l.legTo("alice") == "" {
					l.waits(caller)
				}
			}
			l.wantNoRush("/incoming/"+caller, 0)
			if c.times == 0 {
				if n := len(l.requested("/incoming/" + caller)); n < 3 || n > 12 {
					t.Errorf("%d tries in two minutes", n)
				}
				if n := l.dials("alice"); n > 2 {
					t.Errorf("alice was rung %d times for a caller who is in no conference", n)
				}
				l.Network.ClearFaults()
			}
			if !strings.Contains(l.log.String(), `"RoomRefused":1`) {
				t.Error("nothing was counted")
			}
			l.online("alice") // who was set Away after two missed offers
			l.bring(caller, "alice", 2*time.Minute)
			l.done(10 * time.Second)
		})
	}
}

func TestF181TheRoomDoesNotTakeTheAgent(t *testing.T) {
	t.Parallel()
	for _, times := range []int{1, 5, 0} {
		t.Run(fmt.Sprintf("%d times", times), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.online("alice")
			caller := l.dial("+15550199")
			l.pass(5 * time.Second)
			l.refuses("/[^c/][^/]*$", "fail", 16021, times)
			l.answers("alice")
			for range 24 {
				l.pass(5 * time.Second)
				l.wantLive(caller)
				if got := l.hears(caller); got != "music" && got != "speech" && got != "alice" {
					t.Fatalf("the caller hears %q", got)
				}
				if sid := l.legTo("alice"); sid != "" {
					if c, _ := l.Network.Call(sid); c.Status == "ringing" {
						l.answers("alice")
					}
				}
			}
			l.wantTriesApart("/connect-agent/" + caller)
			if times == 0 {
				l.Network.ClearFaults()
			}
			l.bring(caller, "alice", 3*time.Minute)
			l.done(10 * time.Second)
		})
	}
}
