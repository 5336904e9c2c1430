package main

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// refused is the answer to a caller whom the conference has refused: words, music, and another try.
func refused(round string, music ...string) string {
	doc := "<Say>" + holdTheLine + "</Say>"
	for _, piece := range music {
		doc += "<Play>https://music.example/music/" + piece + ".wav</Play>"
	}
	return doc + room(round)
}

func TestF181ARoomThatDoesNotTakeTheCallerIsTriedLaterEachTime(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	w.Use(service.Settings{Observe: httpapi.Observe})
	s.Post("/incoming", httpapitest.Form(t, "incoming")).Is(t, room("0"))
	form := httpapitest.Form(t, "after-room", "DialCallStatus", "failed")
	var waited time.Duration
	for i, want := range []string{
		refused("1", "00"), refused("2", "01"), refused("3", "01", "02"), refused("4", "01", "02"),
		refused("5", "01", "02"),
	} {
		w.Now = w.Now.Add(300 * time.Millisecond)
		for range 2 { // a repeated request gets the same answer
			s.Post(after+strconv.Itoa(i), form).Is(t, want)
		}
		c := w.Call(caller)
		next := c.EnterAt.Sub(w.Now)
		if next < 5*time.Second || next < waited || c.FailedJoins != i+1 {
			t.Errorf("try %d comes after %v, the one before after %v; %d refused", i+1, next, waited, c.FailedJoins)
		}
		waited = next
		w.Now = c.EnterAt
	}
	if n := w.Phones.Count("Dial"); n != 0 {
		t.Errorf("%d agents were rung for a caller who is in no conference", n)
	}
	if !strings.Contains(s.Log.String(), `"RoomRefused":1`) {
		t.Error("nothing was counted")
	}
	w.Now = w.Now.Add(time.Minute) // now the conference has accepted the caller, and ends much later
	s.Post(after+"5", form).Is(t, room("6"))
	w.Check()
}

// All tries of the caller's music have failed, so the caller is redirected, and the music fails again:
// then the caller hears something that needs no turn of music.
func TestF182ACallerWhoIsMovedInVainHearsWordsAndMusicOutsideTheRoom(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id, _ := w.Dial()
	w.Settle()
	moved := func(round string, want ...string) {
		t.Helper()
		before := w.Phones.Count("RejoinConference")
		w.Sweep()
		if w.Phones.Count("RejoinConference") == before {
			t.Fatal("the caller is not redirected")
		}
		form := httpapitest.Form(t, "after-room", "CallSid", string(id))
		if got := s.Post("/incoming/"+string(id)+"/"+round, form).TwiML(t).Verbs(); !slices.Equal(got, want) {
			t.Errorf("generation %s: the caller gets %v, want %v", round, got, want)
		}
	}
	w.Now = w.Now.Add(10 * time.Second)
	moved("0", "Say", "Play", "Dial")
	w.Now = w.Now.Add(15 * time.Second)
	w.Music(id) // and so it goes on for a while
	w.Now = w.Now.Add(30 * time.Second)
	moved("1", "Say", "Play", "Dial")
}

func TestRoomThatEndsUnderTheCallerLeadsIntoTheNextRound(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	s.Post("/incoming", httpapitest.Form(t, "incoming"))
	w.Now = w.Now.Add(time.Minute)
	for range 2 { // F097: two requests have one effect
		s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, room("1"))
	}
	if c := w.Call(caller); c.Generation != 1 || c.State != call.Waiting {
		t.Errorf("round %d, %s", c.Generation, c.State)
	}
}

func TestStoreDownAfterTheRoomKeepsTheCaller(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall"} {
		for _, took := range []bool{false, true} {
			s, w := serve(t, httpapitest.Keys)
			s.Post("/incoming", httpapitest.Form(t, "incoming"))
			w.Now = w.Now.Add(time.Minute)
			w.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, held(after+"0"))
			s.Post(after+"0", httpapitest.Form(t, "after-room")).Is(t, room("1"))
		}
	}
}

func TestAddressWithoutARoundKeepsTheCaller(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	for _, round := range []string{"x", "-1", "99999999999999999999"} {
		s.Post(after+round, httpapitest.Form(t, "after-room")).Is(t, held(after+round))
	}
}
