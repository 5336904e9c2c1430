package gateway

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"warmtransfer/local/gateway/sam"
)

// route is a route of the template, parsed for matching.
type route struct {
	sam.Route
	function  string
	segments  []segment
	isDefault bool
	limit     *bucket
}

// segment is one part of a path; kinds are in the order of precedence.
type segment struct {
	kind segmentKind
	text string // the literal, or the parameter's name
}

type segmentKind int

const (
	literal segmentKind = iota
	parameter
	greedy // {proxy+}: the rest of the path
)

func newRoute(r sam.Route, function string, api sam.API) (*route, error) {
	out := &route{Route: r, function: function, isDefault: r.Path == "$default",
		limit: &bucket{rate: api.Rate, burst: api.Burst}}
	if out.isDefault {
		return out, nil
	}
	rest, ok := strings.CutPrefix(r.Path, "/")
	if !ok {
		return nil, fmt.Errorf("the route %q does not begin with a slash", r.Path)
	}
	for part := range strings.SplitSeq(rest, "/") {
		s := segment{literal, part}
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			s = segment{parameter, name}
			if plain, ok := strings.CutSuffix(name, "+"); ok {
				s = segment{greedy, plain}
			}
		}
		if n := len(out.segments); n > 0 && out.segments[n-1].kind == greedy {
			return nil, fmt.Errorf("the route %q has something after its {%s+}", r.Path, out.segments[n-1].text)
		}
		out.segments = append(out.segments, s)
	}
	return out, nil
}

// key is the routeKey: "POST /incoming" or "$default".
func (r *route) key() string {
	if r.isDefault {
		return "$default"
	}
	return r.Method + " " + r.Path
}

// sortRoutes sorts by precedence: literal before parameter before greedy, segment by segment, then a method before ANY,
// and $default last.
func sortRoutes(routes []*route) {
	slices.SortStableFunc(routes, func(a, b *route) int {
		if a.isDefault != b.isDefault {
			if a.isDefault {
				return 1
			}
			return -1
		}
		for i := range min(len(a.segments), len(b.segments)) {
			if d := int(a.segments[i].kind) - int(b.segments[i].kind); d != 0 {
				return d
			}
		}
		switch {
		case a.Method != "ANY" && b.Method == "ANY":
			return -1
		case a.Method == "ANY" && b.Method != "ANY":
			return 1
		}
		return 0
	})
}

// find selects the route for a request, and its path parameters (nil if it has none).
func find(routes []*route, method, path string) (*route, map[string]string) {
	for _, r := range routes {
		if r.isDefault {
			return r, nil
		}
		if r.Method != "ANY" && r.Method != method {
			continue
		}
		if params, ok := r.match(path); ok {
			return r, params
		}
	}
	return nil, nil
}

// knownPath tells whether the API has the path, with any method: then it belongs to the API and not to the page.
func knownPath(routes []*route, path string) bool {
	for _, r := range routes {
		if _, ok := r.match(path); ok && !r.isDefault {
			return true
		}
	}
	return false
}

func (r *route) match(path string) (map[string]string, bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok || r.isDefault {
		return nil, false
	}
	var params map[string]string
	parts := strings.Split(rest, "/")
	for i, s := range r.segments {
		if i >= len(parts) {
			return nil, false
		}
		part := parts[i]
		if s.kind == greedy {
			part = strings.Join(parts[i:], "/")
			parts = parts[:i+1]
		}
		if s.kind == literal {
			if part != s.text {
				return nil, false
			}
			continue
		}
		if part == "" {
			return nil, false
		}
		if params == nil {
			params = map[string]string{}
		}
		params[s.text] = part
	}
	return params, len(parts) == len(r.segments)
}

// bucket is a route's limit: requests per second, and requests at once.
type bucket struct {
	rate, burst float64 // rate 0: no limit

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

func (b *bucket) allow(now time.Time) bool {
	if b.rate <= 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last.IsZero() {
		b.tokens = b.burst
	} else if d := now.Sub(b.last); d > 0 {
		b.tokens = min(b.burst, b.tokens+b.rate*d.Seconds())
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
