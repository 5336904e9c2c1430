// Package faults is about what goes wrong on purpose: rules that choose webhooks and REST
// calls, and say what is done to them.
//
// It only chooses. Whoever sends the webhook or answers the call does what was chosen.
package faults

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of traffic that a fault rule may concern.
const (
	Webhook = "webhook"
	REST    = "rest"
	// Join concerns a leg that a Dial is about to put into a conference. The path is the
	// conference's name, a slash and the participant's label; there are no method and event.
	Join = "join"
	// Media concerns a sound file that is about to be fetched.
	Media = "media"
	// Record concerns a Record that is about to begin. The path is the CallSid; there are no method and event.
	Record = "record"
)

// What a fault rule may do. The two "after" let the application, or the network, act
// and then lose the answer.
const (
	Drop         = "drop"          // never sent; a document's fetch fails to connect
	Double       = "double"        // sent twice, one after the other; webhooks only
	Delay        = "delay"         // kept back for delayMs (1000)
	Reorder      = "reorder"       // kept back until another webhook has been sent, or delayMs (5000); webhooks only
	Fail         = "fail"          // answered with status (500) and nothing done
	Throttle     = "throttle"      // answered with 429 and nothing done
	Timeout      = "timeout"       // no answer and nothing done
	FailAfter    = "fail-after"    // done, but answered with status (500)
	TimeoutAfter = "timeout-after" // done, but no answer
	DropAfter    = "drop-after"    // done, but the connection is cut instead of an answer
	// Late is done and answered after delayMs (5000), also if the client has given up by
	// then; REST only.
	Late = "late"
	// Empty is a list that shows nobody, and succeeds, or a file that is empty; REST and
	// media only.
	Empty = "empty"
	// Lag is a list that does not show yet what is younger than delayMs (5000); REST only.
	Lag = "lag"
)

// actions are what may be done to each kind. A join that fails (with code, 16021) goes on
// with what comes after its Dial; one that fails after it took effect is over after half
// a second. A record that fails goes on with the next verb.
var actions = map[string][]string{
	Webhook: {Drop, Double, Delay, Reorder, Fail, Throttle, Timeout, FailAfter, TimeoutAfter, DropAfter},
	REST:    {Drop, Delay, Fail, Throttle, Timeout, FailAfter, TimeoutAfter, DropAfter, Late, Empty, Lag},
	Join:    {Fail, FailAfter},
	Media:   {Drop, Fail, Throttle, Timeout, Empty},
	Record:  {Fail},
}

// Rule switches a fault on.
type Rule struct {
	Kind  string `json:"kind"` // webhook, rest, join, media or record
	Match Match  `json:"match"`
	Do    string `json:"do"`
	// Times is how often the rule strikes; 0 is until it is deleted.
	Times int `json:"times"`
	// Skip is how many matching requests are left alone before the rule begins.
	Skip int `json:"skip"`
	// Every lets the rule strike each n-th matching request only; 0 and 1 are each one.
	Every int `json:"every"`
	// DelayMs is by the network's clock.
	DelayMs int `json:"delayMs"`
	Status  int `json:"status"` // HTTP status of fail, throttle and fail-after
	Code    int `json:"code"`   // Twilio's error code in a failed REST call
}

// Match chooses requests; an empty field matches all.
type Match struct {
	Path   string `json:"path"`   // a regular expression, found anywhere in the URL's path
	Method string `json:"method"` // GET, POST, DELETE
	Event  string `json:"event"`  // see journal.Record.Event
}

// View is a rule that is switched on.
type View struct {
	Rule
	ID   int `json:"id"`
	Hits int `json:"hits"` // how often it has struck
}

// rule is one that is switched on.
type rule struct {
	View
	path *regexp.Regexp
	seen int // matching requests since it began
}

// Rules are those that are switched on, in the order in which they were added. The zero
// value has none. Its methods are safe for concurrent use.
type Rules struct {
	mu      sync.Mutex
	count   int
	rules   []*rule
	cleared []func()
}

// newRule checks a rule.
func newRule(r Rule) (*rule, error) {
	may := actions[r.Kind]
	if may == nil {
		return nil, fmt.Errorf("kind %q: want webhook, rest, join, media or record", r.Kind)
	}
	if !slices.Contains(may, r.Do) {
		return nil, fmt.Errorf("do %q: want one of %s", r.Do, strings.Join(may, ", "))
	}
	if r.Times < 0 || r.Skip < 0 || r.Every < 0 || r.DelayMs < 0 {
		return nil, errors.New("times, skip, every and delayMs must not be negative")
	}
	if r.Status != 0 && (r.Status < 400 || r.Status > 599) {
		return nil, fmt.Errorf("status %d: want 400 to 599", r.Status)
	}
	path, err := regexp.Compile(r.Match.Path)
	if err != nil {
		return nil, fmt.Errorf("match.path: %w", err)
	}
	return &rule{View: View{Rule: r}, path: path}, nil
}

// Add switches a rule on and returns its number; an error says what is wrong with it.
func (s *Rules) Add(r Rule) (int, error) {
	added, err := newRule(r)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	added.ID = s.count
	s.rules = append(s.rules, added)
	return added.ID, nil
}

// OnClear has f called at each Clear, when no rule is left. It is for setting up.
func (s *Rules) OnClear(f func()) { s.cleared = append(s.cleared, f) }

// Clear switches all rules off. What they keep back goes out at once.
func (s *Rules) Clear() {
	s.mu.Lock()
	s.rules = nil
	s.mu.Unlock()
	for _, f := range s.cleared {
		f()
	}
}

// Remove switches one rule off; what it keeps back waits for its time. It tells whether
// there was such a rule.
func (s *Rules) Remove(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.rules)
	s.rules = slices.DeleteFunc(s.rules, func(r *rule) bool { return r.ID == id })
	return len(s.rules) < before
}

// List returns the rules that are switched on.
func (s *Rules) List() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	views := make([]View, 0, len(s.rules))
	for _, r := range s.rules {
		views = append(views, r.View)
	}
	return views
}

// Fault is a rule that has struck a request.
type Fault struct{ Rule }

// Choose finds the first rule that strikes a request and counts it; nil if none does.
func (s *Rules) Choose(kind, path, method, event string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		m := r.Match
		if r.Kind != kind || m.Method != "" && m.Method != method || m.Event != "" && m.Event != event ||
			!r.path.MatchString(path) {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			continue
		}
		if r.Times > 0 && r.Hits >= r.Times {
			continue
		}
		if r.seen++; r.Every > 1 && r.seen%r.Every != 0 {
			continue
		}
		r.Hits++
		return &Fault{r.Rule}
	}
	return nil
}

// Delay is for how long a request is kept back.
func (f *Fault) Delay(otherwise time.Duration) time.Duration {
	if f.DelayMs > 0 {
		return time.Duration(f.DelayMs) * time.Millisecond
	}
	return otherwise
}

// HTTPStatus is what a failed request is answered with.
func (f *Fault) HTTPStatus() int {
	switch {
	case f.Status != 0:
		return f.Status
	case f.Do == Throttle:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// PathOf is the path of a URL, as rules match it, or the URL if it is none.
func PathOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	return u.Path
}
