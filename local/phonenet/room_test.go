package phonenet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// joiner is a document that joins a room with these attributes.
func joiner(room, attrs string) string {
	return fmt.Sprintf(`<Dial><Conference beep="false" %s>%s</Conference></Dial>`, attrs, room)
}

// join lets a scripted client join a room.
func (b *bench) join(identity, room, attrs string) string {
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

func (b *bench) update(room, who string, set func(*api.UpdateParticipantParams)) *api.ApiV2010Participant {
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
func (b *bench) sidOf(room string) string {
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
		"the default is that she may":     {[]string{no, ""}, "in-progress"},
		"three who may not":               {[]string{no, no, no}, "init"},
		"two who may not, then one may":   {[]string{no, no, yes}, "in-progress"},
		"all may":                         {[]string{yes, yes, yes}, "in-progress"},
		"upper case is understood, too":   {[]string{no, `startConferenceOnEnter="TRUE"`}, "in-progress"},
		"what is no boolean counts as no": {[]string{no, `startConferenceOnEnter="perhaps"`}, "init"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
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
		b := newBench(t)
		b.hears(b.join("alice", "room", `waitUrl=""`), "silence")
	})
	t.Run("runs out into silence", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", `<Say>One moment.</Say>`)
		alice := b.join("alice", "room", `waitUrl="/wait"`)
		b.hears(alice, "speech:One moment.")
		b.pass(10 * time.Second)
		b.hears(alice, "silence")
	})
	t.Run("GET is possible", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", `<Play loop="0">/music.wav</Play>`)
		alice := b.join("alice", "room", `waitUrl="/wait" waitMethod="GET"`)
		b.pass(time.Hour)
		b.hears(alice, "music")
		if got := b.got("/wait"); len(got) != 1 || got[0].method != "GET" || got[0].form.Get("CallSid") != alice {
			t.Errorf("asked %+v, want one GET with the call's SID", got)
		}
	})
	t.Run("a Gather in it is passed over", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", `<Gather><Say>Press one.</Say></Gather><Pause length="2"/><Say>Still there.</Say>`)
		alice := b.join("alice", "room", `waitUrl="/wait"`)
		b.hears(alice, "silence")
		b.pass(2 * time.Second)
		b.hears(alice, "speech:Still there.")
		b.expectWarning(12200)
	})
	t.Run("that fails is the network's music", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", "status 500")
		b.hears(b.join("alice", "room", `waitUrl="/wait"`), "music")
		b.expectWarning(11200)
	})
	t.Run("a blank Redirect is the same document again", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", `<Pause length="10"/><Redirect/>`)
		b.join("alice", "room", `waitUrl="/wait"`)
		b.pass(35 * time.Second)
		if got := len(b.got("/wait")); got != 4 {
			t.Errorf("asked %d times in 35 s, want 4", got)
		}
	})
	t.Run("one that redirects to itself is slowed down", func(t *testing.T) {
		b := newBench(t)
		b.doc("/wait", `<Redirect/>`)
		b.join("alice", "room", `waitUrl="/wait"`)
		b.pass(3 * time.Second)
		if got := len(b.got("/wait")); got > 5*rushLimit {
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

func (b *bench) expectWarning(code int) {
	b.t.Helper()
	for _, r := range b.Records(0) {
		if r.Kind == recordWarning && r.Code == code {
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

func TestHold(t *testing.T) {
	b := classic(t)
	b.doc("/hold/0", `<Say>On hold.</Say><Redirect method="GET">/hold/1</Redirect>`)
	b.doc("/hold/1", `<Play>/music.wav</Play><Redirect method="GET">/hold/1</Redirect>`)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	bob := b.agent("bob", "/bob")

	p := b.update("room", caller, func(p *api.UpdateParticipantParams) { p.SetHold(true).SetHoldUrl(b.app.URL + "/hold/0") })
	if !*p.Hold {
		t.Error("the answer says that the caller is not held")
	}
	b.hears(caller, "speech:On hold.")
	b.hears(alice, "leg:"+bob)
	b.hears(bob, "leg:"+alice)
	b.pass(25 * time.Second)
	b.hears(caller, "music")
	if got := b.got("/hold/0"); len(got) != 1 || got[0].method != "GET" {
		t.Errorf("the first turn was asked %+v, want one GET", got)
	}
	if got := b.got("/hold/1"); len(got) != 3 {
		t.Errorf("%d turns were asked for, want 3", len(got))
	}

	b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetHold(false) })
	b.hears(caller, "leg:"+alice, "leg:"+bob)
	b.hears(alice, "leg:"+caller, "leg:"+bob)
	before := len(b.got("/hold/1"))
	b.pass(time.Minute)
	if got := len(b.got("/hold/1")); got != before {
		t.Error("the hold document goes on after the hold")
	}
	b.expectEvents("/events", "participant-join", "participant-join", "conference-start", "participant-join",
		"participant-hold", "participant-unhold")
}

func TestHoldWithoutURLIsMusicForEver(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.agent("alice", "/alice")
	b.update("room", caller, func(p *api.UpdateParticipantParams) { p.SetHold(true) })
	b.pass(time.Hour)
	b.hears(caller, "music")
}

func TestHoldMethodAndFailure(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.doc("/post", `<Play loop="0">/music.wav</Play>`)
	b.update("room", caller, func(p *api.UpdateParticipantParams) {
		p.SetHold(true).SetHoldUrl(b.app.URL + "/post").SetHoldMethod("POST")
	})
	if got := b.got("/post"); len(got) != 1 || got[0].method != "POST" {
		t.Errorf("asked %+v, want one POST", got)
	}
	b.doc("/broken", "status 503")
	b.update("room", alice, func(p *api.UpdateParticipantParams) { p.SetHold(true).SetHoldUrl(b.app.URL + "/broken") })
	b.hears(alice, "music") // F095
}

// TestHeldStaysHeldWhenTheHolderLeaves: nobody un-holds but a request.
func TestHeldStaysHeldWhenTheHolderLeaves(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.agent("bob", "/bob")
	b.update("room", caller, func(p *api.UpdateParticipantParams) { p.SetHold(true) })
	b.must(b.Hangup(alice))
	b.hears(caller, "music")
	if v, _ := b.Call(caller); !v.Hold {
		t.Error("the caller is not held any more")
	}
}

func TestEndConferenceOnExitIsIgnoredOnAHeldLeg(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.update("room", alice, func(p *api.UpdateParticipantParams) { p.SetHold(true) })
	got := b.update("room", alice, func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(true) })
	if *got.EndConferenceOnExit {
		t.Error("the flag changed on a held leg")
	}
	b.update("room", alice, func(p *api.UpdateParticipantParams) { p.SetHold(false) })
	got = b.update("room", alice, func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(true) })
	if !*got.EndConferenceOnExit {
		t.Error("the flag did not change on a leg that is not held")
	}
	b.must(b.Hangup(alice))
	b.hears(caller, "speech:Goodbye.")
	b.expectEvents("/events", "participant-join", "participant-join", "conference-start", "participant-hold",
		"participant-unhold", "participant-modify", "participant-leave", "participant-leave", "conference-end")
}

func TestWhoHearsWhom(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	bob := b.agent("bob", "/bob")
	leg := func(sid string) string { return "leg:" + sid }
	for _, step := range []struct {
		name               string
		do                 func()
		caller, alice, bob []string
	}{
		{"all", func() {}, []string{leg(alice), leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller), leg(alice)}},
		{"alice muted", func() {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetMuted(true) })
		}, []string{leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller)}},
		{"alice coaches bob", func() {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetMuted(false).SetCoaching(true).SetCallSidToCoach(bob) })
		}, []string{leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller), leg(alice)}},
		{"alice barges in", func() {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetCoaching(false) })
		}, []string{leg(alice), leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller), leg(alice)}},
		{"caller held", func() {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetHold(true) })
		}, []string{"music"}, []string{leg(bob)}, []string{leg(alice)}},
		{"swapped", func() {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetHold(false) })
			b.update("room", "bob", func(p *api.UpdateParticipantParams) { p.SetHold(true) })
		}, []string{leg(alice)}, []string{leg(caller)}, []string{"music"}},
		{"all again", func() {
			b.update("room", "bob", func(p *api.UpdateParticipantParams) { p.SetHold(false) })
		}, []string{leg(alice), leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller), leg(alice)}},
		{"alice redirected away", func() {
			p := &api.UpdateCallParams{}
			p.SetTwiml("<Response><Say>Elsewhere.</Say></Response>")
			_, err := b.api.UpdateCall(alice, p)
			b.must(err)
		}, []string{leg(bob)}, []string{"speech:Elsewhere."}, []string{leg(caller)}},
	} {
		step.do()
		b.hears(caller, step.caller...)
		b.hears(alice, step.alice...)
		b.hears(bob, step.bob...)
		if t.Failed() {
			t.Fatalf("at step %q", step.name)
		}
	}
}

func TestALostLegIsNotHeardAndNoticedLater(t *testing.T) {
	b := classic(t, func(c *Config) { c.LossDelay = 22 * time.Second })
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.must(b.Lose(alice))
	b.status(alice, "in-progress")
	b.hears(caller, "silence")
	b.hears(alice, "silence")
	if err := b.Lose(alice); !errors.Is(err, ErrGone) {
		t.Errorf("losing it again: %v, want ErrGone", err)
	}
	b.pass(21 * time.Second)
	b.status(alice, "in-progress")
	b.pass(time.Second)
	b.status(alice, "completed")
	b.room("room", "in-progress", "caller")
}

func TestAnnounce(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.doc("/news", `<Say>The caller is back.</Say>`)
	b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetAnnounceUrl(b.app.URL + "/news") })
	b.hears(alice, "speech:The caller is back.", "leg:"+caller)
	b.hears(caller, "leg:"+alice)
	b.pass(10 * time.Second)
	b.hears(alice, "leg:"+caller)

	p := &api.UpdateConferenceParams{}
	p.SetAnnounceUrl(b.app.URL + "/news")
	_, err := b.api.UpdateConference(b.sidOf("room"), p)
	b.must(err)
	b.hears(alice, "speech:The caller is back.", "leg:"+caller)
	b.hears(caller, "speech:The caller is back.", "leg:"+alice)
	b.pass(10 * time.Second)
	b.hears(caller, "leg:"+alice)

	b.doc("/broken", "status 500")
	b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetAnnounceUrl(b.app.URL + "/broken") })
	b.hears(alice, "leg:"+caller)
	events := b.events("/events")
	if want := []string{"announcement-end", "announcement-end", "announcement-fail"}; !slices.Equal(events[len(events)-3:], want) {
		t.Errorf("the last events are %v, want %v", events, want)
	}
}

func TestLabelsAreUnique16025(t *testing.T) {
	b := newBench(t)
	b.join("alice", "room", `participantLabel="first"`)
	b.doc("/join/bob", joiner("room", `participantLabel="first"`)+`<Say>Not added.</Say>`)
	bob := b.agent("bob", "/join/bob")
	b.hears(bob, "speech:Not added.")
	b.expectWarning(16025)
	b.room("room", "init", "first")
}

func TestMalformedLabels(t *testing.T) {
	for _, label := range []string{"a/b", "a%2fb", "CA0123456789abcdef0123456789abcdef", strings.Repeat("x", 129)} {
		b := newBench(t)
		alice := b.join("alice", "room", `participantLabel="`+label+`"`)
		b.status(alice, "completed")
		b.expectWarning(16023)
		if len(b.Conferences()) != 0 {
			t.Errorf("label %q opened a room", label)
		}
	}
}

func TestMaxParticipants16020(t *testing.T) { // F094
	b := newBench(t)
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
		b := newBench(t)
		b.join("alice", "room", `statusCallback="/first" `+all)
		b.join("bob", "room", `statusCallback="/second" `+all)
		b.expectEvents("/first", "participant-join", "participant-join", "conference-start")
		b.expectEvents("/second")
	})
	t.Run("also if the first has none", func(t *testing.T) {
		b := newBench(t)
		b.join("alice", "room", ``)
		b.join("bob", "room", `statusCallback="/second" `+all)
		b.expectEvents("/second")
	})
	t.Run("the default is start and end", func(t *testing.T) {
		b := newBench(t)
		alice := b.join("alice", "room", `statusCallback="/first"`)
		bob := b.join("bob", "room", ``)
		b.must(b.Hangup(alice))
		b.must(b.Hangup(bob))
		b.expectEvents("/first", "conference-start", "conference-end")
	})
}

func TestConferenceEventParameters(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	b.must(b.Hangup(alice))
	b.must(b.Hangup(caller))
	got := b.got("/events")
	want := []map[string]string{
		{"StatusCallbackEvent": "participant-join", "CallSid": caller, "ParticipantLabel": "caller", "Hold": "false", "Muted": "false",
			"Coaching": "false", "StartConferenceOnEnter": "false", "EndConferenceOnExit": "true"},
		{"StatusCallbackEvent": "participant-join", "CallSid": alice, "ParticipantLabel": "alice"},
		{"StatusCallbackEvent": "conference-start", "CallSid": ""},
		{"StatusCallbackEvent": "participant-leave", "CallSid": alice, "ReasonParticipantLeft": "participant_hung_up", "ParticipantCallStatus": "completed"},
		{"StatusCallbackEvent": "participant-leave", "CallSid": caller, "ReasonParticipantLeft": "participant_hung_up"},
		{"StatusCallbackEvent": "conference-end", "ReasonConferenceEnded": "participant-with-end-conference-on-exit-left",
			"CallSidEndingConference": caller, "ParticipantLabelEndingConference": "caller"},
	}
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i, w := range want {
		w["FriendlyName"], w["AccountSid"], w["SequenceNumber"] = "room", testAccount, fmt.Sprint(i+1)
		w["ConferenceSid"] = b.sidOf("room")
		for name, value := range w {
			if got[i].form.Get(name) != value {
				t.Errorf("event %d: %s = %q, want %q", i+1, name, got[i].form.Get(name), value)
			}
		}
		if _, err := time.Parse(time.RFC1123Z, got[i].form.Get("Timestamp")); err != nil {
			t.Errorf("event %d: %v", i+1, err)
		}
	}
}

func TestHowRoomsEnd(t *testing.T) {
	kick := func(b *bench, who string) { b.must(b.api.DeleteParticipant(b.sidOf("room"), who, nil)) }
	for name, c := range map[string]struct {
		do     func(b *bench, caller, alice string)
		reason string
		left   string // of the other one
	}{
		"the caller hangs up":  {func(b *bench, caller, _ string) { b.must(b.Hangup(caller)) }, endedOwnerLeft, leftModerator},
		"the caller is lost":   {func(b *bench, caller, _ string) { b.must(b.Lose(caller)) }, endedOwnerLeft, leftModerator},
		"the caller is kicked": {func(b *bench, _, _ string) { kick(b, "caller") }, endedOwnerKicked, leftModerator},
		"the caller's call is ended by the API": {func(b *bench, caller, _ string) {
			p := &api.UpdateCallParams{}
			_, err := b.api.UpdateCall(caller, p.SetStatus("completed"))
			b.must(err)
		}, endedOwnerKicked, leftModerator},
		"by the API": {func(b *bench, _, _ string) {
			p := &api.UpdateConferenceParams{}
			_, err := b.api.UpdateConference(b.sidOf("room"), p.SetStatus("completed"))
			b.must(err)
		}, endedByAPI, leftEnded},
		"the last one leaves": {func(b *bench, caller, alice string) {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(false) })
			b.must(b.Hangup(caller))
			b.room("room", "in-progress", "alice")
			b.must(b.Hangup(alice))
		}, endedLastLeft, leftHungUp},
		"the last one is kicked": {func(b *bench, caller, _ string) {
			b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(false) })
			b.must(b.Hangup(caller))
			kick(b, "alice")
		}, endedLastKicked, leftByAPI},
	} {
		t.Run(name, func(t *testing.T) {
			b := classic(t)
			caller := b.dial()
			alice := b.agent("alice", "/alice")
			room := b.sidOf("room")
			c.do(b, caller, alice)
			r, err := b.api.FetchConference(room, nil)
			if err != nil {
				t.Fatal(err)
			}
			if *r.Status != "completed" || *r.ReasonConferenceEnded != c.reason {
				t.Errorf("the room is %s because %s, want %s", *r.Status, *r.ReasonConferenceEnded, c.reason)
			}
			if list, err := b.api.ListParticipant(room, nil); err != nil || len(list) != 0 {
				t.Errorf("the ended room lists %v, %v; want nobody", list, err)
			}
			if _, err := b.api.FetchParticipant(room, alice, nil); code(err) != 20404 {
				t.Errorf("fetching a participant of an ended room: %v, want 20404", err)
			}
			if _, err := b.api.UpdateParticipant(room, "alice", &api.UpdateParticipantParams{}); code(err) != 20404 {
				t.Errorf("updating a participant of an ended room: %v, want 20404", err)
			}
			left := ""
			for _, s := range b.got("/events") {
				if s.form.Get("StatusCallbackEvent") == "participant-leave" && s.form.Get("CallSid") == alice {
					left = s.form.Get("ReasonParticipantLeft")
				}
			}
			if left != c.left {
				t.Errorf("alice left because %q, want %q", left, c.left)
			}
		})
	}
}

func TestTheActionFollowsWhenTheRoomEndsUnderTheCaller(t *testing.T) {
	for name, end := range map[string]func(b *bench, alice string){
		"by the API": func(b *bench, _ string) {
			p := &api.UpdateConferenceParams{}
			_, err := b.api.UpdateConference(b.sidOf("room"), p.SetStatus("completed"))
			b.must(err)
		},
		"by another leg": func(b *bench, alice string) {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetEndConferenceOnExit(true) })
			b.must(b.Hangup(alice))
		},
		"by being kicked": func(b *bench, _ string) { b.must(b.api.DeleteParticipant(b.sidOf("room"), "caller", nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := classic(t)
			caller := b.dial()
			alice := b.agent("alice", "/alice")
			end(b, alice)
			b.status(caller, "in-progress")
			b.hears(caller, "speech:Goodbye.")
			got := b.got("/after")
			if len(got) != 1 || got[0].form.Get("DialCallStatus") != "answered" || got[0].form.Has("DialCallSid") {
				t.Errorf("the action got %+v, want DialCallStatus=answered alone", got)
			}
			b.pass(10 * time.Second)
			b.status(caller, "completed")
		})
	}
}

func TestTheActionIsToldWhenTheCallerHangsUp(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.must(b.Hangup(caller))
	got := b.got("/after")
	if len(got) != 1 || got[0].form.Get("CallStatus") != "completed" || got[0].form.Get("DialCallStatus") != "answered" {
		t.Errorf("the action got %+v, want CallStatus=completed", got)
	}
}

func TestANewRoomUnderAnOldName(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.agent("alice", "/alice")
	first := b.sidOf("room")
	b.must(b.Hangup(caller))
	second := b.dial()
	if b.sidOf("room") == first {
		t.Fatal("the second caller came into the ended room")
	}
	b.room("room", "init", "caller")
	b.hears(second, "speech:Please wait.")
	got := b.got("/events")
	if last := got[len(got)-1]; last.form.Get("SequenceNumber") != "1" || last.form.Get("ConferenceSid") == first {
		t.Errorf("the new room's first event is %v", last.form)
	}
	p := &api.ListConferenceParams{}
	for status, want := range map[string]int{"init": 1, "completed": 1, "in-progress": 0} {
		list, err := b.api.ListConference(p.SetFriendlyName("room").SetStatus(status))
		if err != nil || len(list) != want {
			t.Errorf("%d rooms %s (%v), want %d", len(list), status, err, want)
		}
	}
}

func TestDialTimeLimit(t *testing.T) { // F011
	b := newBench(t)
	b.doc("/voice", `<Dial timeLimit="60" action="/after"><Conference waitUrl="" endConferenceOnExit="true">room</Conference></Dial>`)
	b.doc("/after", `<Say>Too long.</Say>`)
	caller := b.dial()
	b.pass(59 * time.Second)
	b.hears(caller, "silence")
	b.pass(time.Second)
	b.hears(caller, "speech:Too long.")
	b.room("room", "completed")
}

func TestHangupOnStar(t *testing.T) {
	b := newBench(t)
	b.doc("/voice", `<Dial hangupOnStar="true"><Conference waitUrl="">room</Conference></Dial><Say>Out.</Say>`)
	caller := b.dial()
	b.must(b.DTMF(caller, "12"))
	b.hears(caller, "silence")
	b.must(b.DTMF(caller, "*"))
	b.hears(caller, "speech:Out.")
}
