package twiliosim

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
)

// TestSoak is F176 as far as the network is concerned: many callers through many rooms,
// with one webhook and one REST call in twenty going wrong. In the end every leg that
// was opened is closed, and every room has ended and knows why.
func TestSoak(t *testing.T) {
	const callers = 300
	b := newHarness(t, func(c *Config) { c.Records = 100 })
	dice := rand.New(rand.NewPCG(1, 2))
	b.docFunc("/voice", func(form url.Values) string {
		return joinRoom(form.Get("CallSid"), "caller",
			`startConferenceOnEnter="false" endConferenceOnExit="true" waitUrl="/wait"`)
	})
	b.doc("/wait", `<Play>/music.wav</Play><Redirect/>`)
	b.doc("/agent", `<Say>Welcome.</Say>`)
	for i := range 20 {
		b.must(b.SetScripted(fmt.Sprint("agent", i), true))
	}
	actions := []string{faults.Drop, faults.Double, faults.Delay, faults.Reorder, faults.Fail, faults.FailAfter,
		faults.DropAfter, faults.Timeout}
	opened := 0
	for i := range callers {
		if i%20 == 0 {
			b.ClearFaults()
			b.fault(faults.Rule{Kind: "webhook", Do: actions[dice.IntN(len(actions))], Skip: dice.IntN(20), Times: 4})
			b.fault(faults.Rule{Kind: "rest",
				Do: []string{faults.Drop, faults.Fail, faults.Throttle, faults.FailAfter,
					faults.DropAfter}[dice.IntN(5)], Skip: dice.IntN(10), Times: 1})
		}
		caller := b.dial()
		opened++
		b.doc("/agent/"+caller, joinRoom(caller, "agent", ""))
		p := &api.CreateCallParams{}
		p.SetTo(fmt.Sprint("client:agent", i%20)).SetFrom(testNumber).SetUrl(b.app.URL + "/agent/" + caller)
		_, _ = b.api.CreateCall(p) // its failing is part of the game
		b.settle()
		for _, v := range b.liveCalls() {
			switch dice.IntN(12) {
			case 0:
				_ = b.Hangup(v.SID)
			case 1:
				_ = b.Lose(v.SID)
			case 2:
				_ = b.Reject(v.SID, nil)
			case 3:
				_ = b.endByAPI(v.SID, "completed")
			default:
				_ = b.Answer(v.SID, nil)
			}
		}
		b.pass(time.Duration(dice.IntN(40)) * time.Second)
	}
	b.ClearFaults()
	for _, v := range b.liveCalls() {
		_ = b.Hangup(v.SID)
	}
	b.pass(2 * time.Minute)
	if live := b.liveCalls(); len(live) != 0 {
		t.Errorf("%d legs are left: %+v", len(live), live)
	}
	calls, closed := b.Calls(), 0
	for _, v := range calls {
		if v.Over() {
			closed++
		}
	}
	if len(calls) < opened || closed != len(calls) {
		t.Errorf("%d of %d legs are closed, at least %d were opened", closed, len(calls), opened)
	}
	for _, r := range b.Conferences() {
		if r.Status != conference.Completed || r.Reason == "" || len(r.Legs) > 0 {
			t.Errorf("room %s is %s because %q with %v", r.Name, r.Status, r.Reason, r.Legs)
		}
	}
}

// joinRoom is a document that joins the caller's own room.
func joinRoom(caller, label, attrs string) string {
	return `<Dial>` + `<Conference beep="false" participantLabel="` + label + `" statusCallback="/events" ` +
		`statusCallbackEvent="start end join leave" ` + attrs + `>` + caller + `</Conference></Dial>`
}

func (b *harness) liveCalls() []exchange.CallView {
	var live []exchange.CallView
	for _, v := range b.Calls() {
		if !v.Over() {
			live = append(live, v)
		}
	}
	return live
}
