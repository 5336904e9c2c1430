package main

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

// Own music plays turn by turn. What becomes of it is told by when the next turn is asked for.
func TestF292OwnMusicAndTheUsualOneAfterIt(t *testing.T) {
	own := settings.Music{ID: strings.Repeat("ab", 16), Pieces: 3, Millis: 10_000}
	s, w := serveLine(t, httpapitest.Keys, &settings.Values{Music: &own})
	id := w.DialIn()
	form := httpapitest.Form(t, "wait", "CallSid", string(id), "FriendlyName", string(id))
	// asks is one turn: the music in it, and what the address of the next says.
	asks := func(turn int, before twilio.Heard) (string, twilio.Heard) {
		t.Helper()
		address, _, _ := strings.Cut(httpapitest.Base.NextWait(id, turn, before), "#")
		a := s.Post(strings.TrimPrefix(address, string(httpapitest.Base)), form)
		allowed(t, a)
		next, _, _ := strings.Cut(a.TwiML(t).Find("Redirect").Text, "#")
		_, heard, err := twilio.ReadTurn(next[strings.LastIndex(next, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(a.TwiML(t).Find("Play").Text, "https://music.example/music"), heard
	}
	for _, test := range []struct {
		name string
		turn int
		late time.Duration // after it was due
		own  bool          // in the turn before
		skip int
		want string
		next int // turns for which own music is not tried
	}{
		{"it goes on", 4, 0, true, 0, own.Path(1), 0},
		{"it begins anew", 6, 0, true, 0, own.Path(0), 0},
		{"a little late", 4, 2 * time.Second, true, 0, own.Path(1), 0},
		{"the piece was refused", 4, -10 * time.Second, true, 0, "/04.wav", skipped - 1},
		{"its host did not answer", 4, 5 * time.Second, true, 0, "/04.wav", skipped - 1},
		{"meanwhile", 5, 0, false, 7, "/05.wav", 6},
		{"the last turn without", 5, 0, false, 1, "/05.wav", 0},
		{"tried again", 5, 0, false, 0, own.Path(2), 0},
		{"the usual music fails, too", 4, -12 * time.Second, false, 7, "", 6},
		// an address that cannot be read is turn one
		{"a number that nobody has written", 5, 0, false, 9999, own.Path(1), 0},
	} {
		got, next := asks(test.turn, twilio.Heard{Due: w.Now.Add(-test.late), Own: test.own, Skip: test.skip})
		if got != test.want || next.Skip != test.next || next.Own != strings.HasPrefix(got, "/own/") {
			t.Errorf("%s: %q, then %+v; want %q and %d", test.name, got, next, test.want, test.next)
		}
	}
}
