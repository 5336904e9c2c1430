package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/switchboard/switchboardtest"
	"warmtransfer/shared/web/webtest"
)

// outside is a world in which alice has dialled an outside number, which rings.
type outside struct {
	*webtest.Site
	t    *testing.T
	w    *switchboardtest.World
	id   conference.ID
	leg  conference.Leg
	path string
}

func dialOutside(t *testing.T, how conference.Action) *outside {
	t.Helper()
	s, w, id, _ := ring(t)
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", how, switchboardtest.Outside)
	w.Settle()
	return &outside{Site: s, t: t, w: w, id: id, leg: w.Conference(id).Legs[1], path: path(w, id, 1)}
}

func (o *outside) form(file string, pairs ...string) url.Values {
	return webtest.Form(o.t, file, append([]string{"CallSid", string(o.leg.SID), "To", switchboardtest.Outside}, pairs...)...)
}

// pickedUp is the webhook after a person or a machine has answered.
func (o *outside) pickedUp() webtest.Answer {
	o.t.Helper()
	return o.Post(o.path, o.form("connect"))
}

func (o *outside) presses(digits string) webtest.Answer {
	o.t.Helper()
	return o.Post(o.path+"/accept", o.form("accept", "Digits", digits))
}

// is asserts the state of the call, and the outcome that alice's page shows.
func (o *outside) is(state conference.State, outcome conference.Outcome) {
	o.t.Helper()
	c := o.w.Conference(o.id)
	if c.State != state || c.Transfer.Outcome != outcome {
		o.t.Errorf("the call is %s with outcome %q, want %s with %q", c.State, c.Transfer.Outcome, state, outcome)
	}
	o.w.Check()
}

// ask is the question to whoever has answered: six times, within 43 s.
func ask(path string) string {
	const words = `<Say>A caller is being transferred to you. Press 1 to accept.</Say>`
	const pause = `<Pause length="3"></Pause>`
	return `<Gather input="dtmf" numDigits="1" timeout="6" method="POST" action="` + string(webtest.Base) + path + `/accept">` +
		strings.Repeat(words+pause, 5) + words + `</Gather><Hangup></Hangup>`
}

const byeDoc = `<Say>Goodbye.</Say><Hangup></Hangup>`

func TestAnOutsidePartyIsAskedAndComesInByAKey(t *testing.T) {
	for how, want := range map[conference.Action]struct {
		state conference.State
		ends  string
	}{conference.DoConsult: {conference.Consulting, "false"}, conference.DoAdd: {conference.ThreeWay, "true"}} {
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
		o := dialOutside(t, conference.DoConsult)
		o.pickedUp()
		for range 2 {
			o.presses(digits).Is(t, byeDoc)
			o.is(conference.Talking, conference.OutcomeDeclined)
		}
		o.presses("1").Is(t, overDoc) // too late
		o.is(conference.Talking, conference.OutcomeDeclined)
	}
}

func TestAKeyOfAnotherLegOpensNothing(t *testing.T) {
	o := dialOutside(t, conference.DoConsult)
	o.pickedUp()
	o.leg.SID = "CA77777777777777777777777777777777"
	o.presses("1").Is(t, overDoc)
	o.presses("2").Is(t, byeDoc)
	o.is(conference.ConsultRinging, "")
}

// The request after the answer was lost: the key proves that somebody has answered.
func TestF097AKeyBeforeTheQuestionIsKnown(t *testing.T) {
	o := dialOutside(t, conference.DoConsult)
	o.presses("1").Is(t, room(o.id, o.leg.Key, "false"))
	o.is(conference.Consulting, "")
}

func TestF004TheCallerLeavesWhileAnOutsidePartyIsAsked(t *testing.T) {
	o := dialOutside(t, conference.DoConsult)
	o.pickedUp()
	o.w.CallerHangsUp(o.id)
	o.w.Settle()
	o.presses("1").Is(t, overDoc)
	o.pickedUp().Is(t, overDoc)
	o.is(conference.Ended, conference.OutcomeCallerLeft)
}

func TestF065TheTransferorCancelsAsTheKeyIsPressed(t *testing.T) {
	o := dialOutside(t, conference.DoConsult)
	o.pickedUp()
	o.w.MustPress("alice", conference.DoCancel, "")
	o.presses("1").Is(t, overDoc)
	o.is(conference.Talking, conference.OutcomeCancelled)
}

func TestF059AKeyAfterTheTimeIsUp(t *testing.T) {
	o := dialOutside(t, conference.DoConsult)
	o.pickedUp()
	o.w.Pass(60 * time.Second)
	o.presses("1").Is(t, overDoc)
	o.is(conference.Talking, conference.OutcomeNoAnswer)
}

// If the key could not be saved, the question is asked once more, and the caller is not given up.
func TestF022StoreDownWhenTheKeyIsPressed(t *testing.T) {
	for _, op := range []string{"Conference", "SaveConference"} {
		for _, took := range []bool{false, true} {
			o := dialOutside(t, conference.DoConsult)
			o.pickedUp()
			o.w.Store.Next(op, switchboardtest.Fault{Err: switchboard.ErrUnavailable, Took: took})
			o.presses("1").Is(t, wait(o.path+"/1"))
			again := ask(o.path)
			if op == "SaveConference" && took { // accepted, and saved
				again = room(o.id, o.leg.Key, "false")
			}
			o.Post(o.path+"/1", o.form("connect")).Is(t, again)
			o.presses("1").Is(t, room(o.id, o.leg.Key, "false"))
			o.is(conference.Consulting, "")
		}
	}
}
