package scenario

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/issuer"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// The names, the note and the numbers of this call occur nowhere else, so a search finds them if they are in a log.
const (
	secretNote   = "The caller asks about the Klondike inheritance"
	secretCaller = "+447700900461"
)

var telling = []issuer.Agent{
	{Username: "alice", Name: "Alice Wonderlake"}, {Username: "bob", Name: "Bob Quickfoot"},
	{Username: "zoe.featherstone@example.com", Name: "Zoë Featherstone"},
}

// notes presses a button with the note.
func (l *line) notes(id, action, target string) (stack.Snapshot, error) {
	l.t.Helper()
	var snap stack.Snapshot
	err := l.agent(id).Call(l.ctx, http.MethodPost, "/transfer",
		map[string]any{"action": action, "target": target, "note": secretNote}, &snap)
	l.settle()
	return snap, err
}

// Everything goes wrong that makes a function write a log line, and no line tells who called whom, or contains a
// secret.
func TestF163NothingPersonalIsLoggedWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	o := &outage{}
	l := open(t, allow, o.between(t), func(o *stack.Options) { o.Agents = telling })
	l.gap = 15 * time.Second // silence is not what this test is about
	l.online("alice", "bob")
	var voice struct{ Token string }
	l.must(l.agent("alice").Call(l.ctx, http.MethodPost, "/token", nil, &voice))
	_, err := l.agent(telling[2].Username).Set(l.ctx, "available") // has no telephone, so the ring is in vain
	l.must(err)

	// Requests from strangers.
	form := callerForm(stranger)
	form.Set("From", secretCaller)
	form.Set("CallerName", "Wonderlake")
	forged := signed(l.API+"/incoming", form)[2:] + "=="
	for _, path := range []string{"/incoming", "/wait/" + stranger + "/0", "/events/call",
		"/connect-agent/" + stranger + "/" + url.PathEscape(secretCaller)} {
		l.post(path, form, forged)
		// Those would start a new call.
		if !strings.HasSuffix(path, "/incoming") && !strings.HasPrefix(path, "/wait/") {
			l.post(path, form, signed(l.API+path, form))
		}
	}
	for _, body := range []any{map[string]any{"action": secretNote},
		map[string]any{"action": "consult", "target": secretCaller, "note": secretNote}, secretNote} {
		_ = l.agent("alice").Call(l.ctx, http.MethodPost, "/transfer", body, nil)
	}

	caller := l.dial(secretCaller)
	l.bring(caller, "alice", time.Minute)
	_, err = l.notes("alice", "consult", "bob")
	l.must(err)
	l.rejects("bob")
	for _, code := range []int{13227, 20003, 21211} { // Twilio's words, which we pass on nowhere, name the number
		l.fault(faults.Rule{Kind: "rest", Match: faults.Match{Event: "CreateCall"}, Do: "fail", Status: 400, Code: code,
			Times: 1})
		_, _ = l.notes("alice", "consult", london)
		l.pass(3 * time.Second)
	}
	_, err = l.notes("alice", "consult", london)
	l.must(err)
	l.key(l.picksUp(), "1")
	l.presses("alice", "cancel", "")
	l.pass(2 * time.Second)
	for _, do := range []string{"fail", "fail-after", "throttle", "drop-after", "timeout"} {
		l.fault(faults.Rule{Kind: "rest", Do: do, Times: 3})
		_, _ = l.notes("alice", "consult", "bob")
		l.pass(20 * time.Second)
		l.Network.ClearFaults()
		_, _ = l.agent("alice").Do(l.ctx, "cancel", "")
		l.pass(5 * time.Second)
	}
	l.asksOfRecords(caller)
	o.down.Store(true)
	l.asksOfRecords(caller)
	_, _ = l.notes("alice", "add", "bob")
	l.pass(15 * time.Second)
	o.down.Store(false)
	l.pass(time.Minute) // and the sweep

	l.wantEverybodyLogged()
	token, err := l.SignIn.Token("alice")
	l.must(err)
	a := stack.MadeUp()
	l.wantNowhere("Klondike", "inheritance", "Wonderlake", "Quickfoot", "eatherstone", "7700900461",
		strings.TrimPrefix(london, "+44"),
		a.AuthToken, a.APISecret, forged, voice.Token, token[len(token)-20:])
	l.done(90 * time.Second)
	l.wantNowhere("Klondike", "Wonderlake", "7700900461")
}

// asksOfRecords asks all that the API answers about records, with numbers and notes where they belong and where not.
func (l *line) asksOfRecords(caller string) {
	l.t.Helper()
	query := url.Values{"caller": {secretCaller}, "text": {secretNote}, "cursor": {secretNote}}.Encode()
	note := map[string]any{"note": secretNote, "name": "Wonderlake"}
	for path, body := range map[string]any{
		"POST /calls/search":  map[string]any{"caller": secretCaller, "text": secretNote[:30]},
		"GET /calls?" + query: nil, "GET /calls/" + caller + "/caller": nil, "GET /calls/" + caller + "/note": nil,
		"PUT /calls/" + caller + "/note":                                  note,
		"GET /calls/" + url.PathEscape(secretCaller) + "/caller?" + query: nil,
	} {
		method, path, _ := strings.Cut(path, " ")
		_ = l.agent("alice").Call(l.ctx, method, path, body, nil)
	}
}

// wantEverybodyLogged asserts that the search had something to search: each function wrote lines, and some of them are
// of failures.
func (l *line) wantEverybodyLogged() {
	l.t.Helper()
	log := l.log.String()
	for _, function := range []string{"incoming", "wait", "connect-agent", "transfer", "token", "agents", "events",
		"sweep", "calls"} {
		if !strings.Contains(log, "\n"+function+" | {") {
			l.t.Errorf("%s has logged nothing", function)
		}
	}
	for _, level := range []string{`"level":"INFO"`, `"level":"WARN"`, `"level":"ERROR"`} {
		if !strings.Contains(log, level) {
			l.t.Errorf("nothing was logged with %s", level)
		}
	}
}

// wantNowhere asserts that these texts are in no line of the functions' logs, and in no requested address, since
// addresses are in other people's logs (N9).
func (l *line) wantNowhere(secrets ...string) {
	l.t.Helper()
	all := strings.Split(l.log.String(), "\n")
	for _, r := range l.Network.Records(0) {
		if r.Kind == "webhook" {
			all = append(all, "address: "+r.URL)
		}
	}
	for _, s := range secrets {
		if s == "" {
			l.t.Fatal("a secret is empty")
		}
		for _, entry := range all {
			if strings.Contains(entry, s) {
				l.t.Errorf("N9: %q stands in %s", s, entry)
				break
			}
		}
	}
}

// A caller whose number is not E.164 is let in like any other, shown as text, and is in no log either: the scan for
// plus signs and digits would not find that text.
func TestF195CallersWithoutANumberAreNotLogged(t *testing.T) {
	t.Parallel()
	chosen := sample(3)
	for _, from := range []string{"sip:klondike@pbx.example.com", "sip:+447700900462@pbx.example.com", "07700900463",
		"4711"} {
		if !chosen() {
			continue
		}
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			o := &outage{}
			l := open(t, allow, o.between(t))
			l.online("alice", "bob")
			caller := l.dial(from)
			l.bring(caller, "alice", time.Minute)
			if got := l.me("alice").Call; got == nil || got.Caller.Number != from {
				t.Errorf("alice's page is told %+v, want the caller %q", got, from)
			}
			l.fault(faults.Rule{Kind: "rest", Do: "fail", Times: 3})
			_, _ = l.agent("alice").Press(l.ctx, "consult", "bob", "1")
			_ = l.agent("alice").Call(l.ctx, http.MethodPost, "/transfer",
				map[string]any{"action": "consult", "target": from}, nil)
			l.pass(3 * time.Second)
			l.hangs(caller)
			l.pass(3 * time.Second)
			if got := l.me("alice").Agent.Recent; len(got) == 0 || got[0].Caller != from {
				t.Errorf("alice's recent calls: %+v", got)
			}
			if mentions(l.log.String(), from) {
				t.Error("N9: the functions' log has the caller")
			}
			for _, r := range l.Network.Records(0) {
				if mentions(r.URL, from) {
					t.Errorf("N9: an address has the caller: %s", r.URL)
				}
			}
			l.done(10 * time.Second)
		})
	}
}

// mentions says whether a text has a caller's number or address, and not only as a part of an id or of a fraction of a
// second, which have every short number now and then.
func mentions(text, from string) bool {
	for _, form := range []string{from, url.QueryEscape(from), url.PathEscape(from)} {
		if regexp.MustCompile(`(^|[^0-9A-Za-z.])` + regexp.QuoteMeta(form) + `($|[^0-9A-Za-z])`).MatchString(text) {
			return true
		}
	}
	return false
}

// Every text that personal finds has one of the parts that wantNothingPersonal looks for first.
func TestWhatIsPersonalHasOneOfTheParts(t *testing.T) {
	for _, text := range []string{"from=+15550199", "token=eyJhbGciOi",
		`"X-Twilio-Signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="`,
		"signature=L%2FOH5YylLD5NRKLltdqwSvS0BnU", "Authorization: Bearer x"} {
		if !personal.MatchString(text) || !slices.ContainsFunc(personalHas,
			func(part string) bool { return strings.Contains(text, part) }) {
			t.Errorf("%s is overlooked", text)
		}
	}
}
