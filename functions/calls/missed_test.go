package main

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// givesUp is a caller who hangs up while nobody is rung.
func (s suite) givesUp() call.ID {
	s.Site.T.Helper()
	id, _ := s.Dial()
	s.Settle()
	s.World.Now = s.World.Now.Add(30 * time.Second)
	s.CallerHangsUp(id)
	s.Settle()
	s.World.Now = s.World.Now.Add(time.Minute)
	return id
}

func (s suite) missed(name string) archive.Page {
	s.Site.T.Helper()
	return read[archive.Page](s, s.ask(name, "POST", "/calls/search", `{"missed":true}`))
}

// Whom nobody has answered everybody sees; all other calls are seen by who was in them.
func TestF370ACallerWhoGivesUpIsInEverybodysListOfMissedCalls(t *testing.T) {
	s := serve(t, "alice", "bob")
	s.handedOver()
	for _, name := range []agent.ID{"alice", "bob"} {
		s.Choose(name, agent.Away)
	}
	if r := read[rules](s, s.ask("alice", "GET", "/calls/rules", "")); !r.Missed {
		t.Errorf("the rules are %+v", r)
	}
	first, second := s.givesUp(), s.givesUp()
	waits, _ := s.Dial()
	s.Settle()
	for _, name := range []string{"alice", "carol", "erin"} {
		p := s.missed(name)
		if !slices.Equal(calls(p), []call.ID{second, first}) || !p.Calls[0].Missed || p.Calls[0].Later != nil {
			t.Errorf("%s sees %+v, want %s and %s", name, p.Calls, second, first)
		}
		if p.Calls[0].Caller == "" {
			t.Errorf("%s sees no number", name)
		}
	}
	if p := read[archive.Page](s, s.ask("carol", "POST", "/calls/search", `{}`)); len(p.Calls) != 0 {
		t.Errorf("as their own, carol sees %+v", p.Calls)
	}
	p := read[archive.Page](s, s.ask("carol", "POST", "/calls/search", `{"missed":true,"limit":1}`))
	next := read[archive.Page](s, s.ask("carol", "POST", "/calls/search",
		`{"missed":true,"limit":1,"cursor":"`+p.Next+`"}`))
	if !slices.Equal(append(calls(p), calls(next)...), []call.ID{second, first}) {
		t.Errorf("page by page: %+v, %+v", p, next)
	}
	note := "/calls/" + string(first) + "/note"
	read[record.Note](s, s.ask("carol", "PUT", note, `{"note":"rang twice, nobody there"}`))
	s.Problem(s.ask("carol", "GET", "/calls/"+string(first)+"/caller", ""), 404, "no-record")
	s.Problem(s.ask("carol", "PUT", "/calls/"+string(waits)+"/note", `{"note":"x"}`), 404, "no-record")
	if p := s.missed("alice"); len(p.Calls[1].Notes) != 1 {
		t.Errorf("without the note: %+v", p.Calls[1])
	}
	for _, op := range []string{"Places", "Records"} {
		s.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable})
		s.Problem(s.ask("alice", "POST", "/calls/search", `{"missed":true}`), 503, "unavailable")
		s.Store.Heal()
	}
}

// A missed call is open until somebody has talked to the caller: after an attempt that has reached nobody, too.
func TestF370WhatHasBecomeOfAMissedCall(t *testing.T) {
	s := serve(t, "alice", "bob")
	for _, name := range []agent.ID{"alice", "bob"} {
		s.Choose(name, agent.Away)
	}
	missed := s.givesUp()
	number := s.Call(missed).From
	back := func(n int, o call.Outcome) {
		t.Helper()
		c := servicetest.EndedCall(n, s.World.Now, number)
		c.Out = call.Outbound{
			Number: number, By: "bob", ByName: "Bob", Of: string(missed), Outcome: o, Machine: o == call.OutcomeMachine,
		}
		if o == call.OutcomeAnswered || o == call.OutcomeMachine {
			c.Out.SID, c.Out.Answered, c.Out.Outcome = "CAcaller", s.World.Now.Add(-30*time.Second), ""
		}
		if err := s.Store.SaveCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s.World.Now = s.World.Now.Add(time.Minute)
	}
	for i, o := range []call.Outcome{
		call.OutcomeBusy, call.OutcomeNoAnswer, call.OutcomeMachine, call.OutcomeAnswered, call.OutcomeBusy,
	} {
		back(100+i, o)
		want := o
		if i == 4 {
			want = call.OutcomeAnswered // what comes after it does not open it again
		}
		p := s.missed("alice")
		if len(p.Calls) != 1 || p.Calls[0].Later == nil || p.Calls[0].Later.Outcome != want ||
			p.Calls[0].Later.By.Name != "Bob" || !p.Calls[0].Later.Back {
			t.Errorf("after %s: %+v", o, p.Calls)
		}
	}
	again := s.givesUp()
	s.Choose("alice", agent.Available)
	id, _ := s.Dial()
	s.Settle()
	s.Answer("alice")
	s.Settle()
	s.CallerHangsUp(id)
	s.Settle()
	s.World.Now = s.World.Now.Add(time.Minute)
	p := s.missed("bob")
	if p.Calls[0].ID != again || p.Calls[0].Later == nil || p.Calls[0].Later.Back || p.Calls[0].Later.By.ID != "alice" {
		t.Errorf("the caller has rung in again: %+v", p.Calls[0].Later)
	}
}

// Who has left a message is in the list of messages. Who was asked and has left none has called in vain.
func TestF371WhoLeavesNoMessageIsAMissedCall(t *testing.T) {
	s := serve(t, "alice")
	const asked = call.ID("CA00000000000000000000000000000998")
	if _, err := s.Service.TurnAway(t.Context(), asked, "+15005550006", true, s.World.Now); err != nil {
		t.Fatal(err)
	}
	s.World.Now = s.World.Now.Add(time.Minute)
	for m, n := range map[record.Message]int{"": 1, record.Asked: 0, record.Left: 0, record.LeftEmpty: 1} {
		s.Store.Messages[asked] = m
		if p := s.missed("alice"); len(p.Calls) != n || n == 1 && p.Calls[0].Message != m {
			t.Errorf("message %q: %+v", m, p.Calls)
		}
		a := s.ask("erin", "GET", "/calls", "")
		if p := read[archive.Page](s, a); a.Status != http.StatusOK || p.Calls[0].Message != m {
			t.Errorf("in the history, message %q: %+v", m, p.Calls)
		}
	}
}
