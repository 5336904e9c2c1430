package twiliosim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The kinds of traffic that a fault rule may concern.
const (
	faultWebhook = "webhook"
	faultREST    = "rest"
)

// What a fault rule may do. The two "after" let the application, or the network, act
// and then lose the answer.
const (
	doDrop         = "drop"          // never sent; a document's fetch fails to connect
	doDouble       = "double"        // sent twice, one after the other; webhooks only
	doDelay        = "delay"         // kept back for delayMs (1000)
	doReorder      = "reorder"       // kept back until another webhook has been sent, or delayMs (5000); webhooks only
	doFail         = "fail"          // answered with status (500) and nothing done
	doThrottle     = "throttle"      // answered with 429 and nothing done
	doTimeout      = "timeout"       // no answer and nothing done
	doFailAfter    = "fail-after"    // done, but answered with status (500)
	doTimeoutAfter = "timeout-after" // done, but no answer
	doDropAfter    = "drop-after"    // done, but the connection is cut instead of an answer
)

var faultDeeds = []string{doDrop, doDouble, doDelay, doReorder, doFail, doThrottle, doTimeout, doFailAfter, doTimeoutAfter, doDropAfter}

// FaultRule switches a fault on.
type FaultRule struct {
	Kind  string     `json:"kind"` // webhook or rest
	Match FaultMatch `json:"match"`
	Do    string     `json:"do"`
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

// FaultMatch chooses requests; an empty field matches all.
type FaultMatch struct {
	Path   string `json:"path"`   // a regular expression, found anywhere in the URL's path
	Method string `json:"method"` // GET, POST, DELETE
	Event  string `json:"event"`  // see Record.Event
}

// fault is a rule that is switched on.
type fault struct {
	FaultView
	path *regexp.Regexp
	seen int // matching requests since it began
}

// faults are the rules, and the webhooks that they keep back.
type faults struct {
	count int
	rules []*fault
	held  []*heldHook
	next  []*heldFetch
	hooks int64 // counts webhooks as they come up
}

// heldFetch is the fetch of a document that waits until the next webhook has been sent.
type heldFetch struct {
	*waker
	order int64 // of its own
}

// newFault checks a rule.
func newFault(r FaultRule) (*fault, error) {
	if r.Kind != faultWebhook && r.Kind != faultREST {
		return nil, fmt.Errorf("kind %q: want webhook or rest", r.Kind)
	}
	if !slices.Contains(faultDeeds, r.Do) {
		return nil, fmt.Errorf("do %q: want one of %s", r.Do, strings.Join(faultDeeds, ", "))
	}
	if r.Kind == faultREST && (r.Do == doDouble || r.Do == doReorder) {
		return nil, fmt.Errorf("do %q: only for webhooks", r.Do)
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
	return &fault{FaultView: FaultView{FaultRule: r}, path: path}, nil
}

// AddFault switches a rule on and returns its number; an error says what is wrong with it.
func (n *Network) AddFault(r FaultRule) (int, error) {
	f, err := newFault(r)
	if err != nil {
		return 0, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults.count++
	f.ID = n.faults.count
	n.faults.rules = append(n.faults.rules, f)
	return f.ID, nil
}

// ClearFaults switches all rules off. What they keep back goes out at once.
func (n *Network) ClearFaults() {
	n.lock()
	defer n.unlock()
	n.faults.rules = nil
	n.sentOne(math.MaxInt64)
}

// RemoveFault switches one rule off; what it keeps back waits for its time. It tells
// whether there was such a rule.
func (n *Network) RemoveFault(id int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := len(n.faults.rules)
	n.faults.rules = slices.DeleteFunc(n.faults.rules, func(f *fault) bool { return f.ID == id })
	return len(n.faults.rules) < before
}

// FaultView is a rule that is switched on.
type FaultView struct {
	FaultRule
	ID   int `json:"id"`
	Hits int `json:"hits"` // how often it has struck
}

// Faults returns the rules that are switched on.
func (n *Network) Faults() []FaultView {
	n.mu.Lock()
	defer n.mu.Unlock()
	views := make([]FaultView, 0, len(n.faults.rules))
	for _, f := range n.faults.rules {
		views = append(views, f.FaultView)
	}
	return views
}

// choose finds the first rule that strikes and counts it. Locked.
func (f *faults) choose(kind, path, method, event string) *fault {
	for _, r := range f.rules {
		m := r.Match
		if r.Kind != kind || m.Method != "" && m.Method != method || m.Event != "" && m.Event != event || !r.path.MatchString(path) {
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
		struck := *r
		return &struck
	}
	return nil
}

func (n *Network) chooseFault(kind, path, method, event string) *fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults.choose(kind, path, method, event)
}

func (f *fault) delay(otherwise time.Duration) time.Duration {
	if f.DelayMs > 0 {
		return time.Duration(f.DelayMs) * time.Millisecond
	}
	return otherwise
}

func (f *fault) status() int {
	switch {
	case f.FaultRule.Status != 0:
		return f.FaultRule.Status
	case f.Do == doThrottle:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// sleepUntilNext waits until another webhook has been sent, at most for d.
func (n *Network) sleepUntilNext(ctx context.Context, order int64, d time.Duration) {
	w := n.newWaker()
	n.mu.Lock()
	n.faults.next = append(n.faults.next, &heldFetch{w, order})
	n.mu.Unlock()
	n.restUntil(ctx, w, d)
}

// pathOf is the path of a URL, or the URL if it is none.
func pathOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return rawURL
	}
	return u.Path
}
