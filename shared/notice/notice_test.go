package notice_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/notice"
	"warmtransfer/shared/notice/noticetest"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service/servicetest"
)

var t0 = time.Date(2026, 11, 22, 10, 16, 49, 0, time.UTC)

// ended is a call of alice and bob that is over, which was handed over, to an outside party if outside.
func ended(from string, outside bool) *call.Call {
	c := servicetest.EndedCall(7, t0, from, "alice", "bob")
	c.Version = 31
	c.Transfer = &call.Transfer{
		Kind: call.KindConsult, By: "alice", ByName: "Alice", To: "bob", ToName: "Bob", Note: "secret", Leg: "k2",
		Began: t0.Add(-time.Minute), Ended: t0.Add(-time.Second), Outcome: call.OutcomeAnswered,
	}
	if outside {
		c.Transfer.To, c.Transfer.Number, c.Transfer.ToName = "", "+15550123", "+15550123"
	}
	return c
}

var everything = []call.News{call.NewsAnswered, call.NewsTransferred, call.NewsEnded}

func TestF235NoticesHaveTheirFormAndNumbersWithLeaveOnly(t *testing.T) {
	for _, from := range []string{"+15550199", "sip:ann@example.com", ""} {
		for _, numbers := range []bool{false, true} {
			may := notice.Leave{Stack: "s", Numbers: numbers}
			list := notice.Of(ended(from, true), append(everything, "later"), may)
			if len(list) != 3 {
				t.Fatalf("%d notices", len(list))
			}
			ids := map[string]bool{}
			for i, n := range list {
				raw, err := json.Marshal(n)
				if err != nil {
					t.Fatal(err)
				}
				if err := noticetest.Check(raw); err != nil {
					t.Errorf("%s: %v", raw, err)
				}
				ids[n.ID] = true
				text := string(raw)
				if strings.Contains(text, "secret") || strings.Contains(text, "Alice") {
					t.Errorf("a note or a name is in %s", text)
				}
				wantCaller := numbers && from != ""
				if got := from != "" && strings.Contains(text, from); got != wantCaller {
					t.Errorf("with leave %t: the caller's number in %s: %t", numbers, text, got)
				}
				wantOutside := numbers && i == 1
				if got := strings.Contains(text, "+15550123"); got != wantOutside {
					t.Errorf("with leave %t: the outside number in %s: %t", numbers, text, got)
				}
				if n.Caller.Withheld != (from == "") || n.Version != 31 || n.At.IsZero() {
					t.Errorf("%s", text)
				}
			}
			if len(ids) != 3 || !ids[string(ended(from, true).ID)+".ended"] {
				t.Errorf("ids %v", ids)
			}
		}
	}
}

func TestNoticesOfACallSayWhoHasIt(t *testing.T) {
	c := ended("+15550199", false)
	list := notice.Of(c, everything, notice.Leave{Stack: "s"})
	if a := list[0]; a.Agent != "alice" || a.Transfer != nil || a.End != nil {
		t.Errorf("answered: %+v", a)
	}
	if a := list[1].Transfer; a.By != "alice" || a.To != (notice.Target{Agent: "bob"}) || a.Kind != call.KindConsult ||
		!list[1].At.Equal(c.Transfer.Ended) {
		t.Errorf("transferred: %+v", a)
	}
	e := list[2].End
	if e.Outcome != record.Transferred || len(e.Agents) != 2 || e.Transfers != 1 || e.Answered.IsZero() {
		t.Errorf("ended: %+v", e)
	}
	// Given back to the line, and answered by bob, who owns the call now.
	c.Transfer.Kind, c.Transfer.To, c.Transfer.Outcome = call.KindQueue, "", call.OutcomeQueued
	c.Legs = []call.Leg{{Key: "k2", Agent: "bob"}}
	c.Owner = "k2"
	to := notice.Of(c, everything[1:2], notice.Leave{Stack: "s"})[0].Transfer.To
	if to != (notice.Target{Agent: "bob"}) {
		t.Errorf("to the line: %+v", to)
	}
}

// A form that lets anything pass shows nothing.
func TestTheFormRefusesWhatIsNoNotice(t *testing.T) {
	raw, err := json.Marshal(notice.Of(ended("", false), everything[:1], notice.Leave{Stack: "s"})[0])
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		`"schema":1`: `"schema":2`, `"event":"answered"`: `"event":"ended"`, `"agent":"alice"`: `"agent":"+15550199"`,
		`"stack":"s"`: `"stack":"s","more":1`,
	} {
		changed := strings.Replace(string(raw), from, to, 1)
		if changed == string(raw) || noticetest.Check([]byte(changed)) == nil {
			t.Errorf("passes: %s", changed)
		}
	}
}

// While two releases run, the older one saves a call again with the word of the newer one beside it.
func TestF234WhatAnOlderReleaseLeavesBesideACallIsToldOnce(t *testing.T) {
	c := ended("+15550199", false)
	first := notice.Of(c, everything, notice.Leave{Stack: "s"})
	c.Version += 3
	for i, n := range notice.Of(c, everything, notice.Leave{Stack: "s"}) {
		if n.ID != first[i].ID {
			t.Errorf("%s is told again as %s", first[i].ID, n.ID)
		}
	}
	c.Transfer.Began, c.Transfer.Outcome, c.Transfer.Ended = t0, "", time.Time{} // the next one is open
	if list := notice.Of(c, everything[1:2], notice.Leave{Stack: "s"}); len(list) != 0 {
		t.Errorf("an open transfer is told: %+v", list)
	}
	c.Legs = []call.Leg{{Key: "k1"}}
	if list := notice.Of(c, everything[2:], notice.Leave{Stack: "s"}); len(list) != 0 {
		t.Errorf("a call that goes on has ended: %+v", list)
	}
}

// A call ends, its caller comes back and is answered, and it ends anew: no two of its notices have one id.
func TestF288ACallThatEndsTwiceHasTwoIDs(t *testing.T) {
	c := ended("", false)
	ids := map[string]bool{}
	for n, want := range []string{"CA7.ended", "CA7.ended.1", "CA7.ended.2"} {
		c.ID, c.Return.Count = "CA7", n
		for _, told := range notice.Of(c, []call.News{call.NewsEnded}, notice.Leave{Stack: "s"}) {
			ids[told.ID] = true
			raw, err := json.Marshal(told)
			if err == nil {
				err = noticetest.Check(raw)
			}
			if err != nil || told.ID != want {
				t.Errorf("return %d: the id is %s, %v", n, told.ID, err)
			}
		}
	}
	if len(ids) != 3 {
		t.Errorf("the ids are %v", ids)
	}
}
