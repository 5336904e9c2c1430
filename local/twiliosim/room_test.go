package twiliosim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/journal"
)

// joiner is a document that joins a room with these attributes.
func joiner(room, attrs string) string {
	return fmt.Sprintf(`<Dial><Conference beep="false" %s>%s</Conference></Dial>`, attrs, room)
}

// join lets a scripted client join a room.
func (b *harness) join(identity, room, attrs string) string {
	b.t.Helper()
	b.doc("/join/"+identity, joiner(room, attrs))
	return b.agent(identity, "/join/"+identity)
}

// code is Twilio's error code in an error of twilio-go.
func code(err error) int {
	var e *twilio.TwilioRestError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func (b *harness) update(room, who string, set func(*api.UpdateParticipantParams)) *api.ApiV2010Participant {
	b.t.Helper()
	p := &api.UpdateParticipantParams{}
	set(p)
	got, err := b.api.UpdateParticipant(b.sidOf(room), who, p)
	if err != nil {
		b.t.Fatalf("update %s: %v", who, err)
	}
	b.settle()
	return got
}

// sidOf is the SID of the newest room of a name.
func (b *harness) sidOf(room string) string {
	b.t.Helper()
	for _, r := range slices.Backward(b.Conferences()) {
		if r.Name == room {
			return r.SID
		}
	}
	b.t.Fatalf("no room %s", room)
	return ""
}

func TestRoomStartsWithTwoAndOneWhoMayStartIt(t *testing.T) {
	const no, yes = `startConferenceOnEnter="false"`, `startConferenceOnEnter="true"`
	for name, c := range map[string]struct {
		joins  []string
		status string
	}{
		"one who may not":                 {[]string{no}, "init"},
		"one who may":                     {[]string{yes}, "init"},
		"two who may not":                 {[]string{no, no}, "init"},
		"first may not, second may":       {[]string{no, yes}, "in-progress"},
		"first may, second may not":       {[]string{yes, no}, "in-progress"},
		"the default is that they may":    {[]string{no, ""}, "in-progress"},
		"three who may not":               {[]string{no, no, no}, "init"},
		"two who may not, then one may":   {[]string{no, no, yes}, "in-progress"},
		"all may":                         {[]string{yes, yes, yes}, "in-progress"},
		"upper case is understood, too":   {[]string{no, `startConferenceOnEnter="TRUE"`}, "in-progress"},
		"what is no boolean counts as no": {[]string{no, `startConferenceOnEnter="perhaps"`}, "init"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHarness(t)
			var legs []string
			var labels []string
			for i, attrs := range c.joins {
				id := fmt.Sprintf("agent%d", i)
				legs = append(legs, b.join(id, "room", attrs+` participantLabel="`+id+`"`))
				labels = append(labels, id)
			}
			b.room("room", c.status, labels...)
			for i, leg := range legs {
				if c.status == "init" {
					b.hears(leg, "music") // Twilio's own, as there is no waitUrl
					continue
				}
				var others []string
				for j, other := range legs {
					if j != i {
						others = append(others, "leg:"+other)
					}
				}
				b.hears(leg, others...)
			}
		})
	}
}

func TestWaitURL(t *testing.T) {
	t.Run("empty is silence", func(t *testing.T) {
		b := newHarness(t)
		b.hears(b.join("alice", "room", `waitUrl=""`), "silence")
	})
	t.Run("runs out into silence", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", `<Say>One moment.</Say>`)
		alice := b.join("alice", "room", `waitUrl="/wait"`)
		b.hears(alice, "speech:One moment.")
		b.pass(10 * time.Second)
		b.hears(alice, "silence")
	})
	t.Run("GET is possible", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", `<Play loop="0">/music.wav</Play>`)
		alice := b.join("alice", "room", `waitUrl="/wait" waitMethod="GET"`)
		b.pass(time.Hour)
		b.hears(alice, "music")
		if got := b.got("/wait"); len(got) != 1 || got[0].method != "GET" || got[0].form.Get("CallSid") != alice {
			t.Errorf("asked %+v, want one GET with the call's SID", got)
		}
	})
	t.Run("a Gather in it is passed over", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", `<Gather><Say>Press one.</Say></Gather><Pause length="2"/><Say>Still there.</Say>`)
		alice := b.join("alice", "room", `waitUrl="/wait"`)
		b.hears(alice, "silence")
		b.pass(2 * time.Second)
		b.hears(alice, "speech:Still there.")
		b.expectWarning(12200)
	})
	t.Run("that fails is silence", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", "status 500")
		b.hears(b.join("alice", "room", `waitUrl="/wait"`), "silence")
		b.expectWarning(11200)
	})
	t.Run("a blank Redirect is the same document again", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", `<Pause length="10"/><Redirect/>`)
		b.join("alice", "room", `waitUrl="/wait"`)
		b.pass(35 * time.Second)
		if got := len(b.got("/wait")); got != 4 {
			t.Errorf("asked %d times in 35 s, want 4", got)
		}
	})
	t.Run("one that redirects to itself is slowed down", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/wait", `<Redirect/>`)
		b.join("alice", "room", `waitUrl="/wait"`)
		b.pass(3 * time.Second)
		if got := len(b.got("/wait")); got > 5*50 {
			t.Errorf("asked %d times in 3 s", got)
		}
	})
	t.Run("is not asked again once the room has started", func(t *testing.T) {
		b := classic(t)
		b.dial()
		b.agent("alice", "/alice")
		before := len(b.got("/wait/1"))
		b.pass(time.Minute)
		if got := len(b.got("/wait/1")); got != before {
			t.Errorf("%d turns were asked for in a room that has started", got-before)
		}
	})
}

func (b *harness) expectWarning(code int) {
	b.t.Helper()
	for _, r := range b.Records(0) {
		if r.Kind == journal.KindWarning && r.Code == code {
			return
		}
	}
	b.t.Errorf("no warning %d", code)
}

func TestAloneInAStartedRoomIsSilence(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.must(b.Hangup(alice))
	b.room("room", "in-progress", "caller")
	b.hears(caller, "silence")
	b.pass(time.Minute)
	b.hears(caller, "silence")
}

func TestLabelsAreUnique16025(t *testing.T) {
	b := newHarness(t)
	b.join("alice", "room", `participantLabel="first"`)
	b.doc("/join/bob", joiner("room", `participantLabel="first"`)+`<Say>Not added.</Say>`)
	bob := b.agent("bob", "/join/bob")
	b.hears(bob, "speech:Not added.")
	b.expectWarning(16025)
	b.room("room", "init", "first")
}

func TestMalformedLabels(t *testing.T) {
	for _, label := range []string{"a/b", "a%2fb", "CA0123456789abcdef0123456789abcdef", strings.Repeat("x", 129)} {
		b := newHarness(t)
		alice := b.join("alice", "room", `participantLabel="`+label+`"`)
		b.status(alice, "completed")
		b.expectWarning(16023)
		if len(b.Conferences()) != 0 {
			t.Errorf("label %q opened a room", label)
		}
	}
}

func TestMaxParticipants16020(t *testing.T) { // F094
	b := newHarness(t)
	b.join("alice", "room", `participantLabel="alice" maxParticipants="2"`)
	b.join("bob", "room", `participantLabel="bob"`)
	carol := b.join("carol", "room", `participantLabel="carol"`)
	b.status(carol, "completed")
	b.expectWarning(16020)
	b.room("room", "in-progress", "alice", "bob")
	_, err := b.api.CreateParticipant(b.sidOf("room"), partParams("client:dave"))
	if code(err) != 16020 {
		t.Errorf("a fourth by REST: %v, want 16020", err)
	}
}

func partParams(to string) *api.CreateParticipantParams {
	p := &api.CreateParticipantParams{}
	return p.SetFrom(testNumber).SetTo(to)
}

func TestTheFirstStatusCallbackWins(t *testing.T) {
	all := `statusCallbackEvent="start end join leave mute hold modify announcement"`
	t.Run("the second one is ignored", func(t *testing.T) {
		b := newHarness(t)
		b.join("alice", "room", `statusCallback="/first" `+all)
		b.join("bob", "room", `statusCallback="/second" `+all)
		b.expectEvents("/first", "participant-join", "participant-join", "conference-start")
		b.expectEvents("/second")
	})
	t.Run("also if the first has none", func(t *testing.T) {
		b := newHarness(t)
		b.join("alice", "room", ``)
		b.join("bob", "room", `statusCallback="/second" `+all)
		b.expectEvents("/second")
	})
	t.Run("the default is start and end", func(t *testing.T) {
		b := newHarness(t)
		alice := b.join("alice", "room", `statusCallback="/first"`)
		bob := b.join("bob", "room", ``)
		b.must(b.Hangup(alice))
		b.must(b.Hangup(bob))
		b.expectEvents("/first", "conference-start", "conference-end")
	})
}
