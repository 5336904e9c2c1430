package gateway

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"warmtransfer/local/gateway/sam"
)

func TestRouteSelection(t *testing.T) {
	var routes []*route
	for _, key := range []sam.Route{ // the order in the template does not matter
		{Method: "ANY", Path: "$default"}, {Method: "ANY", Path: "/{all+}"}, {Method: "GET", Path: "/agents/{id}"},
		{Method: "GET", Path: "/agents/{rest+}"}, {Method: "ANY", Path: "/agents/me"},
		{Method: "GET", Path: "/agents/me"},
		{Method: "GET", Path: "/agents"}, {Method: "POST", Path: "/wait/{conference}/{turn}"},
		{Method: "POST", Path: "/wait/{conference}/first"},
		{Method: "GET", Path: "/"},
	} {
		r, err := newRoute(key, "F", sam.API{})
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, r)
	}
	sortRoutes(routes)
	for _, c := range []struct {
		method, path, key string
		params            map[string]string
	}{
		{"GET", "/agents", "GET /agents", nil},
		{"GET", "/agents/me", "GET /agents/me", nil},
		{"PUT", "/agents/me", "ANY /agents/me", nil},
		{"GET", "/agents/bob", "GET /agents/{id}", map[string]string{"id": "bob"}},
		{"GET", "/agents/bob/calls", "GET /agents/{rest+}", map[string]string{"rest": "bob/calls"}},
		{"POST", "/agents/bob", "ANY /{all+}", map[string]string{"all": "agents/bob"}},
		{"POST", "/wait/CA1/3", "POST /wait/{conference}/{turn}", map[string]string{"conference": "CA1", "turn": "3"}},
		{"POST", "/wait/CA1/first", "POST /wait/{conference}/first", map[string]string{"conference": "CA1"}},
		{"POST", "/wait/CA1", "ANY /{all+}", map[string]string{"all": "wait/CA1"}},
		// A slash at the end makes another path.
		{"GET", "/agents/", "ANY /{all+}", map[string]string{"all": "agents/"}},
		{"GET", "/", "GET /", nil},
		{"POST", "/", "$default", nil},
	} {
		r, params := find(routes, c.method, c.path)
		if r.key() != c.key || !reflect.DeepEqual(params, c.params) {
			t.Errorf("%s %s -> %s %v, want %s %v", c.method, c.path, r.key(), params, c.key, c.params)
		}
	}
	for _, path := range []string{"no-slash", "/{all+}/more"} {
		if _, err := newRoute(sam.Route{Method: "GET", Path: path}, "F", sam.API{}); err == nil {
			t.Errorf("the route %q is accepted", path)
		}
	}
}

func TestNoRouteIs404(t *testing.T) {
	b := start(t, common, nil)
	b.do("GET", "/nowhere", "").want(t, 404, "Not Found")
	b.do("GET", "/token", "").want(t, 404, "Not Found") // the method counts
	b.do("POST", "/do/echo/", "").want(t, 404, "Not Found")
}

func TestBucket(t *testing.T) {
	now := time.Unix(0, 0)
	bucket := &bucket{rate: 2, burst: 3}
	var got string
	for _, wait := range []time.Duration{0, 0, 0, 0, 250 * time.Millisecond, 250 * time.Millisecond, 0, time.Hour, 0, 0,
		0} {
		now = now.Add(wait)
		got += fmt.Sprint(bucket.allow(now), " ")
	}
	if want := "true true true false false true false true true true false "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestF005ThrottledRouteIs429ByTheClock(t *testing.T) {
	b := start(t, common, nil)
	for n := range 20 {
		if a := b.do("GET", "/do/echo", ""); a.status != 200 {
			t.Fatalf("request %d of a burst of 20: %d", n, a.status)
		}
	}
	b.do("GET", "/do/echo", "").want(t, 429, "Too Many Requests")
	if a := b.do("POST", "/narrow/echo", ""); a.status != 200 {
		t.Errorf("another route has a limit of its own, got %d", a.status)
	}
	b.clock.Advance(100 * time.Millisecond)
	if a := b.do("GET", "/do/echo", ""); a.status != 200 {
		t.Errorf("after a tenth of a second at 10/s: %d", a.status)
	}
	b.do("GET", "/do/echo", "").want(t, 429, "Too Many Requests")
}
