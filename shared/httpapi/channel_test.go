package httpapi

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
)

// site is a store of pages, and the connections to them.
type site struct {
	mu    sync.Mutex
	pages push.Pages
	fails map[string]error // by connection
	load  error
	save  error
	saved int
	sent  map[string]string
}

func (s *site) Pages(context.Context, agent.ID) (*push.Pages, error) {
	p := s.pages
	p.Open = slices.Clone(p.Open)
	return &p, s.load
}

func (s *site) SavePages(_ context.Context, _ agent.ID, p *push.Pages) error {
	s.saved++
	if s.save == nil {
		s.pages = *p
	}
	return s.save
}

func (s *site) Send(_ context.Context, connection string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[connection] = string(text)
	return s.fails[connection]
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func pagesOf(connections ...string) *site {
	s := &site{sent: map[string]string{}, fails: map[string]error{}}
	for _, c := range connections {
		s.pages.Open = append(s.pages.Open, push.Connection{ID: c, Until: noon.Add(time.Hour)})
	}
	return s
}

func TestAMessageSaysWhenAndNothingElse(t *testing.T) {
	s := pagesOf("a", "b")
	Channel{s, s}.Changed(t.Context(), "alice", noon)
	const want = `{"type":"changed","at":"2026-03-02T12:00:00Z"}`
	if len(s.sent) != 2 || s.sent["a"] != want || s.sent["b"] != want || s.saved > 0 {
		t.Errorf("sent %v, saved %d times", s.sent, s.saved)
	}
}

// The only page with a connection may be another one than the page that has made the change.
func TestF332EveryPageIsToldAlsoTheOnlyOneWithAConnection(t *testing.T) {
	for n := range 4 {
		s := pagesOf([]string{"a", "b", "c"}[:n]...)
		Channel{s, s}.Changed(t.Context(), "alice", noon)
		if len(s.sent) != n {
			t.Errorf("of %d pages %d are told", n, len(s.sent))
		}
	}
}

func TestF330WhoseSignInIsOverIsToldNothing(t *testing.T) {
	s := pagesOf("a")
	Channel{s, s}.Changed(t.Context(), "alice", noon.Add(time.Hour))
	if len(s.sent) > 0 {
		t.Errorf("sent %v", s.sent)
	}
}

func TestF333AFailedMessageDoesNoHarm(t *testing.T) {
	for name, tt := range map[string]struct {
		err    error
		left   int
		failed bool
	}{
		"gone":                              {service.ErrGone, 1, false},
		"throttled":                         {service.ErrThrottled, 2, true},
		"no answer, and perhaps it arrived": {service.ErrUnknown, 2, true},
	} {
		s := pagesOf("a", "b")
		s.fails["a"] = tt.err
		ctx, counts := metrics.With(t.Context())
		Channel{s, s}.Changed(ctx, "alice", noon)
		if s.sent["b"] == "" || len(s.pages.Open) != tt.left {
			t.Errorf("%s: sent %v, left %v", name, s.sent, s.pages.Open)
		}
		if got := len(counts.Attrs(noon)) > 0; got != tt.failed {
			t.Errorf("%s: counted %t", name, got)
		}
	}
	s := pagesOf("a", "b")
	s.load = service.ErrUnavailable
	Channel{s, s}.Changed(t.Context(), "alice", noon)
	s.load, s.save, s.fails["a"] = nil, errors.Join(service.ErrConflict), service.ErrGone
	Channel{s, s}.Changed(t.Context(), "alice", noon)
	if len(s.sent) != 2 || s.saved != 1 {
		t.Errorf("sent %v, saved %d times", s.sent, s.saved)
	}
}
