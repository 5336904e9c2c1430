package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// remembered is longer than a function remembers the line's settings.
const remembered = 31 * time.Second

// sets saves settings of the line, as the function settings does.
func (l *line) sets(v settings.Values) {
	l.t.Helper()
	l.must(v.Check())
	table := dynamo.New(shared.store.Client(), l.TableName)
	was, err := table.CurrentLine(l.ctx)
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		l.t.Fatal(err)
	}
	l.must(table.SaveLine(l.ctx, was, &settings.Line{At: l.clock.Now(), Values: v}))
}

// turnedAway asserts that a caller hears these words and a goodbye, and that nothing of the call is left.
func (l *line) turnedAway(sid, words string) {
	l.t.Helper()
	l.pass(time.Second)
	if got := l.asked(sid); got != "speech:"+words {
		l.t.Errorf("%s hears %q, want %q", l.name(sid), got, words)
	}
	for range 6 {
		l.pass(5 * time.Second)
	}
	l.wantOver(sid)
	if c := l.conference(sid); c != nil && c.Live() {
		l.t.Errorf("a call that was turned away is %s", c.State)
	}
}

// admits says whether a new caller is let in at that moment.
func (l *line) admits(at time.Time) bool {
	l.t.Helper()
	l.pass(at.Sub(l.clock.Now()))
	caller := l.dial("+15550198")
	l.pass(8 * time.Second)
	if c := l.conference(caller); c != nil && c.State == call.Ended {
		return false
	}
	l.waits(caller)
	l.hangs(caller)
	return true
}

// The functions themselves know midnight, the hour that does not exist and the one that comes twice.
func TestF261MidnightAndTheHoursOfSummerTime(t *testing.T) {
	hours := []settings.Span{{From: "02:15", To: "02:45"}, {From: "23:30", To: "24:00"}}
	type moment struct {
		at   string // UTC
		open bool
	}
	for name, moments := range map[string][]moment{
		"midnight": {
			{"2026-03-28T22:29:00Z", false}, {"2026-03-28T22:30:00Z", true}, // 23:30 on Saturday
			{"2026-03-28T22:59:30Z", true}, {"2026-03-28T23:00:00Z", false},
		},
		"the hour that does not exist": {{"2026-03-29T00:59:00Z", false}, {"2026-03-29T01:20:00Z", false}},
		"the hour that comes twice":    {{"2026-10-25T00:20:00Z", true}, {"2026-10-25T00:50:00Z", false}},
		"the same hour again":          {{"2026-10-25T01:20:00Z", true}, {"2026-10-25T01:50:00Z", false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var l *line
			for _, m := range moments {
				at, err := time.Parse(time.RFC3339, m.at)
				if err != nil {
					t.Fatal(err)
				}
				if l == nil {
					l = openAt(t, at.Add(-time.Minute))
					week := settings.Week{Saturday: hours, Sunday: hours}
					l.sets(settings.Values{Zone: "Europe/Berlin", Hours: &week})
				}
				if got := l.admits(at); got != m.open {
					t.Errorf("at %s a caller is let in: %t", m.at, got)
				}
			}
		})
	}
}

// The line's clock shows ten in Berlin. It opens at three minutes past, and closes ten minutes later for an hour.
func TestF261F267ClosedUntilItOpensAndAgainAfterwards(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice")
	l.sets(settings.Values{Zone: "Europe/Berlin", Hours: &settings.Week{
		Monday: []settings.Span{{From: "10:03", To: "10:13"}, {From: "11:00", To: "18:00"}},
	}, ClosedMessage: "We open at three minutes past ten."})
	early := l.dial("+15550198")
	l.turnedAway(early, "We open at three minutes past ten.")
	l.lastHeard(early, "speech:Goodbye.")
	l.notRinging("alice")

	l.pass(epoch.Add(3 * time.Minute).Sub(l.clock.Now()))
	caller := l.dial("+15550199")
	l.pass(time.Second)
	l.waits(caller)
	l.answers("alice")
	l.together(caller, l.legTo("alice"))

	waiting := l.dial("+15550197")
	for l.clock.Now().Before(epoch.Add(14 * time.Minute)) { // it closes meanwhile
		l.pass(10 * time.Second)
		l.together(caller, l.legTo("alice"))
		l.waits(waiting)
	}
	late := l.dial("+15550196")
	l.turnedAway(late, "We open at three minutes past ten.")
	l.together(caller, l.legTo("alice"))
	l.presses("alice", "end", "")
	l.pass(5 * time.Second)
	l.answers("alice") // who had a place in the queue when the line closed
	l.together(waiting, l.legTo("alice"))
	l.hangs(waiting)
	l.done(30 * time.Second)
}

// The switch is turned while one caller talks, one is on hold, one is rung for and one waits.
func TestF264TheEmergencyInTheMiddleOfAQueue(t *testing.T) {
	t.Parallel()
	l := open(t)
	held, rung, waiting := queue(l)
	emergency := settings.Values{Emergency: settings.Emergency{Closed: true, Message: "The house is being evacuated."}}
	l.sets(emergency)
	l.pass(remembered)

	l.turnedAway(l.dial("+15550196"), "The house is being evacuated.")
	for _, caller := range []string{held, rung, waiting} {
		l.wantLive(caller)
		l.waits(caller)
	}
	emergency.Emergency.EndWaits = true
	l.sets(emergency)
	l.pass(remembered)
	l.pass(30 * time.Second)
	for _, caller := range []string{rung, waiting} {
		l.wantOver(caller)
		l.lastHeard(caller, "speech:Goodbye.")
		l.wantNoGap(caller)
		if c := l.conference(caller); c.Reason != "closed" {
			t.Errorf("%s has ended: %s", l.name(caller), c.Reason)
		}
	}
	l.notRinging("bob")
	l.wantLive(held)
	l.presses("alice", "resume", "")
	l.together(held, l.legTo("alice"))

	l.sets(settings.Values{}) // all clear
	l.pass(remembered)
	again := l.dial("+15550195")
	l.pass(time.Second)
	l.waits(again)
	l.hangs(again)
	l.hangs(held)
	l.done(30 * time.Second)
}

// The item cannot be read: before it was ever read the line is as if nothing were set, and later as it was last.
func TestF263TheSettingsCannotBeRead(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	l := open(t, viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		if broken.Load() && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetItem") && asksFor(r, `"s#line"`) {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		store.ServeHTTP(w, r)
	}))
	l.sets(settings.Values{Emergency: settings.Emergency{Closed: true}})
	broken.Store(true)
	first := l.dial("+15550199")
	l.pass(time.Second)
	l.waits(first)
	l.hangs(first)

	broken.Store(false)
	l.pass(remembered)
	l.turnedAway(l.dial("+15550198"), "Thank you for calling.")
	broken.Store(true)
	l.pass(remembered)
	l.turnedAway(l.dial("+15550197"), "Thank you for calling.")
	l.done(30 * time.Second)
}

// A line in German: the greeting, the place in the queue, the question to an outside party, the last words.
func TestF268ALineInGerman(t *testing.T) {
	t.Parallel()
	l := open(t, named)
	l.sets(settings.Values{Name: "Beispiel", Language: "de", Greeting: "Guten Tag.", LastWords: "Bis bald."})
	l.online("alice")
	caller := l.dial("+15550199")
	l.pass(time.Second)
	l.heardOnce(caller, "speech:Guten Tag.")
	second := l.dial("+15550198")
	l.pass(12 * time.Second)
	l.heardOnce(second, "speech:Sie sind auf Platz 2 der Warteschlange.")
	l.answers("alice")
	l.must(l.Network.SetOutside(london, "pick-up"))
	l.presses("alice", "consult", london)
	l.pass(2 * time.Second)
	const question = "speech:Hier ist Beispiel. Ein Anruf wird zu Ihnen durchgestellt. " +
		"Drücken Sie die 1, um ihn anzunehmen."
	if got := l.asked(l.outside(london)); got != question {
		t.Errorf("an outside party is asked %q", got)
	}
	l.presses("alice", "cancel", "")
	l.pass(2 * time.Second)
	l.presses("alice", "end", "")
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.lastHeard(caller, "speech:Bis bald.")
	l.hangs(second)
	l.done(30 * time.Second)
}

// A supervisor changes the settings by the API, and an operator by make settings, while a caller talks: the next caller
// hears it. What is refused changes nothing, and a change is taken back.
func TestF265F266F267ChangesAreHeardByTheNextCaller(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	const closed = `{"version":0,"settings":{"zone":"Europe/Berlin","hours":{},"closedMessage":"We are closed today."}}`
	for _, c := range []struct {
		who, body string
		status    int
		says      string
	}{
		{"alice", closed, 403, "not-supervisor"},
		{"erin", `{"version":0,"settings":{"zone":"Europe/Atlantis"}}`, 422, "settings-refused"},
		{"erin", `{"version":3,"settings":{}}`, 409, "settings-changed"},
	} {
		var no *stack.APIError
		err := l.agent(c.who).Call(l.ctx, "PUT", "/settings", json.RawMessage(c.body), nil)
		if !errors.As(err, &no) || no.Status != c.status || !strings.HasSuffix(no.Type, c.says) {
			t.Errorf("%s was answered %v", c.who, err)
		}
	}
	var saved struct{ Version int }
	l.must(l.agent("erin").Call(l.ctx, "PUT", "/settings", json.RawMessage(closed), &saved))
	if saved.Version != 1 {
		t.Fatalf("saved version %d", saved.Version)
	}
	l.pass(remembered)
	l.turnedAway(l.dial("+15550198"), "We are closed today.")
	l.together(caller, l.legTo("alice"))

	table := dynamo.New(shared.store.Client(), l.TableName)
	edit := func(file io.Reader, back bool) stack.SettingsFile {
		t.Helper()
		f, err := stack.EditSettings(l.ctx, table, file, back, l.clock.Now())
		l.must(err)
		return f
	}
	if f := edit(strings.NewReader(`{"settings":{"greeting":"Good morning."}}`), false); *f.Version != 2 {
		t.Errorf("saved version %d", *f.Version)
	}
	l.pass(remembered)
	next := l.dial("+15550197")
	l.pass(5 * time.Second)
	l.heardOnce(next, "speech:Good morning.")
	if f := edit(nil, true); *f.Version != 3 || f.Settings.ClosedMessage != "We are closed today." {
		t.Errorf("taken back: %+v", f)
	}
	l.pass(remembered)
	l.turnedAway(l.dial("+15550196"), "We are closed today.")
	l.waits(next)
	l.together(caller, l.legTo("alice"))
	l.hangs(next)
	l.hangs(caller)
	l.done(30 * time.Second)
}

// heardOnce asserts that a leg has heard this.
func (l *line) heardOnce(sid, words string) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.heard[sid] {
		if slices.Contains(h.words, words) {
			return
		}
	}
	l.t.Errorf("%s has not heard %q", sid, words)
}

// asksFor reports whether a request to the store holds a text.
func asksFor(r *http.Request, text string) bool {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && bytes.Contains(body, []byte(text))
}
