package twilio_test

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/twilio"
)

// The longest question ends, in each language, before it counts as over: an own greeting of the most letters, every
// choice, the second in which a key may follow, and the way into the conference.
func TestF297TheLongestQuestionIsNotCutOff(t *testing.T) {
	const keyTime, way = time.Second, 3 * time.Second
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	own := map[prompt.Key]string{prompt.Greeting: strings.Repeat("greeting ", 18)[:160]}
	for _, language := range prompt.Languages() {
		for _, greeting := range []map[prompt.Key]string{nil, own} {
			book := prompt.Book{Language: language, Own: greeting}
			words := twilio.GreetingWords(book, twilio.QuestionWords(book, true))
			lasts := twilio.Spoken(words) + keyTime + way
			c := call.New("CA1", "+15550199", true, now)
			c.Asking(now).ApplyArrival()
			if at := now.Add(lasts); !c.Asking(at).Is() || c.Hearing(at).MusicStopped() {
				t.Errorf("%s: the question lasts %v, with an own greeting: %t", language, lasts, greeting != nil)
			}
		}
	}
}
