package twilio

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
)

const fallback = "https://music.example.com/fallback.xml"

const leg2 = "CA00000000000000000000000000000003"

func TestFindLeg(t *testing.T) {
	later := t0.Add(3 * time.Second)
	for _, c := range []struct {
		name  string
		to    agent.ID
		calls string
		found bool
	}{
		{"queued", "alice", callJSON(leg1, "client:alice", "queued", t0), true},
		{"ringing", "alice", callJSON(leg1, "client:alice", "ringing", later), true},
		{"answered", "alice", callJSON(leg1, "client:alice", "in-progress", later), true},
		{"with its parameters", "alice", callJSON(leg1, "client:alice?leg=k1&note=a%3Fb", "ringing", t0), true},
		{"within the slack of a date", "alice", callJSON(leg1, "client:alice", "ringing", t0.Add(-time.Second)), true},
		{"made before", "alice", callJSON(leg1, "client:alice", "in-progress", t0.Add(-time.Minute)), false},
		{"over", "alice", callJSON(leg1, "client:alice", "completed", t0), false},
		{"none", "alice", "", false},
		{"of a namesake", "alice", callJSON(leg1, "client:alice2", "ringing", t0), false},
		{"of somebody else", "alice", callJSON(leg1, "client:bob?by=client:alice", "ringing", t0), false},
		{"from another number", "alice",
			strings.ReplaceAll(callJSON(leg1, "client:alice", "ringing", t0), number, outside), false},
		{"without a date", "alice", `{"sid":"` + leg1 + `","from":"` + number +
			`","to":"client:alice","status":"ringing","date_created":null}`, true},
		{"a live one beside one that is over", "alice", callJSON(leg1, "client:alice", "busy", later) + "," +
			callJSON(leg1, "client:alice", "ringing", t0), true},
		{"to a number", outside, callJSON(leg1, outside, "ringing", t0), true},
		{"to another number", outside, callJSON(leg1, number, "ringing", t0), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, always(200, `{"calls":[`+c.calls+`]}`))
			control, _ := s.control()
			err := control.FindLeg(t.Context(), c.to, t0)
			if class(err) != map[bool]string{true: "done", false: "not found"}[c.found] {
				t.Errorf("FindLeg: %v; found should be %v", err, c.found)
			}
		})
	}
}

// Twilio does not document whether a call that was made with parameters is listed under the
// client's bare name.
func TestFindLegLooksWiderOnlyIfItMust(t *testing.T) {
	for _, listed := range []bool{true, false} {
		s := newServer(t, func(r request) (int, string) {
			if r.Values.Get("To") != "" && !listed {
				return 200, `{"calls":[]}`
			}
			return 200, `{"calls":[` + callJSON(leg1, "client:alice?leg=k1", "ringing", t0) + `]}`
		})
		control, _ := s.control()
		if err := control.FindLeg(t.Context(), "alice", t0); err != nil {
			t.Errorf("listed %v: FindLeg: %v", listed, err)
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
