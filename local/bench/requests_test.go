package bench

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/local/stack"
)

// desk makes first requests that do a function's real work: callers in the store, an agent in a call.
type desk struct {
	b *testing.B
	s *stack.Stack
	n int
}

func newDesk(b *testing.B, s *stack.Stack) *desk {
	b.Helper()
	d := &desk{b: b, s: s}
	if err := s.Network.SetScripted("alice", true); err != nil {
		b.Fatal(err)
	}
	if err := s.Network.SetScripted("bob", true); err != nil {
		b.Fatal(err)
	}
	c := &call{b: b, s: s}
	c.begin() // Alice is in a call
	return d
}

// waiter is a caller whom no agent answers, until the call ends.
func (d *desk) waiter() (id string, gone func()) {
	d.b.Helper()
	d.set("bob", "away")
	id, err := d.s.Network.PlaceCall(nil, "+15550198", d.s.Number)
	if err != nil {
		d.b.Fatal(err)
	}
	d.idle()
	return id, func() {
		if err := d.s.Network.Hangup(id); err != nil {
			d.b.Fatal(err)
		}
		d.idle()
	}
}

func (d *desk) idle() {
	d.b.Helper()
	if err := d.s.Network.Idle(context.Background()); err != nil {
		d.b.Fatal(err)
	}
}

func (d *desk) set(agent, status string) {
	d.b.Helper()
	if _, err := d.s.Agent(agent).Set(context.Background(), status); err != nil {
		d.b.Fatal(err)
	}
}

// request is a function's first request, and what to do afterwards. The comments say what it needs of the store and of
// Twilio.
func (d *desk) request(function string) (payload []byte, after func()) {
	d.n++
	after = func() {}
	switch function {
	case "incoming": // the store seven times, Twilio once: an agent is rung
		id := fmt.Sprintf("CA%032x", time.Now().UnixNano())
		d.set("bob", "available")
		return d.webhook("incoming", "/incoming",
				url.Values{"CallSid": {id}, "From": {"+15550199"}, "CallStatus": {"ringing"}}),
			func() { d.gone(id) }
	case "wait": // a read
		id, gone := d.waiter()
		return d.webhook("wait", "/wait/"+id+"/2", url.Values{"CallSid": {id}, "CallStatus": {"in-progress"}}), gone
	case "connect-agent": // a read: the leg is not known
		id, gone := d.waiter()
		form := url.Values{"CallSid": {fmt.Sprintf("CA%032x", d.n)}, "CallStatus": {"in-progress"}}
		return d.webhook("connect-agent", "/connect-agent/"+id+"/nobody", form), gone
	case "events": // a read
		id, gone := d.waiter()
		form := url.Values{"CallSid": {id}, "CallStatus": {"ringing"}}
		return d.webhook("events-leg", "/events/leg/"+id+"/nobody", form), gone
	case "transfer": // two reads, two writes, a query, Twilio once
		e := d.event("transfer", "/transfer")
		e.Body = fmt.Sprintf(`{"action":"hold","request":"press-%d"}`, d.n)
		return d.raw(e), d.resume
	case "agents": // two reads, a query
		return d.raw(d.event("agents-me", "/agents/me")), after
	default:
		return d.raw(d.event("token", "/token")), after
	}
}

// resume undoes the hold that a request has caused.
func (d *desk) resume() {
	d.b.Helper()
	if _, err := d.s.Agent("alice").Press(context.Background(), "resume", "",
		fmt.Sprintf("resume-%d", d.n)); err != nil {
		d.b.Fatal(err)
	}
	d.idle()
}

// gone ends a made-up caller's call.
func (d *desk) gone(id string) {
	d.b.Helper()
	form := url.Values{"CallSid": {id}, "CallStatus": {"completed"}, "AccountSid": {stack.MadeUp().SID}}
	address := d.s.API + "/events/call"
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		d.b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", sign(address, form))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.b.Fatal(err)
	}
	_ = resp.Body.Close()
	d.idle()
}

// event is one of the examples, sent now to another path.
func (d *desk) event(name, path string) events.APIGatewayV2HTTPRequest {
	d.b.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "events", name+".json"))
	if err != nil {
		d.b.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(content, &e); err != nil {
		d.b.Fatal(err)
	}
	e.RawPath, e.RequestContext.HTTP.Path, e.RequestContext.TimeEpoch = path, path, time.Now().UnixMilli()
	return e
}

// webhook is an event that Twilio has signed.
func (d *desk) webhook(name, path string, form url.Values) []byte {
	e := d.event(name, path)
	form.Set("AccountSid", stack.MadeUp().SID)
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(form.Encode())), true
	e.Headers["x-twilio-signature"] = sign(d.s.API+path, form)
	return d.raw(e)
}

func (d *desk) raw(e events.APIGatewayV2HTTPRequest) []byte {
	payload, err := json.Marshal(e)
	if err != nil {
		d.b.Fatal(err)
	}
	return payload
}

// sign makes Twilio's signature: https://www.twilio.com/docs/usage/webhooks/webhooks-security
func sign(address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(stack.MadeUp().AuthToken))
	mac.Write([]byte(address))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
