package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/twilio"
)

// without is a turn without music: words, then silence or a try of the music.
func without(id call.ID, piece string, next, failing int) string {
	sound := `<Pause length="5"></Pause>`
	if piece != "" {
		sound = `<Play>https://music.example/music/` + piece + `.wav</Play>`
	}
	return `<Say>` + holdTheLine + `</Say>` + sound + fmt.Sprintf(
		`<Redirect method="POST">%s/wait/%s/%d.%d#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500</Redirect>`, httpapitest.Base,
		id, next, failing)
}

// host is how long the music's host takes for a piece of that length.
var hosts = map[string]func(time.Duration) time.Duration{
	"503, 404, empty file": func(time.Duration) time.Duration { return 0 },
	"never":                func(time.Duration) time.Duration { return 15 * time.Second },
}

func TestF183WithoutMusicThereAreWordsEachTurnAndNoneIsShort(t *testing.T) {
	for name, host := range hosts {
		for _, who := range []string{"the caller", "an agent on hold"} {
			s, w := serve(t, httpapitest.Keys)
			id := w.DialIn()
			sid := string(id)
			if who != "the caller" {
				sid = "CA22222222222222222222222222222222"
			}
			form := httpapitest.Form(t, "wait", "CallSid", sid, "FriendlyName", string(id))
			next, turns, short, mute := "/wait/"+string(id)+"/1", 0, 0, 0
			for end := w.Now.Add(3 * time.Minute); w.Now.Before(end); turns++ {
				a := s.Post(next, form)
				allowed(t, a)
				doc := a.TwiML(t)
				lasts := twilio.Spoken(prompt.Plain(doc.Find("Say").Text))
				if doc.Find("Say").Name == "" {
					mute++
				}
				if doc.Find("Play").Name != "" {
					lasts += host(12 * time.Second)
				}
				if doc.Find("Pause").Name != "" {
					lasts += 5 * time.Second
				}
				if lasts < 5*time.Second {
					short++
				}
				w.Now = w.Now.Add(lasts)
				address, _, _ := strings.Cut(doc.Find("Redirect").Text, "#")
				next = strings.TrimPrefix(address, string(httpapitest.Base))
			}
			// Only in the first turn it cannot be known yet that the music fails.
			if mute > 1 || short > 1 || turns > 30 {
				t.Errorf("%s, %s: %d turns in three minutes, %d without words, %d shorter than five seconds", name, who,
					turns, mute, short)
			}
		}
	}
}

func TestF183MusicThatIsBackIsHeardAgain(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	form := httpapitest.Form(t, "wait", "CallSid", string(id), "FriendlyName", string(id))
	at := func(turn int, due time.Time, failing int) string {
		address, _, _ := strings.Cut(httpapitest.Base.NextWait(id, turn, twilio.Heard{Due: due, Failing: failing}), "#")
		return strings.TrimPrefix(address, string(httpapitest.Base))
	}
	for _, c := range []struct {
		late    time.Duration // after it was due
		failing int
		want    string
	}{
		{0, 0, music(id, "", "02", 3)},
		{2 * time.Second, 0, music(id, "", "02", 3)},
		{-3 * time.Second, 0, music(id, "", "02", 3)},
		{-12 * time.Second, 0, without(id, "", 3, 1)},
		{3 * time.Second, 0, without(id, "02", 3, 2)},
		{0, 1, without(id, "02", 3, 2)},
		{0, 2, music(id, "", "02", 3)},
		{-12 * time.Second, 2, without(id, "", 3, 3)},
		{3 * time.Second, 2, without(id, "", 3, 3)},
		{0, 3, without(id, "", 3, 4)},
		{0, 4, without(id, "02", 3, 5)},
	} {
		a := s.Post(at(2, w.Now.Add(-c.late), c.failing), form)
		a.Body = due.ReplaceAllString(a.Body, "$1")
		a.Is(t, c.want)
	}
}

// The length of the caller's turn is saved, so that it shows when the music has ended.
func TestF182EachTurnIsWrittenDownWithHowLongItLasts(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	for turn, lasts := range []time.Duration{
		8*time.Second + twilio.Spoken(prompt.Book{}.Say(prompt.Greeting)),
		12*time.Second + twilio.Spoken(prompt.Plain("You are number 10 in the line.")),
		12 * time.Second,
	} {
		ask(t, s, id, string(id), turn)
		if c := w.Call(id); !c.MusicAt.Equal(w.Now) || c.MusicEnds.Sub(w.Now) != lasts {
			t.Errorf("turn %d: music from %v until %v later, want %v", turn, c.MusicAt, c.MusicEnds.Sub(w.Now), lasts)
		}
		w.Now = w.Now.Add(lasts)
	}
}
