package twilio

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/conference"
)

const fallback = "https://music.example.com/fallback.xml"

const leg2 = "CA00000000000000000000000000000003"

func TestFindLeg(t *testing.T) {
	later := t0.Add(3 * time.Second)
	for _, c := range []struct {
		name  string
		calls string
		want  conference.LegID
	}{
		{"queued", call(leg1, "client:alice", "queued", t0), leg1},
		{"ringing", call(leg1, "client:alice", "ringing", later), leg1},
		{"answered", call(leg1, "client:alice", "in-progress", later), leg1},
		{"with its parameters", call(leg1, "client:alice?leg=k1&note=a%3Fb", "ringing", t0), leg1},
		{"within the slack of a date", call(leg1, "client:alice", "ringing", t0.Add(-time.Second)), leg1},
		{"made before", call(leg1, "client:alice", "in-progress", t0.Add(-time.Minute)), ""},
		{"over", call(leg1, "client:alice", "completed", t0) + "," + call(leg2, "client:alice", "no-answer", t0), ""},
		{"of a namesake", call(leg1, "client:alice2", "ringing", t0), ""},
		{"of somebody else", call(leg1, "client:bob?by=client:alice", "ringing", t0), ""},
		{"of another application", strings.ReplaceAll(call(leg1, "client:alice", "ringing", t0), number, outside), ""},
		{"without a date", `{"sid":"` + leg1 + `","from":"` + number + `","to":"client:alice","status":"ringing","date_created":null}`, ""},
		{"the newer of two", call(leg1, "client:alice", "ringing", t0) + "," + call(leg2, "client:alice", "ringing", later), leg2},
		{"the newer of two, in the other order", call(leg2, "client:alice", "ringing", later) + "," + call(leg1, "client:alice", "ringing", t0), leg2},
		{"a live one beside one that is over", call(leg2, "client:alice", "busy", later) + "," + call(leg1, "client:alice", "ringing", t0), leg1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, always(200, `{"calls":[`+c.calls+`]}`))
			control, _ := s.control()
			leg, err := control.FindLeg(t.Context(), "alice", t0)
			if leg != c.want || class(err) != map[bool]string{true: "not found", false: "done"}[c.want == ""] {
				t.Errorf("FindLeg = %q, %v; want %q", leg, err, c.want)
			}
		})
	}
}

// A live call to that number may be another conference's, or another application's: it
// would be taken for ours, and hung up.
func TestFindLegToANumberFindsNone(t *testing.T) {
	s := newServer(t, always(200, `{"calls":[`+call(leg1, outside, "ringing", t0)+`]}`))
	control, _ := s.control()
	if leg, err := control.FindLeg(t.Context(), outside, t0); class(err) != "not found" || leg != "" {
		t.Errorf("FindLeg = %q, %v; want none", leg, err)
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// It is not documented whether a call that was made with parameters is listed under
// the client's bare name.
func TestFindLegLooksWiderOnlyIfItMust(t *testing.T) {
	for _, listed := range []bool{true, false} {
		s := newServer(t, func(r request) (int, string) {
			if r.Values.Get("To") != "" && !listed {
				return 200, `{"calls":[]}`
			}
			return 200, `{"calls":[` + call(leg1, "client:alice?leg=k1", "ringing", t0) + `]}`
		})
		control, _ := s.control()
		if leg, err := control.FindLeg(t.Context(), "alice", t0); err != nil || leg != leg1 {
			t.Errorf("listed %v: FindLeg = %q, %v", listed, leg, err)
		}
		got := s.requests()
		if got[0].Values.Get("To") != "client:alice" || got[0].Values.Get("PageSize") != "20" {
			t.Errorf("first asked for %v", got[0].Values)
		}
		if want := map[bool]int{true: 1, false: 2}[listed]; len(got) != want {
			t.Errorf("listed %v: %d requests, want %d", listed, len(got), want)
		}
	}
}
