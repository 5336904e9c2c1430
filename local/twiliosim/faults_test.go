package twiliosim

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/notation"
)

func (b *harness) fault(r faults.Rule) int {
	b.t.Helper()
	id, err := b.AddFault(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// TestFaultsOfCallbacks switches each fault on for alice's participant-join.
func TestFaultsOfCallbacks(t *testing.T) {
	const caller, start = "participant-join", "conference-start"
	for do, c := range map[string]struct {
		at0, later []string // what comes after the caller's own join, at once and after 15 s
	}{
		"drop":          {[]string{start}, nil},
		"double":        {[]string{"participant-join", "participant-join", start}, nil},
		"delay":         {[]string{start}, []string{"participant-join"}},
		"reorder":       {[]string{start, "participant-join"}, nil},
		"fail":          {[]string{start}, nil},
		"throttle":      {[]string{start}, nil},
		"timeout":       {nil, []string{start}}, // the queue waits for its answer
		"fail-after":    {[]string{"participant-join", start}, nil},
		"timeout-after": {[]string{"participant-join"}, []string{start}},
		"drop-after":    {[]string{"participant-join", start}, nil},
	} {
		t.Run(do, func(t *testing.T) {
			b := classic(t)
			b.dial()
			b.fault(faults.Rule{Kind: "webhook", Do: do, Times: 1, Match: faults.Match{Event: "participant-join"}})
			b.agent("alice", "/alice")
			b.expectEvents("/events", append([]string{caller}, c.at0...)...)
			b.pass(15 * time.Second)
			b.expectEvents("/events", append(append([]string{caller}, c.at0...), c.later...)...)
			if f := b.Faults(); len(f) != 1 || f[0].Hits != 1 {
				t.Errorf("the rules are %+v, want one hit", f)
			}
			told := slices.IndexFunc(b.Records(0),
				func(r journal.Record) bool { return r.Event == "participant-join" && r.Fault == do })
			if told < 0 {
				t.Fatal("no record tells what was done to it")
			}
			if r := b.Records(0)[told]; do == "delay" && r.At.Sub(r.Due) != time.Second {
				t.Errorf("it was due at %v and told at %v, want a second later", r.Due, r.At)
			}
		})
	}
}

// TestFaultsOfDocuments switches each fault on for the caller's first document.
func TestFaultsOfDocuments(t *testing.T) {
	const wait, sorry = "speech:Please wait.", "speech:" + exchange.Apology
	for do, c := range map[string]struct {
		now, later string // what the caller hears at once, and after 16 s
		asked      int    // how often the application was asked
	}{
		"drop":          {wait, "music", 1}, // a connect failure is tried again
		"double":        {wait, "music", 2},
		"delay":         {"ringing", "music", 1},
		"reorder":       {"ringing", "music", 1},
		"fail":          {sorry, "", 0},
		"throttle":      {sorry, "", 0},
		"timeout":       {"ringing", sorry, 0},
		"fail-after":    {sorry, "", 1},
		"timeout-after": {"ringing", sorry, 1},
		"drop-after":    {sorry, "", 1},
	} {
		t.Run(do, func(t *testing.T) {
			b := classic(t)
			b.fault(faults.Rule{Kind: "webhook", Do: do, Times: 1,
				Match: faults.Match{Path: "^/voice$", Method: "POST"}})
			sid := b.dial()
			b.hears(sid, c.now)
			b.pass(16 * time.Second)
			if c.later == "" {
				b.hears(sid)
			} else {
				b.hears(sid, c.later)
			}
			if got := len(b.got("/voice")); got != c.asked {
				t.Errorf("the application was asked %d times, want %d", got, c.asked)
			}
		})
	}
}

// TestF178ListsThatLag: a list succeeds, and lacks all that is there, or all that is young.
func TestF178ListsThatLag(t *testing.T) {
	b := classic(t)
	b.dial()
	b.agent("alice", "/alice")
	b.pass(10 * time.Second)
	b.agent("bob", "/bob")
	list := func() (calls, rooms, parts int) {
		c, err := b.api.ListCall(&api.ListCallParams{})
		b.must(err)
		r, err := b.api.ListConference(&api.ListConferenceParams{})
		b.must(err)
		p, err := b.api.ListParticipant(roomOf(t, b), &api.ListParticipantParams{})
		b.must(err)
		return len(c), len(r), len(p)
	}
	for _, c := range []struct {
		do                  string
		calls, rooms, parts int
	}{{"empty", 0, 0, 0}, {"lag", 2, 1, 2}} {
		id := b.fault(faults.Rule{Kind: "rest", Do: c.do})
		if calls, rooms, parts := list(); calls != c.calls || rooms != c.rooms || parts != c.parts {
			t.Errorf("%s: %d calls, %d rooms, %d participants; want %d, %d, %d", c.do, calls, rooms, parts, c.calls,
				c.rooms, c.parts)
		}
		if _, err := b.api.FetchConference(roomOf(t, b), &api.FetchConferenceParams{}); err != nil {
			t.Errorf("%s: the room itself: %v", c.do, err)
		}
		b.RemoveFault(id)
	}
	if calls, rooms, parts := list(); calls != 3 || rooms != 1 || parts != 3 {
		t.Errorf("%d calls, %d rooms, %d participants without a fault", calls, rooms, parts)
	}
}

// roomOf is the one conference that there is.
func roomOf(t *testing.T, b *harness) string {
	t.Helper()
	rooms := b.Conferences()
	if len(rooms) != 1 {
		t.Fatalf("%d rooms", len(rooms))
	}
	return rooms[0].SID
}

// createCall dials alice by REST; who asks may give up.
func (b *harness) createCall(ctx context.Context) error {
	form := url.Values{"From": {testNumber}, "To": {"client:alice"}, "Url": {b.app.URL + "/alice"}}
	address := b.rest.URL + "/" + notation.Version + "/Accounts/" + testAccount + "/Calls.json"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(testKey, testSecret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// TestF184ALateCallTakesEffectThoughItsClientHasGone, and is answered if it has not.
func TestF184ALateCallTakesEffectThoughItsClientHasGone(t *testing.T) {
	for _, gone := range []bool{false, true} {
		b := newHarness(t)
		b.must(b.SetScripted("alice", true))
		b.fault(faults.Rule{Kind: "rest", Do: "late", DelayMs: 4000, Times: 1})
		ctx, giveUp := context.WithCancel(t.Context())
		defer giveUp()
		done := make(chan error, 1)
		go func() { done <- b.createCall(ctx) }()
		b.until(func() bool { f := b.Faults(); return f[0].Hits == 1 })
		if gone {
			giveUp()
			if err := <-done; err == nil {
				t.Error("answered at once")
			}
		}
		b.settle()
		b.pass(3 * time.Second)
		if n := len(b.Calls()); n != 0 {
			t.Errorf("gone %t: %d calls before its time", gone, n)
		}
		b.pass(2 * time.Second)
		if !gone {
			if err := <-done; err != nil {
				t.Errorf("its answer: %v", err)
			}
		}
		if n := len(b.Calls()); n != 1 {
			t.Errorf("gone %t: %d calls in the end", gone, n)
		}
	}
}

// TestFaultsOfREST: a call is created or not, and the client learns it or not.
func TestFaultsOfREST(t *testing.T) {
	for do, c := range map[string]struct {
		code    int // 0: the call is created as if nothing were; -1: no answer
		created int
	}{
		"drop":       {-1, 0},
		"fail":       {20500, 0},
		"throttle":   {20429, 0},
		"fail-after": {20500, 1},
		"drop-after": {-1, 1},
	} {
		t.Run(do, func(t *testing.T) {
			b := newHarness(t)
			b.must(b.SetScripted("alice", true))
			b.fault(faults.Rule{Kind: "rest", Do: do, Times: 1, Match: faults.Match{Event: "CreateCall"}})
			_, err := b.api.CreateCall(callParams("client:alice"))
			b.settle()
			if err == nil || code(err) != max(c.code, 0) {
				t.Errorf("the client is told %v, want code %d", err, c.code)
			}
			if got := len(b.Calls()); got != c.created {
				t.Errorf("%d calls, want %d", got, c.created)
			}
			_, err = b.api.CreateCall(callParams("client:alice"))
			b.must(err)
		})
	}
	for do, created := range map[string]int{"timeout": 0, "timeout-after": 1, "delay": 1} {
		t.Run(do, func(t *testing.T) {
			b := newHarness(t)
			b.must(b.SetScripted("alice", true))
			b.fault(faults.Rule{Kind: "rest", Do: do, Times: 1, DelayMs: 3000})
			done := make(chan error, 1)
			events, stop := b.Events()
			defer stop()
			if created == 1 && do != "delay" {
				go func() { _, err := b.api.CreateCall(callParams("client:alice")); done <- err }()
				for e := range events {
					if e.Event == "call" && e.State == "ringing" {
						break
					}
				}
			} else {
				go func() { _, err := b.api.CreateCall(callParams("client:alice")); done <- err }()
				b.until(func() bool { f := b.Faults(); return f[0].Hits == 1 })
			}
			b.until(func() bool { _, waits := b.clock.Next(); return waits })
			b.settle() // one that waits for its time is not under way
			select {
			case err := <-done:
				t.Fatalf("answered before its time: %v", err)
			default:
			}
			b.pass(15 * time.Second)
			if err := <-done; (err == nil) != (do == "delay") {
				t.Errorf("the client is told %v", err)
			}
			b.settle()
			if got := len(b.Calls()); got != created {
				t.Errorf("%d calls, want %d", got, created)
			}
		})
	}
}

// until waits for what another goroutine is about to do.
func (b *harness) until(is func() bool) {
	b.t.Helper()
	for end := time.Now().Add(5 * time.Second); !is(); {
		if time.Now().After(end) {
			b.t.Fatal("it does not come")
		}
		b.clock.Advance(0)
	}
}

func TestFaultWithStatusAndCode(t *testing.T) {
	b := newHarness(t)
	b.fault(faults.Rule{Kind: "rest", Do: "fail", Status: 400, Code: 13224})
	if _, err := b.api.CreateCall(callParams("client:alice")); code(err) != 13224 {
		t.Errorf("the client is told %v, want 13224", err)
	}
	b.ClearFaults()
	if _, err := b.api.CreateCall(callParams("client:alice")); err != nil {
		t.Errorf("after clearing: %v", err)
	}
}

func TestFaultSkipAndTimes(t *testing.T) {
	b := newHarness(t)
	b.fault(faults.Rule{Kind: "rest", Do: "fail", Skip: 1, Times: 2})
	var got []bool
	for range 5 {
		_, err := b.api.ListCall(nil)
		got = append(got, err == nil)
	}
	if want := []bool{true, false, false, true, true}; !slices.Equal(got, want) {
		t.Errorf("succeeded %v, want %v", got, want)
	}
}

func TestReorderedAloneComesAfterAll(t *testing.T) {
	b := classic(t)
	b.fault(faults.Rule{Kind: "webhook", Do: "reorder", Match: faults.Match{Event: "conference-end"}})
	caller := b.dial()
	b.must(b.Hangup(caller))
	b.pass(5 * time.Second)
	events := b.events("/events")
	if events[len(events)-1] != "conference-end" {
		t.Errorf("the events are %v", events)
	}
}

func TestClearingLetsGo(t *testing.T) {
	b := classic(t)
	b.fault(faults.Rule{Kind: "webhook", Do: "reorder", DelayMs: 3600_000,
		Match: faults.Match{Event: "conference-start"}})
	b.dial()
	b.agent("alice", "/alice")
	if slices.Contains(b.events("/events"), "conference-start") {
		t.Fatal("it was not kept back")
	}
	b.ClearFaults()
	b.settle()
	if !slices.Contains(b.events("/events"), "conference-start") {
		t.Error("it is still kept back")
	}
}

func TestDoubledCallbacksCarryOneToken(t *testing.T) { // F097
	b := classic(t)
	b.fault(faults.Rule{Kind: "webhook", Do: "double", Match: faults.Match{Event: "participant-join"}})
	b.dial()
	got := b.got("/events")
	if len(got) != 2 || got[0].token == "" || got[0].token != got[1].token {
		t.Errorf("got %+v, want two with one token", got)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	b := newHarness(t)
	for i, r := range []faults.Rule{
		{}, {Kind: "webhook"}, {Kind: "mail", Do: "drop"}, {Kind: "rest", Do: "double"}, {Kind: "rest", Do: "reorder"},
		{Kind: "rest", Do: "drop", Times: -1}, {Kind: "rest", Do: "drop", Skip: -1},
		{Kind: "rest", Do: "drop", DelayMs: -1},
		{Kind: "rest", Do: "fail", Status: 200}, {Kind: "rest", Do: "fail", Status: 600},
		{Kind: "rest", Do: "fail", Match: faults.Match{Path: "("}},
	} {
		if id, err := b.AddFault(r); err == nil {
			t.Errorf("rule %d (%+v) was taken as %d", i, r, id)
		}
	}
}

// TestRetries: connection overrides in the fragment of a webhook's address.
func TestRetries(t *testing.T) {
	for fragment, want := range map[string]int{
		"":                  1, // only connect failures are tried again
		"#rc=2&rp=5xx":      3,
		"#rc=2&rp=4xx":      1,
		"#rc=5&rp=all":      6,
		"#rc=9&rp=all":      2, // out of range: the default
		"#rc=0&rp=all":      1,
		"#rp=4xx,5xx":       2,
		"#rc=1&rp=all&tt=x": 2,
	} {
		b := newHarness(t)
		b.SetNumber(b.app.URL+"/voice"+fragment, "", "")
		b.doc("/voice", "status 503")
		b.dial()
		got := b.got("/voice")
		if len(got) != want {
			t.Errorf("%q: %d attempts, want %d", fragment, len(got), want)
		}
		for _, s := range got {
			if s.token != got[0].token {
				t.Errorf("%q: the attempts carry different tokens", fragment)
			}
		}
	}
}

func TestReadTimeoutOverride(t *testing.T) {
	b := newHarness(t)
	b.SetNumber(b.app.URL+"/voice#rt=2000&rc=1&rp=rt", "", "")
	b.doc("/voice", `<Say>Hello.</Say>`)
	b.fault(faults.Rule{Kind: "webhook", Do: "timeout", Times: 1})
	sid := b.dial()
	b.hears(sid, "ringing")
	b.pass(2 * time.Second)
	b.hears(sid, "speech:Hello.")
}

// TestEveryCallbackLate is F107 as a tool: with all callbacks kept back one by one,
// each comes after the next.
func TestEveryCallbackLate(t *testing.T) { // F104
	b := classic(t)
	b.fault(faults.Rule{Kind: "webhook", Do: "delay", DelayMs: 600_000, Match: faults.Match{Path: "^/events$"}})
	caller := b.dial()
	b.agent("alice", "/alice")
	b.must(b.Hangup(caller))
	b.expectEvents("/events")
	b.pass(10 * time.Minute)
	if got := len(b.events("/events")); got != 6 {
		t.Errorf("%d events, want 6: %v", got, b.events("/events"))
	}
}

func TestRecordsAreBounded(t *testing.T) {
	b := newHarness(t, func(c *Config) { c.Records = 8 })
	for range 50 {
		_, _ = b.api.ListCall(nil)
	}
	list := b.Records(0)
	if len(list) != 8 || list[7].N != 50 {
		t.Errorf("%d records up to #%d, want 8 up to #50", len(list), list[len(list)-1].N)
	}
	if rest := b.Records(48); len(rest) != 2 || rest[0].N != 49 {
		t.Errorf("after 48: %d records", len(rest))
	}
}

func TestEndedCallsAreForgotten(t *testing.T) {
	b := newHarness(t, func(c *Config) { c.Ended = 8 })
	b.doc("/voice", joiner("room", `waitUrl=""`))
	for range 40 {
		b.must(b.Hangup(b.dial()))
	}
	live := b.dial()
	if calls, rooms := len(b.Calls()), len(b.Conferences()); calls > 11 || rooms > 11 {
		t.Errorf("%d calls and %d conferences are remembered, want 11 at most", calls, rooms)
	}
	b.status(live, "in-progress")
	if _, err := b.api.ListCall((&api.ListCallParams{}).SetStatus("completed")); err != nil {
		t.Error(fmt.Errorf("list: %w", err))
	}
}
