package scenario

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
)

// incomingDown makes the function that handles a caller's leg fail, as when no concurrency is left. A caller whose
// conference ends then hears the static file with the music, in no conference, for as long as it lasts.
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

// roomEnds ends the caller's conference.
func (l *line) roomEnds(caller string) {
	l.t.Helper()
	room := string(l.conference(caller).Conference)
	if status, answer := l.rest("Conferences/"+room, url.Values{"Status": {"completed"}}); status != http.StatusOK {
		l.t.Fatalf("%d %v", status, answer)
	}
}

// The caller is in no conference, so no list of participants shows them, and no callback comes. The service does not
// take them for gone, because it asks for the caller's leg first.
func TestF005F103TheRoomEndsWhileNothingAnswersTheCaller(t *testing.T) {
	t.Parallel()
	chosen := sample(5)
	for _, p := range phases {
		for _, told := range []bool{true, false} {
			if p.name == "waiting" && !told {
				continue // then nobody knows the conference that should end
			}
			name := p.name + ", told"
			if !told {
				name = p.name + ", nothing told"
			}
			if !chosen() {
				continue
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
				if c := l.conference(caller); c.State == call.Ended {
					t.Errorf("the call has ended: %s", c.Reason)
				}
				l.Network.ClearFaults()
				l.online("carol") // the others have missed the caller
				l.bring(caller, "carol", 2*time.Minute)
				l.done(90 * time.Second)
			})
		}
	}
}

// The same, and the caller hangs up: even the <Dial> action request is not handled.
func TestF103TheCallerLeavesWhileNothingAnswersThem(t *testing.T) {
	t.Parallel()
	chosen := sample(7)
	for _, p := range phases {
		for _, do := range []string{"", "fail", "fail-after"} {
			if !chosen() {
				continue
			}
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
				l.until("the call has ended", within, func() bool {
					c := l.conference(caller)
					return !c.Live() && c.Reason == call.ReasonCallerLeft
				})
				for _, id := range []string{"alice", "bob"} {
					l.notRinging(id)
				}
				l.done(0)
			})
		}
	}
}

// The spoken goodbye needs no answer from a function, wherever the caller is when it is due: in a conference, or in
// none, with the static file's music.
func TestF005F011LastWordsAreHeardWhileNothingAnswersTheCaller(t *testing.T) {
	t.Parallel()
	t.Run("the agent ends the call", func(t *testing.T) {
		t.Parallel()
		for _, do := range []string{"", "fail", "fail-after"} {
			l := open(t)
			caller := talking(l)
			l.incomingDown()
			if do != "" {
				l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "UpdateCall", Path: caller}, Do: do,
					Times: 1})
			}
			l.presses("alice", "end", "")
			l.pass(5 * time.Second)
			l.wantOver(caller)
			l.lastHeard(caller, "speech:Thank you for calling. Goodbye.")
			l.done(10 * time.Second)
		}
	})
	for _, ends := range []bool{false, true} {
		name := "the caller has waited too long"
		if ends {
			name += ", in no conference"
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
