package twiliosim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	"pgregory.net/rapid"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/legs"
)

// TestRandomHistories lets people at telephones and an application at the API do what
// they like, and checks after each step what must always hold.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := classic(t)
		for i := range 3 {
			b.must(b.SetScripted(fmt.Sprint("agent", i), true))
		}
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			b.randomStep(r)
			b.settle()
			b.checkAlways(r)
		}
		b.ClearFaults()
		for _, v := range b.Calls() {
			if !v.Over() {
				_ = b.Hangup(v.SID) // one that is queued cannot
			}
		}
		b.pass(5 * time.Hour)
		for _, v := range b.Calls() {
			if !v.Over() {
				r.Errorf("%s is still %s", b.name(v.SID), v.Status)
			}
		}
		for _, room := range b.Conferences() {
			if room.Status != conference.Completed {
				r.Errorf("room %s is still %s with %v", room.Name, room.Status, room.Legs)
			}
		}
		b.checkSequences(r)
		b.Close()
	})
}

// randomStep does something; that it is refused is as good.
func (b *harness) randomStep(r *rapid.T) {
	calls := b.Calls()
	sid := "CA0"
	if len(calls) > 0 {
		sid = rapid.SampledFrom(calls).Draw(r, "leg").SID
	}
	room := ""
	if rooms := b.Conferences(); len(rooms) > 0 {
		room = rooms[len(rooms)-1].SID
	}
	flag := rapid.Bool().Draw(r, "flag")
	update := &api.UpdateParticipantParams{}
	agent := fmt.Sprint("client:agent", rapid.IntRange(0, 3).Draw(r, "agent"))
	steps := map[string]func(){
		"dial":   func() { b.dial() },
		"call":   func() { _, _ = b.api.CreateCall(callParams(agent).SetUrl(b.app.URL + "/alice")) },
		"invite": func() { _, _ = b.api.CreateParticipant("room", partParams(agent).SetEndConferenceOnExit(flag)) },
		"answer": func() { _ = b.Answer(sid, nil) },
		"accept": func() {
			for _, v := range calls {
				_ = b.Answer(v.SID, nil)
			}
		},
		"reject":   func() { _ = b.Reject(sid, nil) },
		"hang up":  func() { _ = b.Hangup(sid) },
		"lose":     func() { _ = b.Lose(sid) },
		"complete": func() { _ = b.endByAPI(sid, "completed") },
		"cancel":   func() { _ = b.endByAPI(sid, "canceled") },
		"redirect": func() {
			_, _ = b.api.UpdateCall(sid, (&api.UpdateCallParams{}).SetUrl(b.app.URL+"/bob"))
		},
		"hold": func() {
			_, _ = b.api.UpdateParticipant(room, sid, update.SetHold(flag).SetHoldUrl(b.app.URL+"/wait/1"))
		},
		"mute": func() { _, _ = b.api.UpdateParticipant(room, sid, update.SetMuted(flag)) },
		"ends": func() { _, _ = b.api.UpdateParticipant(room, sid, update.SetEndConferenceOnExit(flag)) },
		"kick": func() { _ = b.api.DeleteParticipant(room, sid, nil) },
		"end":  func() { _, _ = b.api.UpdateConference(room, (&api.UpdateConferenceParams{}).SetStatus("completed")) },
		"time": func() { b.pass(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second) },
	}
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	steps[rapid.SampledFrom(names).Draw(r, "step")]()
}

// checkAlways checks what holds at any time.
func (b *harness) checkAlways(r *rapid.T) {
	where := map[string]exchange.ParticipantView{}
	in := map[string]string{}
	for _, room := range b.Conferences() {
		if room.Status == conference.Completed && len(room.Legs) > 0 {
			r.Fatalf("an ended room holds %v", room.Legs)
		}
		for _, l := range room.Legs {
			if in[l.SID] != "" {
				r.Fatalf("%s is in two rooms", b.name(l.SID))
			}
			in[l.SID], where[l.SID] = room.SID, l
		}
	}
	for _, v := range b.Calls() {
		if v.Over() && (len(v.Hears) > 0 || in[v.SID] != "") {
			r.Fatalf("%s is over, hears %v, is in room %q", b.name(v.SID), v.Hears, in[v.SID])
		}
		if v.Status == legs.InProgress && len(v.Hears) == 0 {
			r.Fatalf("%s hears not even silence", b.name(v.SID))
		}
		for _, h := range v.Hears {
			other, ok := strings.CutPrefix(h, "leg:")
			if !ok {
				continue
			}
			o, _ := b.Call(other)
			if part := where[other]; o.Status != legs.InProgress || in[other] != in[v.SID] || part.Hold ||
				part.Muted || other == v.SID {
				r.Fatalf("%s hears %s, who is %s, held %v, muted %v", b.name(v.SID), b.name(other), o.Status,
					part.Hold, part.Muted)
			}
		}
		if v.Hold && slices.ContainsFunc(v.Hears, func(h string) bool { return strings.HasPrefix(h, "leg:") }) {
			r.Fatalf("%s is held and hears %v", b.name(v.SID), v.Hears)
		}
	}
}

// checkSequences: the events of each conference came in order and without a gap.
func (b *harness) checkSequences(r *rapid.T) {
	last := map[string]int{}
	for _, s := range b.got("/events") {
		room := s.form.Get("ConferenceSid")
		if n, err := strconv.Atoi(s.form.Get("SequenceNumber")); err != nil || n != last[room]+1 {
			r.Errorf("event %d of %s came after %d", n, room, last[room])
		} else {
			last[room] = n
		}
	}
}
