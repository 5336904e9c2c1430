package twiliosim

import (
	"net/http/httptest"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/journal"
)

func TestVerbs(t *testing.T) {
	type look struct {
		after  time.Duration
		hears  []string
		status string
	}
	for name, c := range map[string]struct {
		doc   string
		looks []look
	}{
		"nothing": {"", []look{{0, nil, "completed"}}},
		"Say, then the end": {"<Say>Hello.</Say>",
			[]look{{0, []string{"speech:Hello."}, "in-progress"}, {2 * time.Second, nil, "completed"}}},
		"Say twice": {`<Say loop="2">Hello.</Say>`,
			[]look{{time.Second, []string{"speech:Hello."}, "in-progress"}, {time.Second, nil, "completed"}}},
		"Play for ever": {`<Play loop="0">/a.wav</Play>`,
			[]look{{0, []string{"music"}, "in-progress"}, {time.Hour, []string{"music"}, "in-progress"}}},
		"Play a ringing tone": {`<Play>/ringback.wav</Play>`,
			[]look{{0, []string{"ringing"}, "in-progress"}, {10 * time.Second, nil, "completed"}}},
		"Play what is not there": {`<Play>/nothing</Play><Say>On.</Say>`,
			[]look{{0, []string{"speech:On."}, "in-progress"}}},
		"Pause": {`<Pause length="3"/>`,
			[]look{{2 * time.Second, []string{"silence"}, "in-progress"}, {time.Second, nil, "completed"}}},
		"Pause of nothing": {`<Pause length="0"/><Say>On.</Say>`,
			[]look{{0, []string{"speech:On."}, "in-progress"}}},
		"Redirect": {`<Redirect>/next</Redirect><Say>Never.</Say>`,
			[]look{{0, []string{"speech:Next."}, "in-progress"}}},
		"Hangup":                {`<Hangup/><Say>Never.</Say>`, []look{{0, nil, "completed"}}},
		"Reject":                {`<Reject/>`, []look{{0, nil, "busy"}}},
		"Reject as busy":        {`<Reject reason="busy"/>`, []look{{0, nil, "busy"}}},
		"Reject too late":       {`<Say>Hello.</Say><Reject/>`, []look{{2 * time.Second, nil, "completed"}}},
		"an unknown verb":       {`<Dance/><Say>On.</Say>`, []look{{0, []string{"speech:On."}, "in-progress"}}},
		"Dial nobody":           {`<Dial/><Say>On.</Say>`, []look{{0, []string{"speech:On."}, "in-progress"}}},
		"Dial without a number": {`<Dial>12</Dial><Say>On.</Say>`, []look{{0, []string{"speech:On."}, "in-progress"}}},
		"a room without a name": {`<Dial><Conference></Conference></Dial><Say>On.</Say>`,
			[]look{{0, []string{"speech:On."}, "in-progress"}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHarness(t)
			b.doc("/voice", c.doc)
			b.doc("/next", "<Say>Next.</Say>")
			sid := b.dial()
			for _, l := range c.looks {
				b.pass(l.after)
				b.status(sid, l.status)
				b.hears(sid, l.hears...)
			}
		})
	}
}

func TestGather(t *testing.T) {
	const doc = `<Gather numDigits="1" timeout="5" action="/choice"><Say>Press one to accept.</Say></Gather><Say>No answer.</Say>`
	prepare := func(t *testing.T) (*harness, string) {
		b := newHarness(t)
		b.doc("/voice", doc)
		b.doc("/choice", `<Say>Thank you.</Say>`)
		sid := b.dial()
		b.hears(sid, "speech:Press one to accept.")
		return b, sid
	}
	t.Run("a key during the prompt", func(t *testing.T) {
		b, sid := prepare(t)
		b.must(b.DTMF(sid, "1"))
		b.hears(sid, "speech:Thank you.")
		if got := b.got("/choice"); len(got) != 1 || got[0].form.Get("Digits") != "1" {
			t.Errorf("the action got %+v", got)
		}
	})
	t.Run("no key", func(t *testing.T) {
		b, sid := prepare(t)
		b.pass(4 * time.Second)
		b.hears(sid, "silence")
		b.pass(3 * time.Second)
		b.hears(sid, "speech:No answer.")
	})
	t.Run("ended by a key", func(t *testing.T) {
		b := newHarness(t)
		b.doc("/voice", `<Gather action="/choice"/>`)
		b.doc("/choice", `<Say>Thank you.</Say>`)
		sid := b.dial()
		b.must(b.DTMF(sid, "42"))
		b.hears(sid, "silence")
		b.must(b.DTMF(sid, "#"))
		b.hears(sid, "speech:Thank you.")
		if got := b.got("/choice"); got[0].form.Get("Digits") != "42" {
			t.Errorf("the action got %v", got[0].form)
		}
	})
}

// TestTheFallbackAnswers is F005 and F022 as far as the network is concerned.
func TestTheFallbackAnswers(t *testing.T) {
	for name, bad := range map[string]struct {
		doc  string
		code string
	}{
		"status 500": {"status 500", "11200"},
		"status 429": {"status 429", "11200"},
		"status 403": {"status 403", "11200"},
		"no XML":     {"<Say", "12100"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHarness(t)
			b.SetNumber(b.app.URL+"/voice", b.app.URL+"/fallback", "")
			b.doc("/voice", bad.doc)
			b.doc("/fallback", `<Say>One moment.</Say><Redirect>/voice</Redirect>`)
			sid := b.dial()
			b.hears(sid, "speech:One moment.")
			if form := b.got("/fallback")[0].form; form.Get("ErrorCode") != bad.code ||
				form.Get("ErrorUrl") != b.app.URL+"/voice" {
				t.Errorf("the fallback is told ErrorCode=%s ErrorUrl=%s", form.Get("ErrorCode"), form.Get("ErrorUrl"))
			}
			b.pass(1500 * time.Millisecond) // it fails again, and falls back again
			b.hears(sid, "speech:One moment.")
			b.doc("/voice", `<Say>Here we are.</Say>`)
			b.pass(time.Second)
			b.hears(sid, "speech:Here we are.")
		})
	}
	t.Run("of a call made by REST", func(t *testing.T) {
		b := newHarness(t)
		b.must(b.SetScripted("alice", true))
		b.doc("/bad", "status 500")
		b.doc("/fallback", `<Say>One moment.</Say>`)
		p := &api.CreateCallParams{}
		p.SetTo("client:alice").SetFrom(testNumber).SetUrl(b.app.URL + "/bad").
			SetFallbackUrl(b.app.URL + "/fallback").SetFallbackMethod("GET")
		call, err := b.api.CreateCall(p)
		b.must(err)
		b.must(b.Answer(*call.Sid, nil))
		b.hears(*call.Sid, "speech:One moment.")
		if b.got("/fallback")[0].method != "GET" {
			t.Error("the fallback was not asked by GET")
		}
	})
	t.Run("of the action", func(t *testing.T) {
		b := classic(t)
		b.SetNumber(b.app.URL+"/voice", b.app.URL+"/fallback", "")
		b.doc("/after", "status 500")
		b.doc("/fallback", `<Say>One moment.</Say>`)
		sid := b.dial()
		b.must(b.api.DeleteParticipant(b.sidOf("room"), "caller", nil))
		b.hears(sid, "speech:One moment.")
	})
}

func TestWithoutFallbackTheCallEndsWithAWord(t *testing.T) {
	for _, fallback := range []string{"", "/fallback"} {
		b := newHarness(t)
		if fallback != "" {
			fallback = b.app.URL + fallback
		}
		b.SetNumber(b.app.URL+"/voice", fallback, b.app.URL+"/ended")
		b.doc("/voice", "status 500")
		b.doc("/fallback", "status 500")
		sid := b.dial()
		b.hears(sid, "speech:"+exchange.Apology)
		b.pass(10 * time.Second)
		b.status(sid, "completed")
		b.expectEvents("/ended", "completed")
	}
}

// A call that is given another document while it lasts falls back on what that request
// names, and on nothing else: that it keeps what its number names is not documented. A
// document that comes with the request needs neither.
func TestAnUpdatedCallFallsBackOnWhatTheRequestNames(t *testing.T) {
	for name, c := range map[string]struct {
		change func(b *harness, p *api.UpdateCallParams)
		hears  string
	}{
		"a fallback": {func(b *harness, p *api.UpdateCallParams) {
			p.SetUrl(b.app.URL + "/bad").SetFallbackUrl(b.app.URL + "/own").SetFallbackMethod("GET")
		}, "speech:Its own."},
		"none": {func(b *harness, p *api.UpdateCallParams) { p.SetUrl(b.app.URL + "/bad") },
			"speech:" + exchange.Apology},
		"a document": {func(_ *harness,
			p *api.UpdateCallParams) {
			p.SetTwiml("<Response><Say>Goodbye.</Say></Response>")
		}, "speech:Goodbye."},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHarness(t)
			b.SetNumber(b.app.URL+"/voice", b.app.URL+"/fallback", "")
			b.doc("/voice", `<Play loop="0">/a.wav</Play>`)
			b.doc("/fallback", `<Say>The number's.</Say>`)
			b.doc("/own", `<Say>Its own.</Say>`)
			b.doc("/bad", "status 500")
			sid := b.dial()
			p := &api.UpdateCallParams{}
			c.change(b, p)
			_, err := b.api.UpdateCall(sid, p)
			b.must(err)
			b.hears(sid, c.hears)
			b.pass(10 * time.Second)
			b.status(sid, "completed")
		})
	}
}

const partiesDoc = `<Dial timeout="20" timeLimit="600" hangupOnStar="true" action="/after" callerId="` + testNumber + `">
	<Client url="/whisper"><Identity>alice</Identity><Parameter name="who" value="Jo &amp; Co"/></Client>
	<Number statusCallback="/number" statusCallbackEvent="ringing answered completed">+4930123456</Number></Dial>`

// parties has a caller whose Dial rings a client and a phone.
func parties(t *testing.T) (b *harness, caller, alice, phone string) {
	t.Helper()
	b = newHarness(t)
	b.doc("/voice", partiesDoc)
	b.doc("/after", `<Say>Over.</Say>`)
	b.doc("/whisper", `<Gather numDigits="1" action="/accept"><Say>Press one.</Say></Gather><Hangup/>`)
	b.doc("/accept", ``)
	b.must(b.SetScripted("alice", true))
	caller = b.dial()
	calls := b.Calls()
	if len(calls) != 3 {
		t.Fatalf("%d calls, want 3", len(calls))
	}
	return b, caller, calls[1].SID, calls[2].SID
}

func TestDialParties(t *testing.T) {
	t.Run("the first to answer gets it", func(t *testing.T) {
		b, caller, alice, phone := parties(t)
		b.hears(caller, "ringing")
		if p := b.Params(alice); p["who"] != "Jo & Co" {
			t.Errorf("alice is told %v", p)
		}
		b.must(b.Answer(phone, nil))
		b.hears(caller, "leg:"+phone)
		b.hears(phone, "leg:"+caller)
		b.status(alice, "canceled")
		b.pass(30 * time.Second)
		b.must(b.Hangup(phone))
		b.hears(caller, "speech:Over.")
		form := b.got("/after")[0].form
		if form.Get("DialCallStatus") != "completed" || form.Get("DialCallDuration") != "30" ||
			form.Get("DialCallSid") != phone || form.Get("DialBridged") != "true" {
			t.Errorf("the action got %v", form)
		}
		b.expectEvents("/number", "ringing", "in-progress", "completed")
	})
	t.Run("nobody answers", func(t *testing.T) {
		b, caller, _, _ := parties(t)
		b.pass(20 * time.Second)
		b.hears(caller, "speech:Over.")
		if s := b.got("/after")[0].form.Get("DialCallStatus"); s != "no-answer" {
			t.Errorf("DialCallStatus=%s", s)
		}
	})
	t.Run("both are busy", func(t *testing.T) {
		b, caller, alice, phone := parties(t)
		b.must(b.Busy(phone))
		b.hears(caller, "ringing")
		b.must(b.Reject(alice, nil))
		b.hears(caller, "speech:Over.")
		if s := b.got("/after")[0].form.Get("DialCallStatus"); s != "busy" {
			t.Errorf("DialCallStatus=%s", s)
		}
	})
}

func TestDialPartiesWhoAreAskedFirst(t *testing.T) {
	t.Run("press one to accept", func(t *testing.T) {
		b, caller, alice, phone := parties(t)
		b.must(b.Answer(alice, nil))
		b.hears(alice, "speech:Press one.")
		b.hears(caller, "ringing")
		b.must(b.DTMF(alice, "1"))
		b.hears(alice, "leg:"+caller)
		b.hears(caller, "leg:"+alice)
		b.status(phone, "canceled")
	})
	t.Run("press nothing", func(t *testing.T) {
		b, caller, alice, phone := parties(t)
		b.must(b.Busy(phone))
		b.must(b.Answer(alice, nil))
		b.pass(6 * time.Second)
		b.status(alice, "completed")
		b.hears(caller, "speech:Over.")
		if s := b.got("/after")[0].form.Get("DialCallStatus"); s != "no-answer" {
			t.Errorf("DialCallStatus=%s", s)
		}
	})
	t.Run("the caller hangs up", func(t *testing.T) {
		b, caller, alice, phone := parties(t)
		b.must(b.Hangup(caller))
		b.status(alice, "canceled")
		b.status(phone, "canceled")
	})
	t.Run("the caller is redirected while they talk", func(t *testing.T) {
		b, caller, _, phone := parties(t)
		b.must(b.Answer(phone, nil))
		p := &api.UpdateCallParams{}
		_, err := b.api.UpdateCall(caller, p.SetUrl(b.app.URL+"/after"))
		b.must(err)
		b.hears(caller, "speech:Over.")
		b.status(phone, "completed")
	})
	t.Run("the party is redirected while they talk", func(t *testing.T) {
		b, caller, _, phone := parties(t)
		b.must(b.Answer(phone, nil))
		p := &api.UpdateCallParams{}
		_, err := b.api.UpdateCall(phone, p.SetTwiml("<Response><Say>Elsewhere.</Say></Response>"))
		b.must(err)
		b.hears(caller, "speech:Over.")
		b.hears(phone, "speech:Elsewhere.")
	})
}

func TestDialPartiesEndedByTheCallersSide(t *testing.T) {
	for name, end := range map[string]func(b *harness, caller string){
		"by the star":       func(b *harness, caller string) { b.must(b.DTMF(caller, "*")) },
		"by the time limit": func(b *harness, _ string) { b.pass(10 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			b, caller, _, phone := parties(t)
			b.must(b.Answer(phone, nil))
			end(b, caller)
			b.status(phone, "completed")
			b.hears(caller, "speech:Over.")
			if s := b.got("/after")[0].form.Get("DialCallStatus"); s != "completed" {
				t.Errorf("DialCallStatus=%s", s)
			}
		})
	}
}

// TestAnApplicationThatIsNotThere: nobody listens at the voice URL, twice.
func TestAnApplicationThatIsNotThere(t *testing.T) {
	b := newHarness(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	b.SetNumber(gone.URL+"/voice", b.app.URL+"/fallback", "")
	b.doc("/fallback", `<Say>One moment.</Say>`)
	b.hears(b.dial(), "speech:One moment.")
	if code := b.got("/fallback")[0].form.Get("ErrorCode"); code != "11205" {
		t.Errorf("ErrorCode=%s, want 11205", code)
	}
	tries := 0
	for _, r := range b.Records(0) {
		if r.Kind == journal.KindWebhook && r.Event == "voice" {
			tries++
		}
	}
	if tries != 2 {
		t.Errorf("%d tries, want 2: a connect failure is tried once more", tries)
	}
	b.SetNumber("ftp://nowhere", "", "")
	b.hears(b.dial(), "speech:"+exchange.Apology)
	b.expectWarning(11100)
}

func TestAnswerOnBridge(t *testing.T) {
	b := newHarness(t)
	b.doc("/voice", `<Dial answerOnBridge="true"><Number>+4930123456</Number></Dial>`)
	caller := b.dial()
	b.status(caller, "ringing")
	b.hears(caller, "ringing")
	b.must(b.Answer(b.Calls()[1].SID, nil))
	b.status(caller, "in-progress")
}
