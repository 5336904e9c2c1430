package scenario

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/voicemail"
)

// The ways of the soak's day besides waiting and talking: the question in the line, places that are kept, messages at
// night, calls back, and the calls that are handed over by one press.

// soakDay is how the soak's line is set by day; by night it is closed besides.
var soakDay = settings.Values{
	Question:  settings.Question{Ahead: 1, Every: 1, Keep: true},
	Voicemail: settings.Voicemail{Closed: true, LongestWait: true, NobodyOnline: true},
}

const (
	soakHour  = 4 * time.Minute  // each ends with a night
	soakNight = 40 * time.Second // longer than a function remembers the settings
)

// soakVoicemailFaults strike the requests about messages, which are fewer.
var soakVoicemailFaults = []faults.Rule{
	{Kind: "webhook", Match: faults.Match{Path: "^/voicemail"}, Do: "drop", Every: 20},
	{Kind: "webhook", Match: faults.Match{Path: "^/voicemail"}, Do: "double", Every: 21},
	{Kind: "webhook", Match: faults.Match{Path: "^/voicemail"}, Do: "fail", Every: 22},
}

// ways lets the soak's line ask, keep places, take messages and call back.
func ways(o *stack.Options) {
	o.Parameters = map[string]string{"AllowedCountries": "GB", "CallBack": "on", "NumbersPerHour": "1000"}
}

// number is whose phone rings; some are busy, out of service, or answered by a machine when they are called.
func (s *soak) number() string {
	if n := len(s.keepers); n > 0 && s.dice.IntN(8) == 0 {
		s.tally["a caller rings in again"]++
		return s.keepers[s.dice.IntN(n)]
	}
	from := fmt.Sprintf("+44207946%04d", len(s.callers)%10_000)
	does := []string{"ring", "ring", "ring", "ring", "ring", "ring", "busy", "fail", "pick-up"}[s.dice.IntN(9)]
	s.must(s.Network.SetOutside(from, does))
	return from
}

// dayOrNight closes the line and opens it again, in the middle of calls.
func (s *soak) dayOrNight() {
	dark := s.clock.Now().Sub(epoch)%soakHour >= soakHour-soakNight
	if dark == s.dark {
		return
	}
	s.dark = dark
	v := soakDay
	v.Emergency.Closed = dark
	s.sets(v)
}

// chooses lets a caller press a key in the question, or say something after the tone, or nothing.
func (s *soak) chooses(sid string) {
	sound, key := s.sound(sid), ""
	switch {
	case strings.HasPrefix(sound, "speech:To be called back") && s.dice.IntN(2) == 0:
		key = "2"
		if c, _ := s.Network.Call(sid); !slices.Contains(s.keepers, c.From) {
			s.keepers = append(s.keepers, c.From)
		}
		s.tally["a caller keeps the place"]++
	case strings.HasPrefix(sound, theQuestion) && s.dice.IntN(12) == 0:
		key = []string{"1", "7"}[s.dice.IntN(2)]
		s.tally["a caller presses "+key]++
	case sound == "recording" && s.dice.IntN(8) == 0:
		key = "#"
		s.tally["a caller leaves a message"]++
	}
	if key != "" {
		_ = s.Network.DTMF(sid, key)
		s.settle()
	}
}

// called lets those act who are called: they pick up, are busy, let it ring, hang up.
func (s *soak) called() {
	known := len(s.reached)
	s.pickedUp()
	for _, c := range s.calledLegs() {
		switch {
		case c.Status == "ringing" && s.dice.IntN(10) == 0:
			_ = s.Network.Answer(c.SID, nil)
		case c.Status == "ringing" && s.dice.IntN(60) == 0:
			_ = s.Network.Busy(c.SID)
		case c.Status == "in-progress" && slices.Contains(s.reached[:known], c.SID) && s.dice.IntN(90) == 0:
			s.hangs(c.SID)
		}
		s.settle()
	}
}

// calledLegs are the live legs to callers who are called.
func (s *soak) calledLegs() []exchange.CallView {
	return slices.DeleteFunc(s.Network.Live(), func(c exchange.CallView) bool {
		return c.Direction == "inbound" || !strings.HasPrefix(c.To, "+")
	})
}

// pickedUp notes who has picked up since it was asked last.
func (s *soak) pickedUp() {
	for _, c := range s.calledLegs() {
		if c.Status == "in-progress" && !slices.Contains(s.reached, c.SID) {
			s.reached = append(s.reached, c.SID)
			s.tally["a caller is called and picks up"]++
		}
	}
}

// A caller who picks up in the day's last second hangs up as the others do: nobody else would ever end that call.
func TestTheSoaksDayEndsForWhoHasJustPickedUp(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"in the last second", "after it"} {
		l, caller := rung(t)
		s := &soak{line: l, tally: map[string]int{}}
		if when == "after it" {
			l.clock.AfterFunc(30*time.Millisecond, func() { _ = l.Network.Answer(caller, nil) })
		} else {
			l.must(l.Network.Answer(caller, nil))
			l.settle()
		}
		s.drain()
		l.wantOver(caller)
		if agent := l.legTo("alice"); agent != "" {
			t.Errorf("picked up %s: alice's leg is alive", when)
		}
	}
}

// callsMessageBack lets an agent without a call call the caller of a message back, one of those that their page shows
// first.
func (s *soak) callsMessageBack(id string) {
	newest, _ := s.messages(id, "/messages")
	for _, m := range newest {
		if m.State != "new" || m.Caller == "" {
			continue
		}
		s.keys++
		body := map[string]string{"message": m.ID, "request": fmt.Sprintf("back-%d", s.keys)}
		if err := s.agent(id).Call(s.ctx, http.MethodPost, "/transfer/call-back", body, nil); err == nil {
			s.tally["a message is called back"]++
		}
		s.settle()
		return
	}
}

// everyMessage is all pages of the list of messages.
func (s *soak) everyMessage(id string) (all []message) {
	for path := "/messages"; path != ""; {
		var some []message
		some, path = s.messages(id, path)
		all = append(all, some...)
	}
	return all
}

// messages is one page of the list of messages, and the path of the next.
func (s *soak) messages(id, path string) (some []message, next string) {
	var page struct {
		Messages []message
		Cursor   string
	}
	s.must(s.agent(id).Call(s.ctx, http.MethodGet, path, nil, &page))
	if page.Cursor != "" {
		next = "/messages?cursor=" + url.QueryEscape(page.Cursor)
	}
	return page.Messages, next
}

// saidGoodbye says whether the last that a leg heard were words that end with goodbye.
func (s *soak) saidGoodbye(sid string) bool {
	for _, h := range slices.Backward(s.heard[sid]) {
		if len(h.words) == 1 && h.words[0] != "silence" {
			return strings.HasPrefix(h.words[0], "speech:") && strings.Contains(strings.ToLower(h.words[0]), "goodbye")
		}
	}
	return false
}

// reckonWays asserts what must have come of those ways: no message is lost, a place is over or kept, and a day that is
// long enough has seen all of them.
func (s *soak) reckonWays() {
	there := map[string]bool{}
	for _, m := range s.everyMessage(s.ids[0]) {
		there[m.ID] = true
	}
	for _, r := range s.recordings() {
		if r.Seconds() >= voicemail.Shortest && !there[r.SID] {
			s.t.Errorf("recording %s of %d s is in no list", r.SID, r.Seconds())
		}
	}
	for _, sid := range s.callers {
		c := s.conference(string(call.KeptID(call.ID(sid))))
		if c == nil {
			continue
		}
		s.tally["a place is over as "+string(c.Reason)]++
		for _, v := range servicetest.Violations(c) {
			s.t.Errorf("the place of %s: %s", sid, v)
		}
		if c.State != call.Ended && c.State != call.KeepsPlace {
			s.t.Errorf("the place of %s is %s after the day", sid, c.State)
		}
	}
	for _, way := range []string{
		"a caller keeps the place", "a caller presses 1", "a caller presses 7", "a caller leaves a message",
		"a caller rings in again", "a caller is called and picks up", "a message is called back",
		"an agent presses blind", "an agent presses requeue", "a place is over as " + string(call.ReasonCameBack),
	} {
		if s.wanted >= 300 && s.tally[way] == 0 {
			s.t.Errorf("never: %s", way)
		}
	}
	s.t.Logf("%v", s.tally)
}
