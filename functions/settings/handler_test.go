package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// suite is the function and openapi.yaml: every answer is compared with it.
type suite struct {
	httpapitest.Desk
	lines *servicetest.Lines
	kept  *pieces
	// ask is a request of an agent; erin and frank are supervisors.
	ask func(name, method, path, body string) httpapitest.Answer
}

func serve(t testing.TB) suite {
	lines, kept := &servicetest.Lines{}, &pieces{files: map[string]string{}}
	d := httpapitest.NewDesk(t, nil, func(e httpapi.Edge, w *servicetest.World) http.Handler {
		store := struct {
			*servicetest.Lines
			service.AgentReader
		}{lines, w.Store}
		return handler{
			edge: e, signIn: httpapitest.Supervision,
			editor: service.LineEditor{Store: store}, shelf: kept,
		}.routes()
	})
	return suite{Desk: d, lines: lines, kept: kept, ask: d.Ask}
}

func (s suite) saves(name string, version int, set string) httpapitest.Answer {
	s.Site.T.Helper()
	return s.ask(name, "PUT", "/settings", fmt.Sprintf(`{"version":%d,"settings":%s}`, version, set))
}

func read[T any](t testing.TB, a httpapitest.Answer) (v T) {
	t.Helper()
	if a.Status != http.StatusOK {
		t.Fatalf("answered %d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// refused asserts a problem, and returns its field.
func refused(t testing.TB, a httpapitest.Answer, status int, slug string) string {
	t.Helper()
	var p struct{ Type, Field string }
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil || a.Status != status || p.Type != "/problems/"+slug {
		t.Errorf("answered %d %s, want %d %s", a.Status, a.Body, status, slug)
	}
	return p.Field
}

const hours = `{"zone":"Europe/Berlin","hours":{"monday":[{"from":"09:00","to":"12:30"},{"from":"13:00","to":"17:00"}]},
	"holidays":[{"date":"2026-12-25"},{"date":"2026-12-24","open":[{"from":"09:00","to":"12:00"}]}],
	"emergency":{"message":"Fire alarm."},"language":"de","voice":"Polly.Vicki-Neural"}`

func TestASupervisorSeesChangesAndTakesBackSettings(t *testing.T) {
	s := serve(t)
	empty := read[view](t, s.ask("erin", "GET", "/settings", ""))
	if empty.Version != 0 || empty.By != nil || !empty.Open || len(empty.Languages) != 4 {
		t.Errorf("settings of a new line: %+v", empty)
	}
	first := read[view](t, s.saves("erin", 0, hours))
	if first.Version != 1 || first.By.ID != "erin" || !first.At.Equal(s.World.Now) ||
		first.Settings.Hours.Monday[1].From != "13:00" {
		t.Errorf("saved %+v", first)
	}
	s.World.Now = s.World.Now.Add(time.Minute)
	second := read[view](t, s.saves("frank", 1, `{"emergency":{"closed":true}}`))
	if second.Version != 2 || second.By.ID != "frank" || second.Open || second.Settings.Zone != "" {
		t.Errorf("saved %+v", second)
	}
	earlier := read[struct{ Versions []saved }](t, s.ask("erin", "GET", "/settings/versions", ""))
	if len(earlier.Versions) != 1 || earlier.Versions[0].Version != 1 || earlier.Versions[0].By.ID != "erin" {
		t.Fatalf("earlier: %+v", earlier)
	}
	back, err := json.Marshal(earlier.Versions[0].Settings)
	if err != nil {
		t.Fatal(err)
	}
	third := read[view](t, s.saves("erin", 2, string(back)))
	if third.Version != 3 || third.Settings.Zone != "Europe/Berlin" || third.Settings.Emergency.Closed {
		t.Errorf("taken back: %+v", third)
	}
}

func TestF260SettingsAreRefusedByTheirField(t *testing.T) {
	s := serve(t)
	read[view](t, s.saves("erin", 0, hours))
	for set, field := range map[string]string{
		`{"zone":"Europe/Berlin","hours":{"monday":[{"from":"09:00","to":"12:00"},{"from":"11:00","to":"17:00"}]}}`: "hours.monday[1].from",
		`{"zone":"Europe/Berlin","hours":{"friday":[{"from":"17:00","to":"09:00"}]}}`:                               "hours.friday[0].to",
		`{"zone":"Europe/Atlantis"}`: "zone", `{"hours":{}}`: "zone",
		`{"zone":"UTC","holidays":[{"date":"Christmas"}]}`: "holidays[0].date",
		`{"language":"fr","voice":"Polly.Vicki"}`:          "voice",
	} {
		if got := refused(t, s.saves("erin", 1, set), 422, "settings-refused"); got != field {
			t.Errorf("%s is refused by %q, want %q", set, got, field)
		}
	}
	for _, body := range []string{
		"{", `{}`, `{"version":1}`, `{"settings":{}}`, `{"version":-1,"settings":{}}`, `{"version":"1","settings":{}}`,
		`{"version":1,"settings":{"hours":{"someday":[]}}}`, `{"version":1,"settings":{"zone":7}}`,
	} {
		refused(t, s.ask("erin", "PUT", "/settings", body), 400, "malformed")
	}
	if now := read[view](t, s.ask("erin", "GET", "/settings", "")); now.Version != 1 {
		t.Errorf("what was refused is version %d", now.Version)
	}
}

func TestF265OfTwoSupervisorsOneIsTold(t *testing.T) {
	s := serve(t)
	read[view](t, s.saves("erin", 0, `{"name":"one"}`))
	refused(t, s.saves("frank", 0, `{"name":"two"}`), 409, "settings-changed")
	refused(t, s.saves("frank", 7, `{"name":"two"}`), 409, "settings-changed")
	if again := read[view](t, s.saves("erin", 0, `{"name":"one"}`)); again.Version != 1 { // the answer was lost
		t.Errorf("repeated: version %d", again.Version)
	}
	for _, took := range []bool{false, true} {
		before := read[view](t, s.ask("erin", "GET", "/settings", "")).Version
		s.lines.Plan = []servicetest.Fault{{}, {Err: service.ErrUnavailable, Took: took}}
		set := fmt.Sprintf(`{"name":"took %t"}`, took)
		refused(t, s.saves("erin", int(before), set), 503, "unavailable")
		if now := read[view](t, s.saves("erin", int(before), set)); now.Version != before+1 {
			t.Errorf("took %t, and repeated: version %d after %d", took, now.Version, before)
		}
	}
	s.lines.Plan = []servicetest.Fault{{Err: service.ErrUnavailable}}
	refused(t, s.ask("erin", "GET", "/settings", ""), 503, "unavailable")
}

// Whoever is no supervisor changes nothing and learns nothing: not the settings, and not what is wrong with a request.
func TestF266OnlySupervisors(t *testing.T) {
	s := serve(t)
	read[view](t, s.saves("erin", 0, `{"name":"Secret Line"}`))
	for _, a := range []httpapitest.Answer{
		s.ask("alice", "GET", "/settings", ""), s.ask("alice", "GET", "/settings/versions", ""),
		s.saves("alice", 1, `{}`), s.saves("alice", 0, `{"zone":"Europe/Atlantis"}`), s.ask("alice", "PUT", "/settings", "{"),
	} {
		refused(t, a, 403, "not-supervisor")
		if strings.Contains(a.Body, "Secret") || strings.Contains(a.Body, "field") {
			t.Errorf("tells %s", a.Body)
		}
	}
	if err := s.Service.Remove(t.Context(), service.Principal{ID: "frank", Name: "Frank"}, s.World.Now); err != nil {
		t.Fatal(err)
	}
	refused(t, s.ask("frank", "GET", "/settings", ""), 403, "removed")
	refused(t, s.saves("frank", 1, `{}`), 403, "removed")
	if now := read[view](t, s.ask("erin", "GET", "/settings", "")); now.Version != 1 {
		t.Errorf("changed by a stranger: version %d", now.Version)
	}
}

func FuzzF170Settings(f *testing.F) {
	f.Add(`{"version":0,"settings":` + hours + `}`)
	f.Add(`{"version":0,"settings":{"hours":{"monday":[{}]},"zone":"UTC"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := serve(t)
		switch a := s.ask("erin", "PUT", "/settings", body); a.Status {
		case 200, 400, 409, 413, 422:
		default:
			t.Errorf("answered %d %s", a.Status, a.Body)
		}
	})
}
