package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/voicemail/voicemailtest"
)

// suite is the function and openapi.yaml: every answer is compared with it.
type suite struct {
	httpapitest.Desk
	archive *archive.Archive
	lines   *servicetest.Lines
	box     *voicemailtest.Box
	// ask is a request of an agent; erin and frank are supervisors.
	ask func(name, method, path, body string) httpapitest.Answer
}

const keep = 90 * 24 * time.Hour

func serve(t testing.TB, agents ...agent.ID) suite {
	a := &archive.Archive{Keep: keep}
	lines, box := &servicetest.Lines{}, voicemailtest.NewBox()
	line := service.LineSettings{Read: lines.Line}
	a.Codes = offered(&line, codes(" order,complaint ,,order"))
	d := httpapitest.NewDesk(t, agents, func(e httpapi.Edge, w *servicetest.World) http.Handler {
		a.Shelf = w.Store
		return handler{
			edge: e, signIn: httpapitest.Supervision, codeRequired: true,
			archive: a, box: box,
		}.routes()
	})
	return suite{Desk: d, archive: a, lines: lines, box: box, ask: d.Ask}
}

func read[T any](s suite, a httpapitest.Answer) (v T) {
	s.Site.T.Helper()
	if a.Status != http.StatusOK {
		s.Site.T.Fatalf("answered %d %s", a.Status, a.Body)
	}
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		s.Site.T.Fatal(err)
	}
	return v
}

// calls are the ids of a page.
func calls(p archive.Page) (ids []call.ID) {
	for _, r := range p.Calls {
		ids = append(ids, r.ID)
	}
	return ids
}

// handedOver plays a call of alice's who hands the caller over to bob.
func (s suite) handedOver() call.ID {
	s.Site.T.Helper()
	id, _ := s.Dial()
	s.Settle()
	s.Answer("alice")
	s.Settle()
	s.MustPress("alice", call.DoConsult, "bob")
	s.Settle()
	s.Answer("bob")
	s.Settle()
	s.MustPress("alice", call.DoComplete, "")
	s.Settle()
	s.World.Now = s.World.Now.Add(time.Minute)
	s.MustPress("bob", call.DoEnd, "")
	s.Settle()
	return id
}

func TestF213AnAgentSeesTheirOwnCallsAndASupervisorAll(t *testing.T) {
	s := serve(t, "alice", "bob")
	id := s.handedOver()
	for name, want := range map[string]int{"alice": 1, "bob": 1, "carol": 0, "erin": 1} {
		for _, a := range []httpapitest.Answer{
			s.ask(name, "GET", "/calls", ""), s.ask(name, "POST", "/calls/search", `{}`),
		} {
			p := read[archive.Page](s, a)
			if len(p.Calls) != want || want == 1 && (p.Calls[0].ID != id || p.Calls[0].Outcome != record.Transferred) {
				t.Errorf("%s sees %+v", name, p.Calls)
			}
		}
	}
	s.Problem(s.ask("bob", "POST", "/calls/search", `{"agent":"alice"}`), 403, "not-supervisor")
	if p := read[archive.Page](s, s.ask("bob", "POST", "/calls/search", `{"agent":"bob"}`)); len(p.Calls) != 1 {
		t.Errorf("bob's own: %+v", p)
	}
	if p := read[archive.Page](s, s.ask("erin", "POST", "/calls/search", `{"agent":"alice"}`)); len(p.Calls) != 1 {
		t.Errorf("a supervisor asks for alice's: %+v", p)
	}
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/calls/" + string(id) + "/caller", ""}, {"GET", "/calls/" + string(id) + "/note", ""},
		{"PUT", "/calls/" + string(id) + "/note", `{"note":"x"}`},
	} {
		mine := s.ask("carol", r.method, r.path, r.body)
		s.Problem(mine, 404, "no-record")
		other := strings.Replace(r.path, string(id), "CA00000000000000000000000000009999", 1)
		unknown := s.ask("carol", r.method, other, r.body)
		if mine.Body != unknown.Body {
			t.Errorf("a stranger learns that there is such a call: %s, %s", mine.Body, unknown.Body)
		}
		none := "/calls/n%23alice" + r.path[strings.LastIndex(r.path, "/"):]
		s.Problem(s.ask("carol", r.method, none, r.body), 404, "no-record")
	}
	if err := s.Service.Remove(t.Context(), service.Principal{ID: "alice"}, s.World.Now); err != nil {
		t.Fatal(err)
	}
	s.Problem(s.ask("alice", "GET", "/calls", ""), 403, "removed")
	s.Problem(s.ask("alice", "PUT", "/calls/"+string(id)+"/note", `{"note":"x"}`), 403, "removed")
}

func TestF213WhoIsASupervisor(t *testing.T) {
	s := serve(t)
	for groups, want := range map[string]bool{
		"[agent supervisor]": true, "[supervisor]": true, "supervisor": true, "agent,supervisor": true, "": false,
		"[]": false, "[agent]": false, "[supervisors]": false, "[Supervisor]": false, "not-supervisor": false,
	} {
		e := s.Signed("ann", "GET", "/calls/rules", "")
		e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = groups
		a := s.Do(e)
		s.Spec.Check(e, a)
		if r := read[rules](s, a); r.Supervisor != want || !r.Records || !r.CodeRequired ||
			!slices.Equal(r.Codes, []string{"order", "complaint"}) {
			t.Errorf("%q: %+v", groups, r)
		}
	}
	s.archive.Keep, s.archive.Codes = 0, offered(nil, codes(""))
	none := `{"supervisor":false,"records":false,"codes":[],"codeRequired":false}`
	if a := s.ask("ann", "GET", "/calls/rules", ""); a.Body != none {
		t.Errorf("without records and codes: %s", a.Body)
	}
}

func TestF212WhatTheHistoryRefuses(t *testing.T) {
	s := serve(t, "alice", "bob")
	for range 30 {
		s.handedOver()
		s.World.Now = s.World.Now.Add(time.Minute)
		s.Choose("alice", agent.Available)
		s.Choose("bob", agent.Away)
		s.Choose("bob", agent.Available)
	}
	first := read[archive.Page](s, s.ask("erin", "POST", "/calls/search", `{}`))
	if len(first.Calls) != 25 || first.Next == "" {
		t.Fatalf("%d calls, cursor %q", len(first.Calls), first.Next)
	}
	if n := len(read[archive.Page](s, s.ask("erin", "GET", "/calls?cursor="+first.Next, "")).Calls); n != 5 {
		t.Errorf("the second page has %d calls", n)
	}
	for limit, want := range map[int]int{1: 1, 7: 7, 100: 30} {
		p := read[archive.Page](s, s.ask("erin", "POST", "/calls/search", fmt.Sprintf(`{"limit":%d}`, limit)))
		if len(p.Calls) != want || (p.Next == "") != (want == 30) {
			t.Errorf("a page of %d has %d calls, cursor %q", limit, len(p.Calls), p.Next)
		}
	}
	for body, why := range map[string]string{
		`{"cursor":"` + first.Next + `","outcome":"answered"}`: "cursor", // another list's
		`{"cursor":"AAAA"}`:                    "cursor",
		`{"cursor":"%%%"}`:                     "cursor",
		`{"cursor":"` + first.Next[:30] + `"}`: "cursor",
		`{"from":"2025-01-01T00:00:00Z"}`:      "92 days",
		`{"from":"2027-01-01T00:00:00Z"}`:      "before it begins",
		`{"limit":101}`:                        "100 calls", `{"limit":-1}`: "100 calls",
		`{"outcome":"lost"}`:                          "outcome",
		`{"code":"` + strings.Repeat("x", 101) + `"}`: "code",
		`{"text":"` + strings.Repeat("é", 101) + `"}`: "100 characters",
		`{"from":"yesterday"}`:                        "JSON", `{"mood":"x"}`: "JSON", `[]`: "JSON", ``: "",
	} {
		a := s.ask("erin", "POST", "/calls/search", body)
		if body == "" {
			s.Problem(a, 415, "not-json")
			continue
		}
		s.Problem(a, 400, "malformed")
		if !strings.Contains(a.Body, why) {
			t.Errorf("%s: %s, want a word of %q", body, a.Body, why)
		}
	}
	s.Problem(s.ask("alice", "GET", "/calls?cursor="+first.Next, ""), 400, "malformed") // a supervisor's
	for _, query := range []string{
		"caller=%2B15005550006", "text=refund", "agent=bob", "from=yesterday", "outcome=answered&outcome=abandoned",
		"a=%zz", "code=" + strings.Repeat("x", 101),
	} {
		a := s.ask("erin", "GET", "/calls?"+query, "")
		s.Problem(a, 400, "malformed")
		if strings.Contains(s.Log.String(), "15005550006") || strings.Contains(s.Log.String(), "refund") {
			t.Errorf("the log holds the query: %s", s.Log)
		}
	}
}

func TestTheHistoryIsFiltered(t *testing.T) {
	s := serve(t, "alice", "bob")
	id := s.handedOver()
	path := "/calls/" + string(id) + "/note"
	refund := `{"note":"Wants a REFUND\n<b>soon</b>","code":"order","name":" Ann Ö "}`
	read[record.Note](s, s.ask("bob", "PUT", path, refund))
	left, _ := s.Dial()
	s.CallerHangsUp(left)
	s.Settle()
	for body, want := range map[string][]call.ID{
		`{}`: {left, id}, `{"text":"refund"}`: {id}, `{"text":"ann ö"}`: {id}, `{"text":"nothing"}`: nil,
		`{"code":"order"}`: {id}, `{"code":"complaint"}`: nil, `{"outcome":"abandoned"}`: {left},
		`{"outcome":"transferred"}`: {id}, `{"caller":"+15005550006"}`: {left, id}, `{"caller":"+15005550009"}`: nil,
		`{"agent":"alice","caller":"+15005550006"}`:                         {id},
		`{"to":"` + s.World.Now.Add(-time.Hour).Format(time.RFC3339) + `"}`: nil,
	} {
		if got := calls(read[archive.Page](s, s.ask("erin", "POST", "/calls/search", body))); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", body, got, want)
		}
	}
	p := read[archive.Page](s, s.ask("alice", "GET", "/calls?outcome=transferred&code=order", ""))
	if len(p.Calls) != 1 || p.Calls[0].Name != "Ann Ö" || len(p.Calls[0].Notes) != 1 ||
		p.Calls[0].Notes[0].By.ID != "bob" || p.Calls[0].Notes[0].Text != "Wants a REFUND\n<b>soon</b>" {
		t.Errorf("alice sees %+v", p.Calls)
	}
}

// Without a span, the history goes back as far as records are kept.
func TestF212AnyTimeIsAsLongAsRecordsAreKept(t *testing.T) {
	s := serve(t)
	s.archive.Keep = 365 * 24 * time.Hour
	old := servicetest.EndedCall(1, s.World.Now.Add(-100*24*time.Hour), "+15005550006", "alice")
	if err := s.Store.SaveCall(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"caller":"+15005550006"}`, `{"agent":"alice"}`, `{"outcome":"answered"}`} {
		p := read[archive.Page](s, s.ask("erin", "POST", "/calls/search", body))
		if len(p.Calls) != 1 || p.Calls[0].ID != old.ID {
			t.Errorf("%s finds %v", body, calls(p))
		}
	}
	long := `{"from":"` + s.World.Now.Add(-100*24*time.Hour).Format(time.RFC3339) + `"}`
	s.Problem(s.ask("erin", "POST", "/calls/search", long), 400, "malformed")
}

// A page with a filter reads so many records and no more; its cursor goes on, so that nothing is left out.
func TestF214AFilterThatFindsLittleGoesOnByItsCursor(t *testing.T) {
	s := serve(t)
	for i := range 1000 {
		c := servicetest.EndedCall(i, s.World.Now.Add(time.Duration(-i)*time.Minute), "+15005550006", "alice")
		if i%400 == 399 {
			c.Transfer = &call.Transfer{Kind: call.KindAdd, By: "alice", To: "bob", Outcome: call.OutcomeAnswered}
		}
		if err := s.Store.SaveCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	found, cursor, asked := 0, "", 0
	for asked == 0 || cursor != "" {
		before := s.Store.Count("Records")
		p := read[archive.Page](s, s.ask("erin", "POST", "/calls/search",
			fmt.Sprintf(`{"outcome":"transferred","cursor":%q}`, cursor)))
		found += len(p.Calls)
		cursor = p.Next
		asked++
		if n := s.Store.Count("Records") - before; n > 4 {
			t.Errorf("one request read %d times", n)
		}
	}
	if found != 2 || asked != 3 {
		t.Errorf("%d found by %d requests", found, asked)
	}
}

func TestF217TheCallerIsKnownWhileItRings(t *testing.T) {
	s := serve(t, "alice", "bob")
	first := s.handedOver()
	s.ask("alice", "PUT", "/calls/"+string(first)+"/note", `{"note":"the older","name":"Ann"}`)
	s.World.Now = s.World.Now.Add(time.Second)
	s.ask("bob", "PUT", "/calls/"+string(first)+"/note", `{"note":"the newer","code":"order"}`)
	s.World.Now = s.World.Now.Add(time.Minute)
	s.Choose("alice", agent.Available)
	id, _ := s.Dial()
	s.Settle()
	path := "/calls/" + string(id) + "/caller"
	if !s.Rings("alice") {
		t.Fatal("alice is not rung")
	}
	k := read[archive.Known](s, s.ask("alice", "GET", path, ""))
	if k.Count != 1 || k.Name != "Ann" || k.Last == nil || k.Last.Call != first ||
		k.Last.Outcome != record.Transferred || len(k.Last.With) != 2 || k.Note == nil ||
		k.Note.Text != "the newer" || k.Note.Code != "order" {
		t.Errorf("known %+v, last %+v, note %+v", k, k.Last, k.Note)
	}
	s.Problem(s.ask("carol", "GET", path, ""), 404, "no-record")
	s.Answer("alice")
	s.Settle()
	read[archive.Known](s, s.ask("alice", "GET", path, ""))
	s.CallerHangsUp(id)
	s.Settle()
	if k := read[archive.Known](s, s.ask("alice", "GET", path, "")); k.Count != 1 {
		t.Errorf("the call itself is counted: %+v", k)
	}
	// Its failure is its own.
	for _, op := range []string{"Places", "Records", "Call", "Agent"} {
		s.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable})
		s.Problem(s.ask("alice", "GET", path, ""), 503, "unavailable")
		s.Store.Heal()
	}
}

// A caller who met a closed line has not waited too long.
func TestTheHistorySaysThatTheLineWasClosed(t *testing.T) {
	s := serve(t, "alice")
	const closed = call.ID("CA00000000000000000000000000000999")
	if _, err := s.Service.TurnAway(t.Context(), closed, "+15005550006", false, s.World.Now); err != nil {
		t.Fatal(err)
	}
	p := read[archive.Page](s, s.ask("erin", "GET", "/calls?outcome=closed", ""))
	if len(p.Calls) != 1 || p.Calls[0].ID != closed || p.Calls[0].Outcome != record.Closed {
		t.Errorf("the history is %+v", p.Calls)
	}
	if p := read[archive.Page](s, s.ask("erin", "GET", "/calls?outcome=expired", "")); len(p.Calls) != 0 {
		t.Errorf("waited too long: %+v", p.Calls)
	}
	s.World.Now = s.World.Now.Add(time.Second)
	id, _ := s.Dial()
	s.Settle()
	k := read[archive.Known](s, s.ask("alice", "GET", "/calls/"+string(id)+"/caller", ""))
	if k.Last == nil || k.Last.Call != closed || k.Last.Outcome != record.Closed {
		t.Errorf("the last call is %+v", k.Last)
	}
}

func TestF215ANoteIsKeptWhateverBecomesOfTheCall(t *testing.T) {
	s := serve(t, "alice", "bob")
	id, _ := s.Dial()
	s.Settle()
	path := "/calls/" + string(id) + "/note"
	s.Problem(s.ask("alice", "PUT", path, `{"note":"rung"}`), 404, "no-record")
	s.Answer("alice")
	s.Settle()
	write := func(name, text string) record.Note {
		t.Helper()
		return read[record.Note](s, s.ask(name, "PUT", path, `{"note":"`+text+`"}`))
	}
	write("alice", "while I talk")
	s.MustPress("alice", call.DoConsult, "bob")
	s.Settle()
	s.Answer("bob")
	s.Settle()
	s.MustPress("alice", call.DoComplete, "")
	s.Settle()
	write("alice", "while bob talks")
	write("bob", "bob's")
	s.CallerHangsUp(id)
	s.Settle()
	first := write("alice", "afterwards")
	s.World.Now = s.World.Now.Add(time.Minute)
	if again := write("alice", "afterwards"); !again.At.Equal(first.At) || again != first {
		t.Errorf("repeated: %+v, before %+v", again, first)
	}
	write("erin", "a supervisor's")
	r, _ := s.Store.Recorded(id)
	if len(r.Notes) != 3 || r.Notes[0].Text != "afterwards" || r.Notes[1].Text != "bob's" || r.Transfers[0].Note != "" {
		t.Errorf("kept are %+v", r.Notes)
	}
	own := read[struct{ Note *record.Note }](s, s.ask("alice", "GET", path, ""))
	if own.Note == nil || own.Note.Text != "afterwards" || own.Note.By.Name != "Agent alice" {
		t.Errorf("after a reload: %+v", own.Note)
	}
	write("alice", "")
	if a := s.ask("alice", "GET", path, ""); a.Body != `{"version":4}` {
		t.Errorf("erased: %s", a.Body)
	}
}

func TestF211TheNoteIsTextOrRefusedAndNeverHalfKept(t *testing.T) {
	s := serve(t, "alice", "bob")
	id := s.handedOver()
	path := "/calls/" + string(id) + "/note"
	put := func(v map[string]string) httpapitest.Answer {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return s.ask("alice", "PUT", path, string(raw))
	}
	for _, text := range []string{
		"<script>alert(1)</script>", "\"quotes\" 'and' \\", "a\nb\r\nc\t", "\u2028 \u202e é😀",
		strings.Repeat("é", 2000),
	} {
		if n := read[record.Note](s, put(map[string]string{"note": text})); n.Text != text {
			t.Errorf("%q is kept as %q", text, n.Text)
		}
	}
	before, _ := s.Store.Recorded(id)
	s.Problem(put(map[string]string{"note": strings.Repeat("x", 2001)}), 422, "note-too-long")
	s.Problem(put(map[string]string{"note": strings.Repeat("x", 20_000)}), 413, "too-large")
	s.Problem(put(map[string]string{"note": "x", "code": "spam"}), 400, "malformed")
	s.Problem(put(map[string]string{"note": "x", "name": strings.Repeat("x", 101)}), 400, "malformed")
	s.Problem(put(map[string]string{"note": "x", "mood": "good"}), 400, "malformed")
	s.Problem(s.ask("alice", "PUT", path, `{"note":5}`), 400, "malformed")
	after, _ := s.Store.Recorded(id)
	if len(after.Notes) != 1 || after.Notes[0] != before.Notes[0] {
		t.Errorf("a refusal has changed the note: %+v", after.Notes)
	}
	for _, took := range []bool{false, true} { // the page sends it again
		for _, op := range []string{"SaveNote", "Notes", "Call", "Agent"} {
			s.Store.Next(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			text := fmt.Sprint(op, took)
			a := put(map[string]string{"note": text})
			s.Problem(a, 503, "unavailable")
			if n := read[record.Note](s, put(map[string]string{"note": text})); n.Text != text {
				t.Errorf("%s, took %t: %+v", op, took, n)
			}
		}
	}
	s.archive.Keep = 0
	s.Problem(put(map[string]string{"note": "x"}), 400, "malformed")
}

func TestF213WithoutAnAuthorizersWordNobodyIsLetIn(t *testing.T) {
	s := serve(t)
	before := s.Store.Counts()
	for _, key := range []string{
		"GET /calls", "POST /calls/search", "GET /calls/rules", "GET /calls/CA1/caller", "GET /calls/CA1/note",
		"PUT /calls/CA1/note",
	} {
		method, path, _ := strings.Cut(key, " ")
		e := s.Event(method, path, "application/json", `{}`)
		e.Headers["authorization"] = "Bearer eyJhbGciOiJub25lIn0.e30."
		s.Problem(s.Do(e), 401, "not-signed-in")
	}
	s.Problem(s.Do(s.Signed("alice", "DELETE", "/calls", "")), 405, "method")
	httpapitest.Untouched(t, s.World, before)
}

func TestSampleEvents(t *testing.T) {
	for _, name := range []string{
		"calls", "calls-search", "calls-rules", "calls-caller", "calls-note", "calls-save-note",
	} {
		e := httpapitest.Sample(t, name)
		s := serve(t, "alice")
		s.World.Now = time.UnixMilli(e.RequestContext.TimeEpoch)
		s.World.Arrive(call.ID(e.PathParameters["call"]))
		a := s.Do(e)
		s.Spec.Check(e, a)
		if a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func FuzzF170Calls(f *testing.F) {
	f.Add("2026-01-01T00:00:00Z", "answered", "AAAA", `{"note":"x"}`)
	f.Add("", "", "", `{"note":"\ud800","code":"order"}`)
	f.Fuzz(func(t *testing.T, from, outcome, cursor, body string) {
		s := serve(t, "alice", "bob")
		id := s.handedOver()
		raw, _ := json.Marshal(map[string]string{"from": from, "outcome": outcome, "cursor": cursor})
		for _, a := range []httpapitest.Answer{
			s.ask("erin", "POST", "/calls/search", string(raw)),
			s.ask("alice", "PUT", "/calls/"+string(id)+"/note", body+" "),
		} {
			if !slices.Contains([]int{200, 400, 413, 422}, a.Status) {
				t.Errorf("answered %d %s", a.Status, a.Body)
			}
		}
	})
}

// The messages cannot be listed: the page has the codes all the same.
func TestF287TheListOfMessagesFails(t *testing.T) {
	s := serve(t, "alice")
	s.box.FailNext["VoiceMessages"] = 1
	r := read[rules](s, s.ask("alice", "GET", "/calls/rules", ""))
	if !r.Messages || !slices.Equal(r.Codes, []string{"order", "complaint"}) {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(s.Site.Log.String(), `"level":"ERROR"`) {
		t.Errorf("the log is %s", s.Site.Log)
	}
}
