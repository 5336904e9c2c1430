package scenario

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
	"warmtransfer/shared/settings"
)

// theQuestion is how it begins; a greeting may come before.
const theQuestion = "speech:You do not need to wait."

// lastOfQuestion is how it ends.
const lastOfQuestion = "speech:To keep waiting, do nothing."

// asks opens a line that asks who waits every two minutes. Alice is online, busy with nobody, and Away.
func asks(t *testing.T) *line {
	l := open(t)
	l.sets(settings.Values{Question: settings.Question{Every: 2}})
	l.online("alice")
	l.away("alice")
	return l
}

// inQuestion is a caller who hears the question after two minutes.
func (l *line) inQuestion() (caller string) {
	l.t.Helper()
	caller = l.dial("+15550199")
	l.pass(110 * time.Second)
	l.waits(caller)
	l.untilHears(caller, theQuestion)
	return caller
}

// stayed lets the caller be in the line again within so long, and talk to alice.
func (l *line) stayed(caller string, within time.Duration) {
	l.t.Helper()
	l.until("the caller is in the line", within, func() bool { return l.inConference(caller) })
	l.pass(2 * time.Second)
	l.waits(caller)
	l.online("alice")
	l.pass(3 * time.Second)
	l.together(caller, l.answers("alice"))
	l.presses("alice", "end", "")
	l.done(time.Minute)
}

func (l *line) inConference(caller string) bool {
	c := l.conference(caller)
	return c != nil && c.State == call.Waiting && c.Caller.Joined && !c.BeingAsked()
}

func TestF294WhoWaitsChoosesToLeaveAMessage(t *testing.T) {
	t.Parallel()
	l := asks(t)
	caller := l.inQuestion()
	l.pass(5 * time.Second)
	l.must(l.Network.DTMF(caller, "1"))
	l.pass(time.Second)
	if got := l.sound(caller); !strings.HasPrefix(got, "speech:Please leave a message") {
		t.Errorf("after the key the caller hears %q", got)
	}
	l.leaves(caller, 7*time.Second)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	if m := l.theMessage(); m.Why != "message" || m.Caller != "+15550199" || m.Seconds < 6 {
		t.Errorf("the message is %+v", m)
	}
	l.untilOver(caller)
}

func TestF294WhoSaysNothingOrPressesAnotherKeyStays(t *testing.T) {
	chosen := sample(3)
	for _, key := range []string{"", "7", "#", "*"} {
		if !chosen() {
			continue
		}
		t.Run("key "+key, func(t *testing.T) {
			t.Parallel()
			l := asks(t)
			caller := l.inQuestion()
			l.pass(2 * time.Second)
			if key == "" {
				l.untilHears(caller, lastOfQuestion)
				l.until("the last word", 10*time.Second, func() bool { return l.sound(caller) != lastOfQuestion })
				l.stayed(caller, 2*time.Second)
				l.wantNoGap(caller)
				return
			}
			l.must(l.Network.DTMF(caller, key))
			l.stayed(caller, 2*time.Second)
		})
	}
}

func TestF294ALongLineAsksOnArrival(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.sets(settings.Values{Question: settings.Question{Ahead: 2}})
	l.online("alice")
	l.away("alice")
	for _, from := range []string{"+15550191", "+15550192"} {
		caller := l.dial(from)
		l.pass(5 * time.Second)
		l.waits(caller)
	}
	caller := l.dial("+15550199")
	l.pass(time.Second)
	if got := l.sound(caller); !strings.HasPrefix(got, "speech:Thank you for calling.") {
		t.Errorf("the third caller hears %q", got)
	}
	l.untilHears(caller, theQuestion)
	l.untilHears(caller, "music")
	l.pass(20 * time.Second)
	if !l.inConference(caller) {
		t.Error("who says nothing is not in the line")
	}
	l.pass(10 * time.Minute) // never asked again
	for _, h := range l.spoken(caller)[8:] {
		if strings.Contains(strings.Join(h.words, " "), theQuestion) {
			t.Error("asked again")
		}
	}
	l.wantNoGap(caller)
}

// A place is kept and rests after an attempt: alice is free for who arrives, so that they are not asked.
func TestF376NobodyIsAskedWhileAnAgentIsFree(t *testing.T) {
	t.Parallel()
	l := keeps(t, settings.Values{})
	_, place := l.keepsPlace()
	l.sets(settings.Values{Question: settings.Question{Ahead: 1, Keep: true}})
	l.pass(35 * time.Second)
	l.must(l.Network.SetOutside(london, "busy"))
	l.online("alice")
	l.pass(12 * time.Second)
	l.answers("alice")
	l.pass(10 * time.Second)
	if c := l.conference(place); c.State != call.KeepsPlace || c.Kept.Tries != 1 {
		t.Fatalf("the place is %s, after %d attempts", c.State, c.Kept.Tries)
	}
	caller := l.dial("+15550177")
	l.together(caller, l.answers("alice"))
	l.presses("alice", "end", "")
	l.pass(5 * time.Second)
}

// A line for which nobody has set anything asks nobody.
func TestF294NobodyIsAskedByDefault(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.dial("+15550199")
	l.pass(10 * time.Minute)
	for _, h := range l.spoken(caller) {
		if strings.Contains(strings.Join(h.words, " "), theQuestion) {
			t.Error("the caller is asked")
		}
	}
	l.wantNoGap(caller)
}

// The redirect to the question fails, or took effect with its answer lost, or is refused: the caller hears music or
// the question, and is in the line afterwards.
func TestF295TheRedirectToTheQuestionFails(t *testing.T) {
	for _, do := range []string{faults.Fail, faults.FailAfter, faults.Drop} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			l := asks(t)
			l.fault(faults.Rule{
				Kind: faults.REST, Do: do, Match: faults.Match{Event: "UpdateCall"}, Times: 1,
			})
			caller := l.dial("+15550199")
			l.pass(3*time.Minute + 10*time.Second)
			l.stayed(caller, 30*time.Second)
		})
	}
}

// Twilio gets no answer to the request for the question, or to that with the key, at first or for good.
func TestF296TheRequestsOfTheQuestionFail(t *testing.T) {
	chosen := sample(3)
	for _, path := range []string{"/choice", "/incoming/"} {
		for _, times := range []int{1, 7} {
			if !chosen() {
				continue
			}
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				l := asks(t)
				caller := l.dial("+15550199")
				l.pass(110 * time.Second)
				if path == "/choice" {
					l.untilHears(caller, theQuestion)
				}
				l.unavailable(path, times)
				if path == "/choice" {
					l.must(l.Network.DTMF(caller, "4"))
				}
				l.pass(80 * time.Second)
				l.stayed(caller, 30*time.Second)
			})
		}
	}
}

// The caller hangs up in each phrase of the question: the call is over, and nobody is rung.
func TestF299TheCallerHangsUpInTheQuestion(t *testing.T) {
	for _, phrase := range []string{theQuestion, lastOfQuestion, "silence"} {
		t.Run(phrase, func(t *testing.T) {
			t.Parallel()
			l := asks(t)
			caller := l.inQuestion()
			l.untilHears(caller, phrase)
			l.hangs(caller)
			l.online("alice")
			l.pass(20 * time.Second)
			l.notRinging("alice")
			l.done(time.Minute)
		})
	}
}

// An agent becomes free during the question: nobody is rung before it is over, and the caller behind gets no agent.
func TestF300AnAgentBecomesFreeDuringTheQuestion(t *testing.T) {
	t.Parallel()
	l := asks(t)
	first := l.dial("+15550199")
	l.pass(30 * time.Second)
	second := l.dial("+15550198")
	l.untilHears(first, theQuestion)
	l.online("alice")
	for l.conference(first).BeingAsked() {
		l.notRinging("alice")
		l.pass(time.Second)
	}
	l.pass(2 * time.Second)
	l.together(first, l.answers("alice"))
	l.waits(second)
	l.presses("alice", "end", "")
	l.done(time.Minute)
}

// The sweep looks at a caller who is being asked, and leaves them alone.
func TestF297TheSweepFindsACallerInTheQuestion(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.sets(settings.Values{Question: settings.Question{Every: 1}})
	l.register("alice")
	caller := l.dial("+15550199")
	l.pass(5 * time.Minute) // no page is open, so that the sweep alone looks
	l.wantNoGap(caller)
	l.stayed(caller, 30*time.Second)
}
