package twiliosim

import (
	"errors"
	"slices"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/legs"
)

func TestHold(t *testing.T) {
	b := classic(t)
	b.doc("/hold/0", `<Say>On hold.</Say><Redirect method="GET">/hold/1</Redirect>`)
	b.doc("/hold/1", `<Play>/music.wav</Play><Redirect method="GET">/hold/1</Redirect>`)
	caller := b.dial()
	alice := b.agent("alice", "/alice")
	bob := b.agent("bob", "/bob")

	p := b.update("room", caller, func(p *api.UpdateParticipantParams) {
		p.SetHold(true).
			SetHoldUrl(b.app.URL + "/hold/0")
	})
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
	b.hears(alice, "silence") // F095
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
		{"all", func() {}, []string{leg(alice), leg(bob)}, []string{leg(caller), leg(bob)},
			[]string{leg(caller), leg(alice)}},
		{"alice muted", func() {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) { p.SetMuted(true) })
		}, []string{leg(bob)}, []string{leg(caller), leg(bob)}, []string{leg(caller)}},
		{"alice coaches bob", func() {
			b.update("room", "alice", func(p *api.UpdateParticipantParams) {
				p.SetMuted(false).SetCoaching(true).
					SetCallSidToCoach(bob)
			})
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
	if err := b.Lose(alice); !errors.Is(err, legs.ErrGone) {
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
	if want := []string{"announcement-end", "announcement-end",
		"announcement-fail"}; !slices.Equal(events[len(events)-3:], want) {
		t.Errorf("the last events are %v, want %v", events, want)
	}
}

func TestModify(t *testing.T) {
	b := classic(t)
	caller := b.dial()
	b.doc("/other", `<Say>Another tune.</Say>`)
	b.update("room", caller, func(p *api.UpdateParticipantParams) {
		p.SetWaitUrl(b.app.URL + "/other").
			SetBeepOnExit(true)
	})
	b.hears(caller, "speech:Another tune.")
	b.update("room", caller, func(p *api.UpdateParticipantParams) {
		p.SetWaitUrl(b.app.URL + "/other").
			SetBeepOnExit(true)
	})
	b.expectEvents("/events", "participant-join", "participant-modify")
	for _, bad := range []*api.UpdateParticipantParams{
		(&api.UpdateParticipantParams{}).SetWaitUrl("x"), (&api.UpdateParticipantParams{}).SetAnnounceUrl("x"),
	} {
		if _, err := b.api.UpdateParticipant(b.sidOf("room"), caller, bad); code(err) != 20001 {
			t.Errorf("%+v: %v, want 20001", bad, err)
		}
	}
	nobody := (&api.UpdateParticipantParams{}).SetCallSidToCoach("CA0")
	if _, err := b.api.UpdateParticipant(b.sidOf("room"), caller, nobody); code(err) != 16028 {
		t.Errorf("coaching nobody: %v, want 16028", err)
	}
	self := (&api.UpdateParticipantParams{}).SetCoaching(true).SetCallSidToCoach(caller)
	b.update("room", caller, func(p *api.UpdateParticipantParams) { p.SetHold(true) })
	if _, err := b.api.UpdateParticipant(b.sidOf("room"), caller, self); code(err) != 16027 {
		t.Errorf("coaching who is on hold: %v, want 16027", err)
	}
	announce := (&api.UpdateConferenceParams{}).SetAnnounceUrl(b.app.URL + "/other")
	if _, err := b.api.UpdateConference(b.sidOf("room"), announce); code(err) != 16099 {
		t.Errorf("announcing to a room that has not started: %v, want 16099", err)
	}
}
