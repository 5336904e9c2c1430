package twiliosim

import (
	"net/http/httptest"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// callOutside calls an outside number by REST, which asks for a key.
func callOutside(b *harness, number string) string {
	b.t.Helper()
	b.doc("/ask", `<Gather numDigits="1" timeout="4" action="/accept"><Say>Press 1.</Say></Gather><Hangup/>`)
	b.doc("/accept", "<Say>Welcome.</Say>")
	call, err := b.api.CreateCall((&api.CreateCallParams{}).SetFrom(testNumber).SetTo(number).
		SetUrl(b.app.URL + "/ask").SetTimeout(20))
	b.must(err)
	b.settle()
	return *call.Sid
}

func TestOutsideTelephones(t *testing.T) {
	const number, other = "+442079460123", "+442079460124"
	for does, want := range map[string]string{"ring": "ringing", "busy": "busy", "fail": "failed",
		"pick-up": "in-progress"} {
		for _, set := range []string{number, "*"} {
			b := newHarness(t)
			b.must(b.SetOutside(set, does))
			b.status(callOutside(b, number), want)
			if set == number {
				b.status(callOutside(b, other), "ringing")
			}
		}
	}
}

func TestAMachineIsAskedAndPressesNoKey(t *testing.T) {
	b := newHarness(t)
	b.must(b.SetOutside("*", "pick-up"))
	sid := callOutside(b, "+442079460123")
	b.hears(sid, "speech:Press 1.")
	b.pass(20 * time.Second)
	b.status(sid, "completed")
	if n := len(b.got("/accept")); n != 0 {
		t.Errorf("the key's address was asked %d times", n)
	}
}

func TestAPersonOutsidePressesAKey(t *testing.T) {
	b := newHarness(t)
	sid := callOutside(b, "+442079460123")
	b.must(b.Answer(sid, nil))
	b.settle()
	b.must(b.DTMF(sid, "1"))
	b.settle()
	b.hears(sid, "speech:Welcome.")
	if got := b.got("/accept"); len(got) != 1 || got[0].form.Get("Digits") != "1" {
		t.Errorf("the key's address got %v", got)
	}
}

func TestControlNumbers(t *testing.T) {
	b := newHarness(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	b.control(s, "POST", "/control/numbers", `{"number":"+442079460123","does":"busy"}`, 204, nil)
	b.status(callOutside(b, "+442079460123"), "busy")
	for _, bad := range []string{
		`{"number":"12","does":"busy"}`, `{"number":"*","does":"sing"}`, `{"number":"*"}`,
		`{"number":"*","does":"ring","more":1}`, `[`,
	} {
		b.control(s, "POST", "/control/numbers", bad, 400, nil)
	}
}
