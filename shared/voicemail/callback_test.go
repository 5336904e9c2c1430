package voicemail_test

import (
	"errors"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
	"warmtransfer/shared/voicemail/voicemailtest"
)

const back = call.ID("OB1")

var (
	alice = service.Principal{ID: "alice", Name: "Alice"}
	bob   = service.Principal{ID: "bob", Name: "Bob"}
)

// borrowed is a message that alice takes for a call back, and what it was.
func borrowed(t *testing.T, was voicemail.Message) (*voicemail.Desk, *voicemailtest.Box) {
	t.Helper()
	d, box, _ := voicemailtest.Desk(30 * day)
	was.ID, was.Version, was.Due = rec, 1, night.Add(30*day)
	box.Messages[rec] = was
	box.Agents["alice"] = &agent.Agent{ID: "alice", HeartbeatAt: night}
	for range 2 { // the request is repeated
		m, err := d.TakeToCall(t.Context(), alice, rec, back, night)
		if err != nil || m.State != voicemail.Taken || m.By != "alice" || m.Version != 2 {
			t.Fatalf("%+v, %v", m, err)
		}
	}
	return d, box
}

// However the call back ends, and whatever is lost: who is not reached leaves the message as it was.
func TestF375AMessageThatWasCalledBackInVainIsAsItWas(t *testing.T) {
	ended := func(o call.Outcome) *call.Call { return &call.Call{State: call.Ended, Out: call.Outbound{Outcome: o}} }
	reached := func(machine bool) *call.Call {
		return &call.Call{State: call.Ended, Out: call.Outbound{SID: "CA2", Machine: machine}}
	}
	mine := voicemail.Message{State: voicemail.Taken, By: "alice", ByName: "Alice", Since: night.Add(-time.Hour)}
	done := voicemail.Message{State: voicemail.Done, By: "bob", ByName: "Bob", Since: night.Add(-time.Hour)}
	for name, test := range map[string]struct {
		call *call.Call
		vain bool
	}{
		"busy":       {ended(call.OutcomeBusy), true},
		"no answer":  {ended(call.OutcomeNoAnswer), true},
		"lost":       {ended(call.OutcomeLost), true},
		"a machine":  {reached(true), true},
		"not stored": {nil, true},
		"reached":    {reached(false), false},
		"rings":      {&call.Call{State: call.Calling}, false},
	} {
		for _, was := range []voicemail.Message{{State: voicemail.New}, mine, done} {
			for _, unsaved := range []bool{false, true} {
				d, box := borrowed(t, was)
				if test.call != nil {
					box.Calls[back] = test.call
				}
				if unsaved {
					box.FailNext["SaveVoiceMessage"] = 1
				}
				want := was
				if !test.vain {
					want.State, want.By = voicemail.Taken, "alice"
				}
				for range 2 {
					list, _, err := d.List(t.Context(), bob, "", night.Add(3*time.Minute))
					if err != nil || len(list) != 1 || list[0].State != want.State || list[0].By != want.By {
						t.Errorf("%s, it was %s: %+v, %v", name, was.State, list, err)
					}
				}
				over := test.call == nil || test.call.State == call.Ended
				if m := box.Messages[rec]; over != (m.Before == nil) || over && m.State != want.State {
					t.Errorf("%s, it was %s: stored as %+v", name, was.State, m)
				}
			}
		}
	}
}

// Nobody looks until the call back is not stored any more: whether its caller was reached is not known, and the message
// stays with who has called. Nor does one change that an older version has marked done meanwhile.
func TestF375WhoLooksLateChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		state voicemail.State
		after time.Duration
		call  *call.Call
	}{
		"days later":            {voicemail.Taken, 60 * time.Hour, nil},
		"done, the call failed": {voicemail.Done, time.Hour, &call.Call{State: call.Ended}},
	} {
		d, box := borrowed(t, voicemail.Message{State: voicemail.New})
		m := box.Messages[rec]
		if !m.Unattended() {
			t.Errorf("%s: not open while the caller is called", name)
		}
		m.State = test.state
		box.Messages[rec] = m
		if test.call != nil {
			box.Calls[back] = test.call
		}
		if _, _, err := d.List(t.Context(), bob, "", night.Add(test.after)); err != nil {
			t.Fatal(err)
		}
		if m := box.Messages[rec]; m.State != test.state || m.Before != nil || m.Unattended() {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// While the call back may still be stored the message is nobody else's; and what is done by hand stays so.
func TestF375AMessageStaysTakenWhileTheCallBackGoesOn(t *testing.T) {
	d, box := borrowed(t, voicemail.Message{State: voicemail.New})
	var taken *voicemail.TakenError
	if _, err := d.TakeToCall(t.Context(), bob, rec, "OB2", night.Add(time.Minute)); !errors.As(err, &taken) {
		t.Errorf("bob calls back, too: %v", err)
	}
	box.Calls[back] = &call.Call{State: call.Calling}
	if _, err := d.TakeToCall(t.Context(), alice, rec, "OB3", night.Add(time.Hour)); err != nil ||
		box.Messages[rec].Before.Call != back {
		t.Errorf("alice calls once more: %v, %+v", err, box.Messages[rec].Before)
	}
	d.TakeBack(t.Context(), alice, rec, "OB3", night.Add(time.Hour)) // which is refused
	if _, err := d.Act(t.Context(), bob, rec, voicemail.Take, night.Add(time.Hour)); !errors.As(err, &taken) {
		t.Errorf("bob takes it: %v", err)
	}
	m, err := d.Act(t.Context(), alice, rec, voicemail.Take, night.Add(time.Hour))
	if err != nil || m.Before != nil {
		t.Errorf("alice keeps it: %+v, %v", m, err)
	}
	box.Calls[back] = &call.Call{State: call.Ended, Out: call.Outbound{Outcome: call.OutcomeBusy}}
	if _, err := d.Act(t.Context(), bob, rec, voicemail.Take, night.Add(time.Hour)); !errors.As(err, &taken) {
		t.Errorf("what alice keeps by hand is bob's: %v", err)
	}
}

func TestF375ARefusedCallBackLeavesTheMessageAsItWas(t *testing.T) {
	d, box := borrowed(t, voicemail.Message{State: voicemail.New})
	d.TakeBack(t.Context(), alice, rec, back, night)
	if m := box.Messages[rec]; m.State != voicemail.New || m.By != "" || m.Before != nil {
		t.Errorf("%+v", m)
	}
}

// Who has taken a message is gone: anybody may take it, or call back, and the list says so.
func TestF375AMessageOfAnAgentWhoIsGone(t *testing.T) {
	for name, test := range map[string]struct {
		holder *agent.Agent
		taken  time.Duration // ago
		free   bool
	}{
		"offline for long":        {&agent.Agent{HeartbeatAt: night.Add(-4 * time.Hour)}, 5 * time.Hour, true},
		"online":                  {&agent.Agent{HeartbeatAt: night}, 5 * time.Hour, false},
		"offline since a moment":  {&agent.Agent{HeartbeatAt: night.Add(-time.Hour)}, 5 * time.Hour, false},
		"removed":                 {&agent.Agent{HeartbeatAt: night, Removed: night}, 5 * time.Hour, true},
		"never seen, taken today": {&agent.Agent{}, time.Hour, false},
		"cannot be read":          {nil, 5 * time.Hour, false},
	} {
		for _, do := range []func(d *voicemail.Desk) error{
			func(d *voicemail.Desk) error {
				_, err := d.Act(t.Context(), bob, rec, voicemail.Take, night)
				return err
			},
			func(d *voicemail.Desk) error {
				_, err := d.TakeToCall(t.Context(), bob, rec, back, night)
				return err
			},
		} {
			d, box, _ := voicemailtest.Desk(30 * day)
			box.Messages[rec] = voicemail.Message{
				ID: rec, Version: 1, State: voicemail.Taken, By: "alice", Since: night.Add(-test.taken),
				Due: night.Add(day),
			}
			if test.holder != nil {
				box.Agents["alice"] = test.holder
			}
			list, _, err := d.List(t.Context(), bob, "", night)
			if err != nil || len(list) != 1 || list[0].Left != test.free {
				t.Errorf("%s: %+v, %v", name, list, err)
			}
			if err := do(d); (err == nil) != test.free || test.free && box.Messages[rec].By != "bob" {
				t.Errorf("%s: %v, %+v", name, err, box.Messages[rec])
			}
		}
	}
}
