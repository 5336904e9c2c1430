package scenario

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// A webhook rule of the account overrides what our addresses ask for: a failed request is not retried. In each phase a
// music turn is lost, then Twilio's callbacks are; all is repaired.
func TestF198ClocksRepairWhereTheNetworkOverlooksWhatOurAddressesAskFor(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, p := range phases {
		if !chosen() {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.gap = soundWithNone
			l.Network.IgnoreOverrides(true)
			caller := p.to(l)
			l.pass(20 * time.Second)
			for _, path := range []string{"^/wait/", "^/events/"} {
				l.unavailable(path, 1)
			}
			l.pass(2 * time.Minute)
			l.wantLive(caller)
			if got := l.hears(caller); got == "silence" {
				t.Errorf("the caller hears nothing")
			}
			l.unavailable("^/events/", 4)
			l.done(90 * time.Second)
			for _, r := range l.Network.Records(0) {
				if r.Kind == "webhook" && r.Attempt > 1 {
					t.Errorf("%s was asked for %d times", r.URL, r.Attempt)
				}
			}
		})
	}
}

// unavailable answers so many webhooks to a path with 503.
func (l *line) unavailable(path string, times int) {
	l.t.Helper()
	l.fault(faults.Rule{
		Kind: "webhook", Match: faults.Match{Path: path}, Do: "fail", Status: http.StatusServiceUnavailable,
		Times: times,
	})
}

// withSharedKey is the secret's value with a shared key.
func (l *line) withSharedKey(key string) string {
	l.t.Helper()
	a := stack.MadeUp()
	value, err := json.Marshal(map[string]string{
		"accountSid": a.SID, "authToken": a.AuthToken, "apiKey": a.APIKey, "apiSecret": a.APISecret, "sharedKey": key,
	})
	l.must(err)
	return string(value)
}

func TestF198ASharedKeySignsWebhooks(t *testing.T) {
	t.Parallel()
	const key = "c2hhcmVkLXNlY3JldC1vZi1hLWtleQ"
	l := open(t)
	caller := l.talks("alice", "bob")
	l.Secrets.Rotate(l.withSharedKey(key))
	l.pass(10 * time.Second)
	before := int64(len(l.Network.Records(0)))
	l.Network.SignWith("webhooks_shared_key_1", key, "HMAC_SHA256")
	l.presses("alice", "consult", "bob")
	l.pass(5 * time.Second)
	bob := l.answers("bob")
	l.waits(caller)
	l.presses("alice", "complete", "")
	l.pass(5 * time.Second)
	l.together(caller, bob)
	l.waits(l.dial("+15550198"))
	l.done(10 * time.Second)
	for _, r := range l.Network.Records(before) {
		if r.Kind == "webhook" && (r.Status < 200 || r.Status > 299) {
			t.Errorf("%s %s was answered with %d", r.Event, r.URL, r.Status)
		}
	}
}

// A key that the stack does not know, and an algorithm: callers hear the static file, and the log names the cause.
func TestF198ASignatureThatCannotBeCheckedIsNamed(t *testing.T) {
	t.Parallel()
	for algorithm, problem := range map[string]string{
		"HMAC_SHA256": "signature-no-shared-key", "HMAC_SHA1": "signature-unknown-algorithm",
	} {
		l := open(t)
		l.online("alice")
		l.Network.SignWith("webhooks_shared_key_1", "unknown", algorithm)
		caller := l.dial("+15550199")
		l.pass(30 * time.Second)
		l.wantLive(caller)
		l.waits(caller)
		l.notRinging("alice")
		if log := l.log.String(); !strings.Contains(log, problem) || !strings.Contains(log, `"SignatureUnknown":1`) {
			t.Errorf("%s: the log does not name %s", algorithm, problem)
		}
		l.Network.SignWith("", "", "")
		l.bring(caller, "alice", time.Minute)
		l.done(10 * time.Second)
	}
}
