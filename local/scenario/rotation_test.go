package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"warmtransfer/local/secrets"
	"warmtransfer/local/stack"
)

// withToken is the secret's value with another auth token.
func (l *line) withToken(token string) string {
	l.t.Helper()
	a := stack.MadeUp()
	value, err := json.Marshal(map[string]string{"accountSid": a.SID, "authToken": token, "apiKey": a.APIKey,
		"apiSecret": a.APISecret})
	l.must(err)
	return string(value)
}

// The account's auth token changes during calls. Whatever label its version of the secret has when the first webhook
// signed with it arrives, no webhook is refused, and the call goes on: functions that know other tokens only read the
// secret once more.
func TestAuthTokenIsReplacedInACall(t *testing.T) {
	t.Parallel()
	const next = "fedcba9876543210fedcba9876543210"
	for name, replace := range map[string]func(l *line){
		"as docs/operations.md says": func(l *line) {
			l.Secrets.Rotate(l.withToken(next))
			l.pass(10 * time.Second) // the old one signs for a while yet
			second := l.dial("+15550198")
			l.waits(second)
			l.hangs(second)
		},
		"announced as the next":  func(l *line) { l.Secrets.Set(secrets.Pending, l.withToken(next)) },
		"back to the one before": func(l *line) { l.Secrets.Set(secrets.Previous, l.withToken(next)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			caller := l.talks("alice", "bob")
			before, reads := int64(len(l.Network.Records(0))), l.Secrets.Reads()
			replace(l)
			l.Network.SetAuthToken(next)

			l.presses("alice", "consult", "bob")
			l.pass(5 * time.Second)
			bob := l.answers("bob")
			l.waits(caller)
			l.presses("alice", "complete", "")
			l.pass(5 * time.Second)
			l.together(caller, bob)
			third := l.dial("+15550197")
			l.pass(30 * time.Second)
			l.waits(third)
			l.presses("bob", "end", "")
			l.pass(5 * time.Second)
			l.wantOver(caller)
			l.done(10 * time.Second)

			for _, r := range l.Network.Records(before) {
				if r.Kind == "webhook" && (r.Status < 200 || r.Status > 299) {
					t.Errorf("%s %s was answered with %d", r.Event, r.URL, r.Status)
				}
			}
			if l.Secrets.Reads() == reads {
				t.Error("nobody has read the secret again")
			}
		})
	}
}
