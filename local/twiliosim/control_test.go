package twiliosim

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
)

// control asks the control API and decodes its answer.
func (b *harness) control(s *httptest.Server, method, path, body string, want int, into any) {
	b.t.Helper()
	req, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		b.t.Errorf("%s %s %s: %d %s, want %d", method, path, body, res.StatusCode, text, want)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			b.t.Errorf("%s %s: %v in %s", method, path, err, text)
		}
	}
	b.settle()
}

func TestControlAPI(t *testing.T) {
	b := classic(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	var made struct {
		SID string `json:"sid"`
	}
	b.control(s, "POST", "/control/calls", `{"from":"+4915112345678","to":"`+testNumber+`"}`, 201, &made)
	caller := made.SID
	b.control(s, "POST", "/control/clients", `{"identity":"alice"}`, 201, nil)
	call, err := b.api.CreateCall((&api.CreateCallParams{}).SetTo("client:alice?a=b").SetFrom(testNumber).
		SetUrl(b.app.URL + "/alice"))
	b.must(err)
	alice := *call.Sid
	b.control(s, "POST", "/control/calls/"+alice+"/answer", "", 204, nil)

	var calls []map[string]any
	b.control(s, "GET", "/control/calls", "", 200, &calls)
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	var fields []string
	for name := range calls[0] {
		fields = append(fields, name)
	}
	slices.Sort(fields)
	if want := []string{"conference", "direction", "from", "hears", "hold", "label", "sid", "status",
		"to"}; !slices.Equal(fields, want) {
		t.Errorf("a call has the fields %v, want %v", fields, want)
	}
	if c := calls[0]; c["sid"] != caller || c["conference"] != "room" || c["label"] != "caller" ||
		c["status"] != "in-progress" {
		t.Errorf("the caller's call is %v", c)
	}
	var one struct {
		Params   map[string]string `json:"params"`
		Messages []any             `json:"messages"`
	}
	b.control(s, "GET", "/control/calls/"+alice, "", 200, &one)
	if one.Params["a"] != "b" {
		t.Errorf("alice's call has the parameters %v", one.Params)
	}
	var rooms []exchange.ConferenceView
	b.control(s, "GET", "/control/conferences", "", 200, &rooms)
	if len(rooms) != 1 || len(rooms[0].Legs) != 2 || !rooms[0].Legs[0].EndOnExit {
		t.Errorf("the conferences are %+v", rooms)
	}
	var records []journal.Record
	b.control(s, "GET", "/control/requests", "", 200, &records)
	if len(records) == 0 || records[0].Event != "voice" || records[0].Params["CallSid"] != caller ||
		records[0].Status != 200 {
		t.Errorf("the first request is %+v", records[0])
	}
	n := len(records)
	b.control(s, "GET", "/control/requests?after=1", "", 200, &records)
	if len(records) != n-1 {
		t.Errorf("after the first there are %d of %d", len(records), n)
	}
	b.control(s, "POST", "/control/calls/"+alice+"/dtmf", `{"digits":"12#"}`, 204, nil)
	b.control(s, "POST", "/control/calls/"+alice+"/lose", "", 204, nil)
	b.control(s, "POST", "/control/calls/"+caller+"/hangup", "", 204, nil)
	b.control(s, "GET", "/control/calls?live=true", "", 200, &calls)
	if len(calls) != 0 {
		t.Errorf("still there: %v", calls)
	}
	var clients []exchange.ClientView
	b.control(s, "DELETE", "/control/clients/alice", "", 204, nil)
	b.control(s, "GET", "/control/clients", "", 200, &clients)
	if len(clients) != 0 {
		t.Errorf("still registered: %v", clients)
	}
}

func TestControlActions(t *testing.T) {
	b := newHarness(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	for action, status := range map[string]string{"reject": "busy", "busy": "busy", "fail": "failed",
		"hangup": "busy", "ring-out": "no-answer"} {
		sid := b.ringAgent("alice", "/alice")
		b.control(s, "POST", "/control/calls/"+sid+"/"+action, "", 204, nil)
		b.status(sid, status)
		b.control(s, "POST", "/control/calls/"+sid+"/"+action, "", 409, nil)
	}
}

func TestControlFaults(t *testing.T) {
	b := newHarness(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	var made struct {
		ID int `json:"id"`
	}
	b.control(s, "POST", "/control/faults", `{"kind":"rest","do":"fail","times":1,"match":{"event":"ListCall"}}`, 201,
		&made)
	b.control(s, "POST", "/control/faults", `{"kind":"webhook","do":"drop"}`, 201, nil)
	if _, err := b.api.ListCall(nil); code(err) != 20500 {
		t.Errorf("the fault did not strike: %v", err)
	}
	var rules []faults.View
	b.control(s, "GET", "/control/faults", "", 200, &rules)
	if len(rules) != 2 || rules[0].ID != made.ID || rules[0].Hits != 1 || rules[0].Do != "fail" {
		t.Errorf("the rules are %+v", rules)
	}
	b.control(s, "DELETE", "/control/faults/1", "", 204, nil)
	b.control(s, "DELETE", "/control/faults/1", "", 404, nil)
	b.control(s, "DELETE", "/control/faults", "", 204, nil)
	b.control(s, "GET", "/control/faults", "", 200, &rules)
	if len(rules) != 0 {
		t.Errorf("still there: %+v", rules)
	}
}

func TestControlRefuses(t *testing.T) {
	b := newHarness(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/control/calls", `{"from":`, 400},
		{"POST", "/control/calls", `{"from":"+4915112345678"} {}`, 400},
		{"POST", "/control/calls", `{"form":"+4915112345678"}`, 400},
		{"POST", "/control/calls", `{"from":5}`, 400},
		{"POST", "/control/calls", ``, 400},
		{"POST", "/control/calls", `{"to":"+1"}`, 400},
		{"POST", "/control/calls", `{"from":"` + strings.Repeat("x", 64<<10) + `"}`, 400},
		{"POST", "/control/calls/CA0/answer", ``, 404},
		{"POST", "/control/calls/CA0/dance", ``, 404},
		{"POST", "/control/calls/CA0/dtmf", `{"digits":"1"}`, 404},
		{"POST", "/control/calls/CA0/dtmf", `{"keys":"1"}`, 400},
		{"GET", "/control/calls/CA0", ``, 404},
		{"POST", "/control/clients", `{"identity":"a b"}`, 400},
		{"POST", "/control/clients", `{"identity":"alice","x":1}`, 400},
		{"DELETE", "/control/clients/nobody", ``, 404},
		{"POST", "/control/faults", `{"kind":"mail"}`, 400},
		{"POST", "/control/faults", `{"kind":"rest","do":"fail","when":"now"}`, 400},
		{"DELETE", "/control/faults/x", ``, 404},
		{"GET", "/control/requests?after=x", ``, 400},
	} {
		var answer struct {
			Error string `json:"error"`
		}
		b.control(s, c.method, c.path, c.body, c.status, &answer)
		if answer.Error == "" {
			t.Errorf("%s %s %.40s: no word about why", c.method, c.path, c.body)
		}
	}
	b.control(s, "PUT", "/control/calls", ``, 405, nil)
	b.control(s, "GET", "/control/nothing", ``, 404, nil)
}

func TestControlEvents(t *testing.T) {
	b := classic(t)
	s := httptest.NewServer(b.Control())
	defer s.Close()
	res, err := http.Get(s.URL + "/control/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
	caller := b.dial()
	lines := bufio.NewScanner(res.Body)
	seen := map[string]bool{}
	for !seen["hears"] || !seen["join"] || !seen["webhook"] || !seen["call"] {
		if !lines.Scan() {
			t.Fatalf("the stream ends after %v: %v", seen, lines.Err())
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e journal.Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == "join" && (e.Call != caller || e.Conference != "room" || e.Label != "caller") {
			t.Errorf("the join is %+v", e)
		}
		seen[e.Event] = true
	}
}

func TestEventsAfterClose(t *testing.T) {
	b := newHarness(t)
	before, _ := b.Events()
	b.Close()
	after, stop := b.Events()
	stop()
	for name, stream := range map[string]<-chan journal.Event{"opened before": before, "opened after": after} {
		if _, open := <-stream; open {
			t.Errorf("the stream %s goes on", name)
		}
	}
}
