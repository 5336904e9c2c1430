package twiliosim

import (
	"slices"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/legs"
)

// consult has a caller on hold, alice in the room, and bob ringing by REST.
func consult(t *testing.T) (b *harness, caller, alice, bob string) {
	t.Helper()
	b = classic(t)
	caller = b.dial()
	alice = b.agent("alice", "/alice")
	b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetHold(true) })
	b.must(b.SetScripted("bob", true))
	p := partParams("client:bob?from=alice").SetLabel("bob").SetTimeout(20).
		SetStatusCallback(b.app.URL + "/leg").
		SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
	part, err := b.api.CreateParticipant(b.sidOf("room"), p)
	b.must(err)
	if *part.Status != "queued" || *part.Label != "bob" || *part.QueueTime != "0" {
		t.Errorf("created as %s %s, queue time %s", *part.Status, *part.Label, *part.QueueTime)
	}
	return b, caller, alice, *part.CallSid
}

func TestConsultByParticipant(t *testing.T) {
	b, caller, alice, bob := consult(t)
	b.hears(caller, "music")
	b.hears(alice, "ringing") // early media
	b.hears(bob)
	part, err := b.api.FetchParticipant(b.sidOf("room"), "bob", nil)
	b.must(err)
	if *part.Status != "ringing" || *part.CallSid != bob {
		t.Errorf("bob is %s", *part.Status)
	}
	b.must(b.Answer(bob, nil))
	b.hears(alice, "leg:"+bob)
	b.hears(bob, "leg:"+alice)
	b.hears(caller, "music")
	b.expectEvents("/leg", "initiated", "ringing", "in-progress")

	b.update("room", "caller", func(p *api.UpdateParticipantParams) { p.SetHold(false) })
	b.must(b.api.DeleteParticipant(b.sidOf("room"), "alice", nil))
	b.status(alice, "completed")
	b.hears(caller, "leg:"+bob)
	b.must(b.api.DeleteParticipant(b.sidOf("room"), "bob", nil))
	b.status(bob, "completed") // it has no document to fall back to
	b.hears(caller, "silence")
}

func TestParticipantThatDoesNotCome(t *testing.T) {
	for name, c := range map[string]struct {
		do     func(b *harness, bob string) error
		status string
	}{
		"no answer": {func(b *harness, _ string) error { b.pass(20 * time.Second); return nil }, "no-answer"},
		"declined":  {func(b *harness, bob string) error { return b.Reject(bob, nil) }, "busy"},
		"cancelled": {func(b *harness, bob string) error { return b.endByAPI(bob, "canceled") }, "canceled"},
		"removed": {func(b *harness, _ string) error { return b.api.DeleteParticipant(b.sidOf("room"), "bob", nil) },
			"canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			b, caller, alice, bob := consult(t)
			b.must(c.do(b, bob))
			b.status(bob, c.status)
			b.hears(alice, "silence")
			b.hears(caller, "music")
			b.room("room", "in-progress", "caller", "alice")
			got := b.got("/events")
			last := got[len(got)-1].form
			if last.Get("StatusCallbackEvent") != "participant-leave" ||
				last.Get("ReasonParticipantLeft") != legs.LeftAddFailed ||
				last.Get("ParticipantCallStatus") != c.status || last.Get("ParticipantLabel") != "bob" {
				t.Errorf("the last event is %v", last)
			}
			b.expectEvents("/leg", "initiated", "ringing", c.status)
		})
	}
}

func TestRingingStopsWhenTheRoomEnds(t *testing.T) {
	b, caller, alice, bob := consult(t)
	b.must(b.Hangup(caller))
	b.status(alice, "completed")
	b.status(bob, "canceled")
	b.room("room", "completed")
}

func TestCreateParticipantWhere(t *testing.T) {
	b := classic(t)
	b.must(b.SetScripted("bob", true))
	caller := b.dial()
	ended := b.sidOf("room")
	b.must(b.Hangup(caller))

	if _, err := b.api.CreateParticipant(ended, partParams("client:bob")); code(err) != 20404 {
		t.Errorf("by the SID of an ended room: %v, want 20404", err)
	}
	part, err := b.api.CreateParticipant("room", partParams("client:bob"))
	b.must(err)
	if *part.ConferenceSid == ended {
		t.Error("by name: came into the ended room")
	}
	b.must(b.Answer(*part.CallSid, nil))
	b.room("room", "init", "")
	b.hears(*part.CallSid, "music") // alone, with Twilio's own music

	second, err := b.api.CreateParticipant("room", partParams("client:carol"))
	b.must(err)
	if *second.ConferenceSid != *part.ConferenceSid {
		t.Error("by name: did not come into the live room")
	}
	b.status(*second.CallSid, "no-answer")
}

func TestCreateParticipantRefuses(t *testing.T) {
	b := classic(t)
	b.dial()
	for name, c := range map[string]struct {
		change func(p *api.CreateParticipantParams)
		code   int
	}{
		"label in use":     {func(p *api.CreateParticipantParams) { p.SetLabel("caller") }, 16026},
		"label with slash": {func(p *api.CreateParticipantParams) { p.SetLabel("a/b") }, 16024},
		"invalid number":   {func(p *api.CreateParticipantParams) { p.SetTo("12345") }, 13223},
		"not our number":   {func(p *api.CreateParticipantParams) { p.SetFrom("+4930123456") }, 21210},
		"bad callback":     {func(p *api.CreateParticipantParams) { p.SetConferenceStatusCallback("x") }, 21609},
		"bad wait URL":     {func(p *api.CreateParticipantParams) { p.SetWaitUrl("x") }, 21205},
		"coach of a nobody": {func(
			p *api.CreateParticipantParams) {
			p.SetCallSidToCoach("CA0123456789abcdef0123456789abcdef")
		}, 16028},
	} {
		p := partParams("client:bob")
		c.change(p)
		if _, err := b.api.CreateParticipant("room", p); code(err) != c.code {
			t.Errorf("%s: %v, want %d", name, err, c.code)
		}
	}
	b.room("room", "init", "caller")
	if _, err := b.api.UpdateParticipant(b.sidOf("room"), "caller", (&api.UpdateParticipantParams{}).
		SetHoldUrl("nowhere").SetHold(true)); code(err) != 20001 {
		t.Errorf("a bad HoldUrl: %v, want 20001", err)
	}
	if r := b.room("room", "init", "caller"); r.Legs[0].Hold {
		t.Error("a refused update held the caller")
	}
}

func TestListParticipants(t *testing.T) {
	b, caller, alice, bob := consult(t)
	for name, c := range map[string]struct {
		set  func(p *api.ListParticipantParams)
		want []string
	}{
		"all":      {func(*api.ListParticipantParams) {}, []string{caller, alice, bob}},
		"held":     {func(p *api.ListParticipantParams) { p.SetHold(true) }, []string{caller}},
		"not held": {func(p *api.ListParticipantParams) { p.SetHold(false) }, []string{alice, bob}},
		"muted":    {func(p *api.ListParticipantParams) { p.SetMuted(true) }, nil},
	} {
		p := &api.ListParticipantParams{}
		c.set(p)
		list, err := b.api.ListParticipant(b.sidOf("room"), p)
		b.must(err)
		var got []string
		for _, part := range list {
			got = append(got, *part.CallSid)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if _, err := b.api.ListParticipant("CF0123456789abcdef0123456789abcdef", nil); code(err) != 20404 {
		t.Errorf("of an unknown room: %v, want 20404", err)
	}
}

// TestTheFirstByRESTSettlesTheCallback: create order decides, not join order.
func TestTheFirstByRESTSettlesTheCallback(t *testing.T) {
	b := classic(t)
	b.must(b.SetScripted("bob", true))
	part, err := b.api.CreateParticipant("room", partParams("client:bob"))
	b.must(err)
	b.dial()
	b.must(b.Answer(*part.CallSid, nil))
	b.room("room", "in-progress", "", "caller")
	b.expectEvents("/events")
}
