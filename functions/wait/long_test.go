package main

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

// held is a caller on hold, and a request for one of their turns: the music in its answer, whether words come before it,
// the number of the next turn, and what its address says.
func held(t *testing.T, set *settings.Values) (*servicetest.World, call.ID, func(who string, turn int,
	before twilio.Heard) (string, bool, int, twilio.Heard)) {
	s, w := serveLine(t, httpapitest.Keys, set, "alice", "bob")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", call.DoHold, "")
	w.Settle()
	return w, id, func(who string, turn int, before twilio.Heard) (string, bool, int, twilio.Heard) {
		t.Helper()
		to := "+15005550001"
		if who != string(id) {
			to = "client:alice"
		}
		form := httpapitest.Form(t, "wait", "CallSid", who, "To", to, "FriendlyName", string(id))
		address, _, _ := strings.Cut(httpapitest.Base.NextWait(id, turn, before), "#")
		a := s.Post(strings.TrimPrefix(address, string(httpapitest.Base)), form)
		allowed(t, a)
		doc := a.TwiML(t)
		next, _, _ := strings.Cut(doc.Find("Redirect").Text, "#")
		n, heard, err := twilio.ReadTurn(next[strings.LastIndex(next, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(doc.Find("Play").Text, "https://music.example/music"), doc.Find("Say").Name != "", n, heard
	}
}

// F382: on hold a turn has two pieces in one file, once it is known that music is heard. What becomes of it is told by
// when the next turn is asked for.
func TestF382LongTurnsOnHold(t *testing.T) {
	for _, test := range []struct {
		name   string
		turn   int
		before twilio.Heard
		late   time.Duration // after the turn before was due
		none   bool          // nothing is known of the turn before
		want   string
		words  bool
		next   int
	}{
		{name: "the first turn", turn: 2, none: true, want: "/02.wav", next: 3},
		{name: "music was heard", turn: 2, want: "/02-03.wav", next: 4},
		{name: "after another long one", turn: 4, before: twilio.Heard{Long: true}, want: "/04-05.wav", next: 6},
		{name: "the last piece and the first", turn: 10, want: "/10-01.wav", next: 12},
		{name: "begins anew", turn: 12, want: "/02-03.wav", next: 14},
		{name: "no file begins with it", turn: 3, want: "/03.wav", next: 4},
		{name: "refused", turn: 4, before: twilio.Heard{Long: true}, late: -24 * time.Second, want: "/04.wav", next: 5},
		{name: "its host does not answer", turn: 4, before: twilio.Heard{Long: true}, late: -9 * time.Second,
			words: true, next: 5},
		{name: "a short one was refused", turn: 4, late: -12 * time.Second, words: true, next: 5},
		{name: "tried again", turn: 4, before: twilio.Heard{Failing: 1}, words: true, want: "/04.wav", next: 5},
		{name: "long ones are not tried now", turn: 4, before: twilio.Heard{Skip: 7}, want: "/04.wav", next: 5},
	} {
		w, id, asks := held(t, &settings.Values{})
		if before := &test.before; !test.none {
			before.Due = w.Now.Add(-test.late)
		}
		music, words, next, heard := asks(string(id), test.turn, test.before)
		long := strings.Contains(test.want, "-")
		if music != test.want || words != test.words || next != test.next || heard.Long != long {
			t.Errorf("%s: %q, words %t, then %d, %+v", test.name, music, words, next, heard)
		}
		if c := w.Call(id); long && c.MusicEnds.Sub(w.Now) != 24*time.Second || !heard.Due.Equal(c.MusicEnds) {
			t.Errorf("%s: saved until %v later, the address says %v", test.name, c.MusicEnds.Sub(w.Now), heard.Due.Sub(w.Now))
		}
	}
}

// F382: a turn is short, and so a clock as it was, while an agent is rung or somebody is waited for, and in the queue;
// so is one of the line's own music, and one of which is not known whether it could be saved.
func TestF382WhereTurnsStayShort(t *testing.T) {
	for name, change := range map[string]func(w *servicetest.World, set *settings.Values){
		"an agent is rung": func(w *servicetest.World, _ *settings.Values) { w.MustPress("alice", call.DoConsult, "bob") },
		"in the queue":     func(w *servicetest.World, _ *settings.Values) { w.HangUp("alice"); w.Settle() },
		"the line's own music": func(_ *servicetest.World, set *settings.Values) {
			set.Music = &settings.Music{ID: "ab", Pieces: 2, Millis: 9000}
		},
		"the store is down": func(w *servicetest.World, _ *settings.Values) {
			w.Store.Every("Call", servicetest.Fault{Err: service.ErrUnavailable})
		},
	} {
		set := settings.Values{}
		w, id, asks := held(t, &set)
		change(w, &set)
		music, _, next, heard := asks(string(id), 2, twilio.Heard{Due: w.Now})
		if heard.Long || next != 3 || heard.Due.Sub(w.Now) > 15*time.Second {
			t.Errorf("%s: %q for %v, then turn %d", name, music, heard.Due.Sub(w.Now), next)
		}
	}
	w, _, asks := held(t, &settings.Values{})
	before := w.Store.Counts()
	if music, _, _, _ := asks("CA22222222222222222222222222222222", 2, twilio.Heard{Due: w.Now}); music != "/02-03.wav" {
		t.Errorf("an agent on hold hears %q", music)
	}
	sameCounts(t, before, w.Store.Counts())
}
