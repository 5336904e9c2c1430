package twiliosim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func callParams(to string) *api.CreateCallParams {
	p := &api.CreateCallParams{}
	return p.SetTo(to).SetFrom(testNumber).SetTwiml("<Response><Pause length=\"600\"/></Response>")
}

func TestCredentials(t *testing.T) {
	b := newHarness(t)
	for name, c := range map[string]struct {
		user, password string
		code           int
	}{
		"API key and secret": {testKey, testSecret, 0},
		"account and token":  {testAccount, testToken, 0},
		"wrong secret":       {testKey, "wrong", 20003},
		"wrong token":        {testAccount, testSecret, 20003},
		"unknown key":        {"SKffffffffffffffffffffffffffffffff", testSecret, 20003},
		"empty secret":       {testKey, "", 20003},
	} {
		if _, err := b.client(c.user, c.password).ListCall(nil); code(err) != c.code || c.code == 0 && err != nil {
			t.Errorf("%s: %v, want code %d", name, err, c.code)
		}
	}
	res, err := http.Get(b.rest.URL + "/2010-04-01/Accounts/" + testAccount + "/Calls.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("without credentials: %d %v", res.StatusCode, res.Header)
	}
}

func TestPathsThatAreNot(t *testing.T) {
	b := newHarness(t)
	for path, want := range map[string]int{
		"/2010-04-01/Accounts/" + testAccount + "/Calls":                     404,
		"/2010-04-01/Accounts/" + testAccount + "/Nothing.json":              404,
		"/2010-04-01/Accounts/ACffffffffffffffffffffffffffffffff/Calls.json": 404,
		"/2008-08-01/Accounts/" + testAccount + "/Calls.json":                404,
		"/": 404,
		"/2010-04-01/Accounts/" + testAccount + "/Calls/CAunknown.json":             404,
		"/2010-04-01/Accounts/" + testAccount + "/Conferences/CF1.json":             404,
		"/2010-04-01/Accounts/" + testAccount + "/Calls/.json":                      404,
		"/2010-04-01/Accounts/" + testAccount + "/Calls/a/UserDefinedMessages.json": 405,
	} {
		req, _ := http.NewRequest("GET", b.rest.URL+path, nil)
		req.SetBasicAuth(testKey, testSecret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want || res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("GET %s: %d %s, want %d and JSON", path, res.StatusCode, res.Header.Get("Content-Type"), want)
		}
	}
}

func TestCreateCallRefuses(t *testing.T) {
	b := newHarness(t)
	long := strings.Repeat("x", 801)
	for name, c := range map[string]struct {
		change func(p *api.CreateCallParams)
		code   int
	}{
		"no To":                  {func(p *api.CreateCallParams) { p.To = nil }, 21201},
		"no From":                {func(p *api.CreateCallParams) { p.From = nil }, 21213},
		"To no number":           {func(p *api.CreateCallParams) { p.SetTo("015112345") }, 21211},
		"To a client's nonsense": {func(p *api.CreateCallParams) { p.SetTo("client:a b") }, 21211},
		"parameters too long":    {func(p *api.CreateCallParams) { p.SetTo("client:alice?x=" + long) }, 21211},
		"invalid number":         {func(p *api.CreateCallParams) { p.SetTo("+15005550001") }, 21217},
		"unreachable number":     {func(p *api.CreateCallParams) { p.SetTo("+15005550002") }, 21214},
		"no permission":          {func(p *api.CreateCallParams) { p.SetTo("+15005550003") }, 21215},
		"blocked number":         {func(p *api.CreateCallParams) { p.SetTo("+15005550004") }, 21216},
		"From not ours":          {func(p *api.CreateCallParams) { p.SetFrom("+4930123456") }, 21210},
		"From a client to a phone": {func(p *api.CreateCallParams) { p.SetTo("+4930123456").SetFrom("client:alice") },
			21212},
		"no document":           {func(p *api.CreateCallParams) { p.Twiml = nil }, 21205},
		"Url relative":          {func(p *api.CreateCallParams) { p.SetUrl("/voice") }, 21205},
		"FallbackUrl no URL":    {func(p *api.CreateCallParams) { p.SetFallbackUrl("nowhere") }, 21206},
		"StatusCallback no URL": {func(p *api.CreateCallParams) { p.SetStatusCallback("nowhere") }, 21609},
		"method":                {func(p *api.CreateCallParams) { p.SetMethod("PUT") }, 21403},
		"Timeout":               {func(p *api.CreateCallParams) { p.SetTimeout(601) }, 20001},
		"TimeLimit":             {func(p *api.CreateCallParams) { p.SetTimeLimit(-1) }, 20001},
		"Twiml too long": {func(p *api.CreateCallParams) {
			p.SetTwiml("<Response>" + strings.Repeat(" ",
				4000) + "</Response>")
		}, 32018},
	} {
		p := callParams("client:alice")
		c.change(p)
		if _, err := b.api.CreateCall(p); code(err) != c.code {
			t.Errorf("%s: %v, want code %d", name, err, c.code)
		}
	}
	if calls := b.Calls(); len(calls) != 0 {
		t.Errorf("%d calls came of it", len(calls))
	}
}

// TestHowRingingEnds covers F017, F019, F061, F062 as far as the network is concerned.
func TestHowRingingEnds(t *testing.T) {
	for name, c := range map[string]struct {
		to     string
		do     func(b *harness, sid string) error
		status string
		sip    string
	}{
		"nobody registered": {"client:nobody", nil, "no-answer", "480"},
		"no answer": {"client:alice",
			func(b *harness, _ string) error { b.pass(20 * time.Second); return nil }, "no-answer", "487"},
		"declined": {"client:alice", func(b *harness, sid string) error { return b.Reject(sid, nil) },
			"busy", "603"},
		"hung up on": {"client:alice", func(b *harness, sid string) error { return b.Hangup(sid) }, "busy",
			"603"},
		"busy": {"+4930123456", func(b *harness, sid string) error { return b.Busy(sid) }, "busy", "486"},
		"no such number": {"+4930123456", func(b *harness, sid string) error { return b.Fail(sid) }, "failed",
			"404"},
		"the page has died": {"client:alice",
			func(b *harness, sid string) error { err := b.Lose(sid); b.pass(20 * time.Second); return err },
			"no-answer", "487"},
		"cancelled": {"client:alice",
			func(b *harness, sid string) error { return b.endByAPI(sid, "canceled") }, "canceled", "487"},
		"completed by the API": {"client:alice",
			func(b *harness, sid string) error { return b.endByAPI(sid, "completed") }, "canceled", "487"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHarness(t)
			b.must(b.SetScripted("alice", true))
			p := callParams(c.to)
			p.SetTimeout(20).SetStatusCallback(b.app.URL + "/status").
				SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"})
			call, err := b.api.CreateCall(p)
			b.must(err)
			if *call.Status != "queued" {
				t.Errorf("created as %s, want queued", *call.Status)
			}
			want := []string{"initiated", "ringing", c.status}
			if c.do == nil {
				want = []string{"initiated", c.status}
			} else {
				b.status(*call.Sid, "ringing")
				b.must(c.do(b, *call.Sid))
			}
			b.status(*call.Sid, c.status)
			b.expectEvents("/status", want...)
			got := b.got("/status")
			for i, s := range got {
				if s.form.Get("SequenceNumber") != fmt.Sprint(i) ||
					s.form.Get("CallbackSource") != "call-progress-events" {
					t.Errorf("callback %d: %v", i, s.form)
				}
			}
			last := got[len(got)-1].form
			if last.Get("SipResponseCode") != c.sip || last.Get("CallDuration") != "0" {
				t.Errorf("the last callback says SipResponseCode=%s CallDuration=%s, want %s and 0",
					last.Get("SipResponseCode"), last.Get("CallDuration"), c.sip)
			}
			if _, err := b.api.UpdateCall(*call.Sid, (&api.UpdateCallParams{}).
				SetStatus("completed")); code(err) != 21220 {
				t.Errorf("ending it again: %v, want 21220", err)
			}
		})
	}
}

func (b *harness) endByAPI(sid, status string) error {
	_, err := b.api.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatus(status))
	return err
}

func TestAnAnsweredCall(t *testing.T) {
	b := newHarness(t)
	b.must(b.SetScripted("alice", true))
	p := callParams("client:alice")
	p.SetStatusCallback(b.app.URL + "/status").SetStatusCallbackEvent([]string{"initiated ringing answered completed"})
	call, err := b.api.CreateCall(p)
	b.must(err)
	b.pass(7 * time.Second)
	b.must(b.Answer(*call.Sid, nil))
	b.must(b.endByAPI(*call.Sid, "canceled")) // does not affect calls in progress
	b.status(*call.Sid, "in-progress")
	b.pass(61 * time.Second)
	b.must(b.endByAPI(*call.Sid, "completed"))
	b.expectEvents("/status", "initiated", "ringing", "in-progress", "completed")
	got, err := b.api.FetchCall(*call.Sid, nil)
	b.must(err)
	if *got.Status != "completed" || *got.Duration != "61" || got.EndTime == nil || *got.Direction != "outbound-api" {
		t.Errorf("fetched %s, %s s, ended %v", *got.Status, *got.Duration, got.EndTime)
	}
	last := b.got("/status")[3].form
	if last.Get("CallDuration") != "61" || last.Get("Duration") != "2" {
		t.Errorf("the callback says %s s, %s min", last.Get("CallDuration"), last.Get("Duration"))
	}
}

func TestCallTimeLimit(t *testing.T) {
	b := newHarness(t)
	b.must(b.SetScripted("alice", true))
	call, err := b.api.CreateCall(callParams("client:alice").SetTimeLimit(30))
	b.must(err)
	b.must(b.Answer(*call.Sid, nil))
	_, err = b.api.UpdateCall(*call.Sid, (&api.UpdateCallParams{}).SetTimeLimit(10))
	b.must(err)
	b.pass(9 * time.Second)
	b.status(*call.Sid, "in-progress")
	b.pass(time.Second)
	b.status(*call.Sid, "completed")
}

func TestListCalls(t *testing.T) {
	b := newHarness(t)
	b.must(b.SetScripted("alice", true))
	start := b.clock.Now()
	for range 3 {
		b.doc("/voice", `<Pause length="600"/>`)
		b.dial()
		_, err := b.api.CreateCall(callParams("client:alice"))
		b.must(err)
		b.pass(10 * time.Second)
	}
	for name, c := range map[string]struct {
		set  func(p *api.ListCallParams)
		want int
	}{
		"all":                {func(*api.ListCallParams) {}, 6},
		"to alice":           {func(p *api.ListCallParams) { p.SetTo("client:alice") }, 3},
		"to nobody":          {func(p *api.ListCallParams) { p.SetTo("client:nobody") }, 0},
		"from the caller":    {func(p *api.ListCallParams) { p.SetFrom(testCaller) }, 3},
		"ringing":            {func(p *api.ListCallParams) { p.SetStatus("ringing") }, 3},
		"in progress":        {func(p *api.ListCallParams) { p.SetStatus("in-progress") }, 3},
		"from the second on": {func(p *api.ListCallParams) { p.SetStartTimeAfter(start.Add(10 * time.Second)) }, 4},
		"up to the first":    {func(p *api.ListCallParams) { p.SetStartTimeBefore(start) }, 2},
		"on that day":        {func(p *api.ListCallParams) { p.SetStartTime(start) }, 2},
		"ended":              {func(p *api.ListCallParams) { p.SetStatus("completed") }, 0},
		"by pages of two":    {func(p *api.ListCallParams) { p.SetPageSize(2) }, 6},
		"no more than five":  {func(p *api.ListCallParams) { p.SetPageSize(2).SetLimit(5) }, 5},
	} {
		p := &api.ListCallParams{}
		c.set(p)
		list, err := b.api.ListCall(p)
		if err != nil || len(list) != c.want {
			t.Errorf("%s: %d calls, %v; want %d", name, len(list), err, c.want)
		}
	}
	list, _ := b.api.ListCall(nil)
	if !slices.IsSortedFunc(list, func(a, c api.ApiV2010Call) int {
		return when(t, *c.DateCreated).Compare(when(t, *a.DateCreated))
	}) {
		t.Error("the newest calls do not come first")
	}
}

func when(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC1123Z, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestOneCallPerSecond(t *testing.T) { // F013
	b := newHarness(t, func(c *Config) { c.CallsPerSecond = 1 })
	var sids []string
	for i := range 3 {
		id := fmt.Sprintf("agent%d", i)
		b.must(b.SetScripted(id, true))
		call, err := b.api.CreateCall(callParams("client:" + id))
		b.must(err)
		sids = append(sids, *call.Sid)
	}
	for i, want := range [][]string{{"ringing", "queued", "queued"}, {"ringing", "ringing", "queued"},
		{"ringing", "ringing", "ringing"}} {
		for j, sid := range sids {
			b.status(sid, want[j])
		}
		if t.Failed() {
			t.Fatalf("after %d s", i)
		}
		b.pass(time.Second)
	}
	got, err := b.api.FetchCall(sids[2], nil)
	b.must(err)
	if *got.QueueTime != "2000" {
		t.Errorf("queue_time %s, want 2000", *got.QueueTime)
	}
	third, err := b.api.CreateCall(callParams("client:agent0"))
	b.must(err)
	fourth, err := b.api.CreateCall(callParams("client:agent0"))
	b.must(err)
	b.must(b.endByAPI(*fourth.Sid, "canceled")) // while it is queued
	b.status(*fourth.Sid, "canceled")
	b.pass(5 * time.Second)
	b.status(*third.Sid, "ringing")
}

func TestCustomParameters(t *testing.T) {
	b := newHarness(t)
	b.must(b.SetScripted("alice", true))
	call, err := b.api.CreateCall(callParams("client:alice?name=J%C3%BCrgen+%26+Co&id=7"))
	b.must(err)
	if *call.To != "client:alice" {
		t.Errorf("to %q, want it without the parameters", *call.To)
	}
	if p := b.Params(*call.Sid); p["name"] != "Jürgen & Co" || p["id"] != "7" {
		t.Errorf("the client is told %v", p)
	}
}

func TestUserDefinedMessages(t *testing.T) {
	b := newHarness(t)
	sid := b.ringAgent("alice", "/alice")
	send := func(content, key string) (*api.ApiV2010UserDefinedMessage, error) {
		p := &api.CreateUserDefinedMessageParams{}
		p.SetContent(content)
		if key != "" {
			p.SetIdempotencyKey(key)
		}
		return b.api.CreateUserDefinedMessage(sid, p)
	}
	first, err := send(`{"n":1}`, "a")
	b.must(err)
	again, err := send(`{"n":1}`, "a")
	b.must(err)
	if *first.Sid != *again.Sid || len(b.Messages(sid)) != 1 {
		t.Errorf("a repeated key made a second message: %v", b.Messages(sid))
	}
	_, err = send(`{"n":2}`, "")
	b.must(err)
	if got := b.Messages(sid); len(got) != 2 || got[1].Content != `{"n":2}` {
		t.Errorf("the leg has %v", got)
	}
	if _, err := send(`"`+strings.Repeat("x", 10000)+`"`, ""); code(err) != 32703 {
		t.Errorf("a long one: %v, want 32703", err)
	}
	if _, err := send(`{`, ""); code(err) != 20001 {
		t.Errorf("no JSON: %v, want 20001", err)
	}
	b.must(b.Hangup(sid))
	if _, err := send(`{}`, ""); code(err) != 21220 {
		t.Errorf("after the end: %v, want 21220", err)
	}
}

func TestIncomingPhoneNumbers(t *testing.T) {
	b := newHarness(t)
	list, err := b.api.ListIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).SetPhoneNumber(testNumber))
	b.must(err)
	if len(list) != 1 || *list[0].PhoneNumber != testNumber {
		t.Fatalf("listed %v", list)
	}
	sid := *list[0].Sid
	p := (&api.UpdateIncomingPhoneNumberParams{}).SetVoiceUrl(b.app.URL + "/elsewhere").SetVoiceMethod("GET").
		SetVoiceFallbackUrl(b.app.URL + "/fallback").SetStatusCallback(b.app.URL + "/ended")
	if _, err = b.api.UpdateIncomingPhoneNumber(sid, p); err != nil {
		t.Fatal(err)
	}
	got, err := b.api.FetchIncomingPhoneNumber(sid, nil)
	b.must(err)
	if *got.VoiceUrl != b.app.URL+"/elsewhere" || *got.VoiceMethod != "GET" ||
		*got.StatusCallback != b.app.URL+"/ended" {
		t.Errorf("after the change: %s %s %s", *got.VoiceMethod, *got.VoiceUrl, *got.StatusCallback)
	}
	b.doc("/elsewhere", `<Say>Here.</Say>`)
	caller := b.dial()
	b.hears(caller, "speech:Here.")
	b.must(b.Hangup(caller))
	b.expectEvents("/ended", "completed")
	if b.got("/elsewhere")[0].method != "GET" {
		t.Error("the voice URL was not asked by GET")
	}
	bad := (&api.UpdateIncomingPhoneNumberParams{}).SetVoiceUrl("nonsense")
	if _, err := b.api.UpdateIncomingPhoneNumber(sid, bad); code(err) != 21502 {
		t.Errorf("a bad URL: %v, want 21502", err)
	}
	if _, err := b.api.FetchIncomingPhoneNumber("PN1", nil); code(err) != 20404 {
		t.Errorf("an unknown number: %v, want 20404", err)
	}
	if list, _ := b.api.ListIncomingPhoneNumber((&api.ListIncomingPhoneNumberParams{}).
		SetPhoneNumber("+1555")); len(list) != 0 {
		t.Errorf("another number is listed: %v", list)
	}
}

func TestVoiceParameters(t *testing.T) { // F014
	b := newHarness(t)
	b.doc("/voice", `<Hangup/>`)
	for _, from := range []string{testCaller, "anonymous", "+266696687", ""} {
		sid, err := b.PlaceCall(nil, from, testNumber)
		b.must(err)
		got := b.got("/voice")
		form := got[len(got)-1].form
		want := url.Values{"CallSid": {sid}, "From": {from}, "Caller": {from}, "To": {testNumber},
			"Called":     {testNumber},
			"AccountSid": {testAccount}, "ApiVersion": {"2010-04-01"}, "Direction": {"inbound"},
			"CallStatus": {"ringing"}}
		for name := range want {
			if !form.Has(name) || form.Get(name) != want.Get(name) {
				t.Errorf("from %q: %s = %q, want %q", from, name, form.Get(name), want.Get(name))
			}
		}
	}
}

func TestUpdateCallRefuses(t *testing.T) {
	b := newHarness(t)
	sid := b.ringAgent("alice", "/alice")
	for name, c := range map[string]struct {
		sid    string
		change func(p *api.UpdateCallParams)
		code   int
	}{
		"an unknown call":         {"CA0", func(p *api.UpdateCallParams) { p.SetStatus("completed") }, 20404},
		"an unknown status":       {sid, func(p *api.UpdateCallParams) { p.SetStatus("ringing") }, 21218},
		"redirect while it rings": {sid, func(p *api.UpdateCallParams) { p.SetUrl(b.app.URL + "/bob") }, 21220},
		"a bad URL":               {sid, func(p *api.UpdateCallParams) { p.SetUrl("x") }, 21205},
		"a bad callback":          {sid, func(p *api.UpdateCallParams) { p.SetStatusCallback("x") }, 21609},
		"a bad limit":             {sid, func(p *api.UpdateCallParams) { p.SetTimeLimit(0) }, 20001},
	} {
		p := &api.UpdateCallParams{}
		c.change(p)
		if _, err := b.api.UpdateCall(c.sid, p); code(err) != c.code {
			t.Errorf("%s: %v, want %d", name, err, c.code)
		}
	}
	b.status(sid, "ringing")
	_, err := b.api.UpdateCall(sid, (&api.UpdateCallParams{}).SetStatusCallback(b.app.URL+"/late"))
	b.must(err)
	if _, err := b.api.ListCall((&api.ListCallParams{}).SetStatus("ringing").SetTo("client:alice")); err != nil {
		t.Error(err)
	}
}
