package scenario

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/conference"
)

// incomingDown lets the function that says what becomes of a caller answer nobody, as when
// nothing is left to run it with. A caller whose room ends then hears the file with the
// music, in no room, for as long as it lasts.
func (l *line) incomingDown() {
	l.t.Helper()
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: "^/incoming"}, Do: "throttle", Status: http.StatusTooManyRequests,
	})
}

// nothingTold loses every callback.
func (l *line) nothingTold() {
	l.t.Helper()
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
}

// roomEnds ends the caller's room by itself.
func (l *line) roomEnds(caller string) {
	l.t.Helper()
	room := string(l.conference(caller).Room)
	if status, answer := l.rest("Conferences/"+room, url.Values{"Status": {"completed"}}); status != http.StatusOK {
		l.t.Fatalf("%d %v", status, answer)
	}
}

// She is in no room, so that nobody finds her there, and nothing of her comes to anybody.
// She is not taken to have left for it: her leg is asked for before.
func TestF005F103TheRoomEndsWhileNothingAnswersTheCaller(t *testing.T) {
	t.Parallel()
	for _, p := range phases {
		for _, told := range []bool{true, false} {
			if p.name == "waiting" && !told {
				continue // then nobody knows her room to end it
			}
			name := p.name + ", told"
			if !told {
				name = p.name + ", nothing told"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				l.gap = 5 * time.Second
				caller := p.to(l)
				l.pass(5 * time.Second)
				l.incomingDown()
				if !told {
					l.nothingTold()
				}
				l.roomEnds(caller)
				for range 20 {
					l.pass(9 * time.Second)
					l.wantLive(caller)
					l.waits(caller)
				}
				if c := l.conference(caller); c.State == conference.Ended {
					t.Errorf("her call has ended: %s", c.Reason)
				}
				l.Network.ClearFaults()
				l.online("carol") // the others have missed her
				l.bring(caller, "carol", 2*time.Minute)
				l.done(90 * time.Second)
			})
		}
	}
}

// The same, and she hangs up: not even her own request tells of it.
func TestF103TheCallerLeavesWhileNothingAnswersHer(t *testing.T) {
	t.Parallel()
	for _, p := range phases {
		for _, do := range []string{"", "fail", "fail-after"} {
			t.Run(p.name+" "+do, func(t *testing.T) {
				t.Parallel()
				l := open(t)
				caller := p.to(l)
				l.pass(5 * time.Second)
				l.incomingDown()
				l.nothingTold()
				if do != "" {
					l.fault(faults.Rule{
						Kind: "rest", Match: faults.Match{Event: "UpdateCall", Path: caller}, Do: do, Times: 1,
					})
				}
				l.hangs(caller)
				within := 90 * time.Second
				if do != "" {
					within += time.Minute // one more sweep
				}
				l.until("her call has ended", within, func() bool {
					c := l.conference(caller)
					return !c.Live() && c.Reason == conference.ReasonCallerLeft
				})
				for _, id := range []string{"alice", "bob"} {
					l.notRinging(id)
				}
				l.done(0)
			})
		}
	}
}

// Her last words need nobody's answer, wherever she is when they are due: in her room, or in
// none, with the music that goes on whatever fails.
func TestF005F011LastWordsAreHeardWhileNothingAnswersTheCaller(t *testing.T) {
	t.Parallel()
	t.Run("the agent ends the call", func(t *testing.T) {
		t.Parallel()
		for _, do := range []string{"", "fail", "fail-after"} {
			l := open(t)
			caller := talking(l)
			l.incomingDown()
			if do != "" {
				l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateCall", Path: caller}, Do: do, Times: 1})
			}
			l.presses("alice", "end", "")
			l.pass(5 * time.Second)
			l.wantOver(caller)
			l.lastHeard(caller, "speech:Thank you for calling. Goodbye.")
			l.done(10 * time.Second)
		}
	})
	for _, ends := range []bool{false, true} {
		name := "she has waited too long"
		if ends {
			name += ", in no room"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, shortWait)
			l.gap = 5 * time.Second
			caller := l.dial("+15550199")
			l.pass(5 * time.Second)
			l.incomingDown()
			if ends {
				l.roomEnds(caller)
			}
			l.pass(50 * time.Second)
			l.waits(caller)
			l.pass(80 * time.Second)
			l.wantToldGoodbye(caller)
			l.lastHeard(caller, "speech:Please call again later. Goodbye.")
			l.done(10 * time.Second)
		})
	}
}
