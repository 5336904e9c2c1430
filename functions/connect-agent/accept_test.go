package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// outside is a world in which alice has dialled an outside number, which rings.
type outside struct {
	*httpapitest.Site
	t    *testing.T
	w    *servicetest.World
	id   call.ID
	leg  call.Leg
	path string
}

func dialOutside(t *testing.T, how call.Action) *outside {
	t.Helper()
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", how, servicetest.Outside)
	w.Settle()
	return &outside{Site: s, t: t, w: w, id: id, leg: w.Call(id).Legs[1], path: path(w, id, 1)}
}

func (o *outside) form(file string, pairs ...string) url.Values {
	return httpapitest.Form(o.t, file,
		append([]string{"CallSid", string(o.leg.SID), "To", servicetest.Outside}, pairs...)...)
}

// pickedUp is the webhook after a person or a machine has answered.
func (o *outside) pickedUp() httpapitest.Answer {
	o.t.Helper()
	return o.Post(o.path, o.form("connect"))
}

func (o *outside) presses(digits string) httpapitest.Answer {
	o.t.Helper()
	return o.Post(o.path+"/accept", o.form("accept", "Digits", digits))
}

// is asserts the state of the call, and the outcome that alice's page shows.
func (o *outside) is(state call.State, outcome call.Outcome) {
	o.t.Helper()
	c := o.w.Call(o.id)
	if c.State != state || c.Transfer.Outcome != outcome {
		o.t.Errorf("the call is %s with outcome %q, want %s with %q", c.State, c.Transfer.Outcome, state, outcome)
	}
	o.w.Check()
}

// ask is the question to whoever has answered: six times, within 43 s.
func ask(path string) string {
	const words = `<Say>A caller is being transferred to you. Press 1 to accept.</Say>`
	const pause = `<Pause length="3"></Pause>`
	return `<Gather input="dtmf" numDigits="1" timeout="6" method="POST" action="` + string(httpapitest.Base) + path +
		`/accept">` +
		strings.Repeat(words+pause, 5) + words + `</Gather><Hangup></Hangup>`
}

const byeDoc = `<Say>Goodbye.</Say><Hangup></Hangup>`

func TestAnOutsidePartyIsAskedAndComesInByAKey(t *testing.T) {
	for how, want := range map[call.Action]struct {
		state call.State
		ends  string
	}{call.DoConsult: {call.Consulting, "false"}, call.DoAdd: {call.ThreeWay, "true"}} {
		o := dialOutside(t, how)
		for range 2 { // F097: the same answer
			o.pickedUp().Is(t, ask(o.path))
		}
		if p := o.w.Me("alice").Call.Transfer.Progress; p != "asked" {
			t.Errorf("%s: progress %q", how, p)
		}
		for range 2 {
			o.presses("1").Is(t, room(o.id, o.leg.Key, want.ends))
			o.is(want.state, "")
		}
		o.pickedUp().Is(t, room(o.id, o.leg.Key, want.ends)) // the first request arrives after the second
	}
}

func TestF061AnyOtherKeyDeclines(t *testing.T) {
	for _, digits := range []string{"2", "0", "*", "", "11", "-", "١"} {
		o := dialOutside(t, call.DoConsult)
		o.pickedUp()
		for range 2 {
			o.presses(digits).Is(t, byeDoc)
			o.is(call.Talking, call.OutcomeDeclined)
		}
		o.presses("1").Is(t, overDoc) // too late
		o.is(call.Talking, call.OutcomeDeclined)
	}
}

func TestAKeyOfAnotherLegOpensNothing(t *testing.T) {
	o := dialOutside(t, call.DoConsult)
	o.pickedUp()
	o.leg.SID = "CA77777777777777777777777777777777"
	o.presses("1").Is(t, overDoc)
	o.presses("2").Is(t, byeDoc)
	o.is(call.ConsultRinging, "")
}

// The request after the answer was lost: the key proves that somebody has answered.
func TestF097AKeyBeforeTheQuestionIsKnown(t *testing.T) {
	o := dialOutside(t, call.DoConsult)
	o.presses("1").Is(t, room(o.id, o.leg.Key, "false"))
	o.is(call.Consulting, "")
}

func TestF004TheCallerLeavesWhileAnOutsidePartyIsAsked(t *testing.T) {
	o := dialOutside(t, call.DoConsult)
	o.pickedUp()
	o.w.CallerHangsUp(o.id)
	o.w.Settle()
	o.presses("1").Is(t, overDoc)
	o.pickedUp().Is(t, overDoc)
	o.is(call.Ended, call.OutcomeCallerLeft)
}

func TestF065TheTransferorCancelsAsTheKeyIsPressed(t *testing.T) {
	o := dialOutside(t, call.DoConsult)
	o.pickedUp()
	o.w.MustPress("alice", call.DoCancel, "")
	o.presses("1").Is(t, overDoc)
	o.is(call.Talking, call.OutcomeCancelled)
}

func TestF059AKeyAfterTheTimeIsUp(t *testing.T) {
	o := dialOutside(t, call.DoConsult)
	o.pickedUp()
	o.w.Pass(60 * time.Second)
	o.presses("1").Is(t, overDoc)
	o.is(call.Talking, call.OutcomeNoAnswer)
}

// If the key could not be saved, the question is asked once more, and the caller is not given up.
func TestF022StoreDownWhenTheKeyIsPressed(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall"} {
		for _, took := range []bool{false, true} {
			o := dialOutside(t, call.DoConsult)
			o.pickedUp()
			o.w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			o.presses("1").Is(t, wait(o.path+"/1"))
			again := ask(o.path)
			if op == "SaveCall" && took { // accepted, and saved
				again = room(o.id, o.leg.Key, "false")
			}
			o.Post(o.path+"/1", o.form("connect")).Is(t, again)
			o.presses("1").Is(t, room(o.id, o.leg.Key, "false"))
			o.is(call.Consulting, "")
		}
	}
}
