package twilio

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

func TestHold(t *testing.T) {
	for hold, want := range map[bool]url.Values{
		true: {"Hold": {"true"}, "HoldUrl": {"https://phone.example.com/wait/" + caller + "/1" + askAgain},
			"HoldMethod": {"POST"}},
		false: {"Hold": {"false"}},
	} {
		s := newServer(t, always(200, `{}`))
		control, _ := s.control()
		if err := control.Hold(t.Context(), caller, room1, leg1, hold); err != nil {
			t.Fatal(err)
		}
		got := s.only()
		if got.Op != "UpdateParticipant" || got.Path != "/Conferences/"+room1+"/Participants/"+leg1+".json" ||
			!reflect.DeepEqual(got.Values, want) {
			t.Errorf("hold %v: got %+v", hold, got)
		}
	}
}

func TestSetEndsRoom(t *testing.T) {
	for _, ends := range []bool{true, false} {
		s := newServer(t, always(200, `{}`))
		control, _ := s.control()
		if err := control.SetEndOnExit(t.Context(), room1, leg1, ends); err != nil {
			t.Fatal(err)
		}
		if got := s.only(); got.Op != "UpdateParticipant" ||
			got.Values.Encode() != fmt.Sprintf("EndConferenceOnExit=%v", ends) {
			t.Errorf("got %+v", got)
		}
	}
}

// Each change of who hears a supervisor is one request for one thing.
func TestF219SetVoice(t *testing.T) {
	for _, c := range []struct {
		v    call.SetVoice
		want string
	}{
		{call.SetVoice{Leg: leg1, Step: call.Mute}, "Muted=true"},
		{call.SetVoice{Leg: leg1, Step: call.Unmute}, "Muted=false"},
		{call.SetVoice{Leg: leg1, Step: call.SetCoach}, "Coaching=false"},
		{call.SetVoice{Leg: leg1, Step: call.SetCoach, Coach: caller}, "CallSidToCoach=" + caller + "&Coaching=true"},
	} {
		s := newServer(t, always(200, `{}`))
		control, _ := s.control()
		if err := control.SetVoice(t.Context(), room1, c.v); err != nil {
			t.Fatal(err)
		}
		if got := s.only(); got.Op != "UpdateParticipant" || got.Values.Encode() != c.want {
			t.Errorf("%+v: got %+v", c.v, got)
		}
	}
}

func TestAnnounceSpeaksToOnePartyOnly(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	control, _ := s.control()
	if err := control.Announce(t.Context(), caller, room1, caller); err != nil {
		t.Fatal(err)
	}
	want := url.Values{"AnnounceUrl": {"https://phone.example.com/wait/" + caller + "/silence" + askAgain},
		"AnnounceMethod": {"POST"}}
	if got := s.only(); got.Op != "UpdateParticipant" || got.Path != "/Conferences/"+room1+"/Participants/"+caller+
		".json" || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("got %+v", got)
	}
}

func roomOf(sid, name, status string, made time.Time) string {
	return fmt.Sprintf(`{"sid":%q,"friendly_name":%q,"status":%q,"date_created":%q}`, sid, name, status,
		made.Format(time.RFC1123Z))
}

func TestFindRoom(t *testing.T) {
	const room2 = "CF00000000000000000000000000000002"
	later := t0.Add(time.Minute)
	for _, c := range []struct {
		name    string
		rooms   string
		want    call.ConferenceID
		started bool
	}{
		{"none", "", "", false},
		{"not started", roomOf(room1, caller, "init", t0), room1, false},
		{"started", roomOf(room1, caller, "in-progress", t0), room1, true},
		{"ended", roomOf(room1, caller, "completed", t0), "", false},
		{"a new one after an ended one", roomOf(room2, caller, "init", later) + "," +
			roomOf(room1, caller, "completed", t0), room2, false},
		{"two live", roomOf(room1, caller, "in-progress", t0) + "," + roomOf(room2, caller, "init", later), room2,
			false},
		{"two live, in the other order", roomOf(room2, caller, "in-progress", later) + "," +
			roomOf(room1, caller, "init", t0), room2, true},
		{"another's", roomOf(room1, leg1, "in-progress", t0), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, always(200, `{"conferences":[`+c.rooms+`]}`))
			control, _ := s.control()
			found, started, err := control.FindConference(t.Context(), caller)
			if found != c.want || started != c.started || errors.Is(err, service.ErrNotFound) != (c.want == "") {
				t.Errorf("FindRoom = %q, %v, %v; want %q, %v", found, started, err, c.want, c.started)
			}
			for _, got := range s.requests() {
				if got.Op != "ListConference" || got.Values.Get("FriendlyName") != caller ||
					got.Values.Get("Status") == "" {
					t.Errorf("asked %+v", got)
				}
			}
		})
	}
}

// byStatus lists one conference while its status changes: with a Status if the conference has
// that status now, without one as Twilio does since 2026-09-30.
func byStatus(status func() string) func(request) (int, string) {
	return func(r request) (int, string) {
		now := status()
		if cmp.Or(r.Values.Get("Status"), "in-progress") != now {
			return 200, `{"conferences":[]}`
		}
		return 200, `{"conferences":[` + roomOf(room1, caller, now, t0) + `]}`
	}
}

func TestF197RoomsAreAskedForByTheirStatus(t *testing.T) {
	for status, requests := range map[string]int{"in-progress": 1, "init": 2, "completed": 3} {
		s := newServer(t, byStatus(func() string { return status }))
		control, _ := s.control()
		found, started, err := control.FindConference(t.Context(), caller)
		live := status != "completed"
		if (found == room1) != live || started != (status == "in-progress") ||
			errors.Is(err, service.ErrNotFound) == live {
			t.Errorf("%s: FindRoom = %q, %v, %v", status, found, started, err)
		}
		if got := s.requests(); len(got) != requests {
			t.Errorf("%s: asked %d times, want %d: %+v", status, len(got), requests, got)
		}
	}
}

// The conference starts after the list of those in progress, and before the list of those that
// have not started.
func TestF197ARoomThatStartsBetweenTwoLooksIsFound(t *testing.T) {
	looks := 0
	s := newServer(t, byStatus(func() string {
		if looks++; looks == 1 {
			return "init"
		}
		return "in-progress"
	}))
	control, _ := s.control()
	if found, started, err := control.FindConference(t.Context(), caller); found != room1 || !started || err != nil {
		t.Errorf("FindRoom = %q, %v, %v", found, started, err)
	}
}

func TestPresent(t *testing.T) {
	s := newServer(t, always(200, `{"participants":[
		{"call_sid":"`+caller+`","label":"caller","hold":true,"status":"connected"},
		{"call_sid":"`+leg1+`","label":"k1","hold":false,"status":"connected"},
		{"call_sid":"`+leg2+`","label":null,"hold":null},
		{"call_sid":"CA00000000000000000000000000000004","label":"k3","status":"ringing"},
		{"call_sid":"CA00000000000000000000000000000005","label":"k4","status":"complete"}]}`))
	control, _ := s.control()
	here, err := control.Participants(t.Context(), room1)
	want := []call.ListedParticipant{{Leg: caller, Label: "caller", Held: true}, {Leg: leg1, Label: "k1"}, {Leg: leg2}}
	if err != nil || !reflect.DeepEqual(here, want) {
		t.Errorf("Present = %+v, %v; want %+v", here, err, want)
	}
	if got := s.only(); got.Op != "ListParticipant" || got.Path != "/Conferences/"+room1+"/Participants.json" {
		t.Errorf("asked %+v", got)
	}
}

// F178: one leg is fetched by its CallSid, and no list is read.
func TestF178LookAtOneLeg(t *testing.T) {
	const gone = `{"code":20404,"message":"not found","status":404}`
	for _, c := range []struct {
		name           string
		room           call.ConferenceID
		participant    string
		status         string // of the call
		want           call.Sighting
		asked, failing int
	}{
		{"in the room", room1, `{"call_sid":"` + leg1 + `","status":"connected","hold":false}`, "",
			call.Sighting{In: true}, 1, 0},
		{"on hold there", room1, `{"call_sid":"` + leg1 + `","status":"connected","hold":true}`, "",
			call.Sighting{In: true, Held: true}, 1, 0},
		{"over", room1, gone, "completed", call.Sighting{Over: true}, 2, 0},
		{"not answered", room1, gone, "no-answer", call.Sighting{Over: true}, 2, 0},
		{"in no room", room1, gone, "in-progress", call.Sighting{}, 2, 0},
		{"has left the room, and talks elsewhere", room1, `{"call_sid":"` + leg1 + `","status":"complete"}`,
			"in-progress", call.Sighting{}, 2, 0},
		{"of an unknown room", "", "", "in-progress", call.Sighting{}, 1, 0},
		{"of an unknown room, over", "", "", "canceled", call.Sighting{Over: true}, 1, 0},
		{"unknown", room1, gone, "", call.Sighting{Over: true}, 2, 0},
		{"no answer", room1, gone, "in-progress", call.Sighting{}, 1, 1},
		{"no answer about the call", room1, gone, "in-progress", call.Sighting{}, 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			s := newServer(t, func(r request) (int, string) {
				asked++
				switch {
				case strings.HasSuffix(r.Path, "Participants.json") || strings.HasSuffix(r.Path, "/Calls.json"):
					t.Errorf("a list was read: %s", r.Path)
				case asked == c.failing:
					return 500, `{}`
				case r.Op == "FetchParticipant" && c.participant == gone, r.Op == "FetchCall" && c.status == "":
					return 404, gone
				case r.Op == "FetchParticipant":
					return 200, c.participant
				}
				return 200, callJSON(leg1, "client:alice", c.status, t0)
			})
			control, _ := s.control()
			got, err := control.FindParticipant(t.Context(), c.room, leg1)
			if (err != nil) != (c.failing > 0) || err == nil && got != c.want {
				t.Errorf("LookAt = %+v, %v; want %+v", got, err, c.want)
			}
			if err != nil && !errors.Is(err, service.ErrUnknown) {
				t.Errorf("unexpected error: %v", err)
			}
			if asked != c.asked {
				t.Errorf("%d requests, want %d", asked, c.asked)
			}
		})
	}
}

func TestAnEmptyRoom(t *testing.T) {
	s := newServer(t, always(200, `{"participants":[]}`))
	control, _ := s.control()
	if here, err := control.Participants(t.Context(), room1); err != nil || len(here) != 0 {
		t.Errorf("Present = %+v, %v", here, err)
	}
}
