package servicetest

import (
	"context"
	"testing"
	"time"

	"warmtransfer/shared/service"
)

// Lookout implements service.Store.
func (s *Store) Lookout(context.Context) (l service.Lookout, err error) {
	err = s.run("Lookout", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		l = s.looks
		return nil
	})
	return l, err
}

// SaveLookout implements service.Store.
func (s *Store) SaveLookout(_ context.Context, l service.Lookout) error {
	return s.run("SaveLookout", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.looks = l
		return nil
	})
}

// lookout is the part of the suite about the page on which others rely.
func lookout(t *testing.T, s service.Store) {
	read := func() (service.Lookout, error) { return s.Lookout(t.Context()) }
	eventually(t, service.Lookout{}, read)
	for _, l := range []service.Lookout{
		{Agent: "alice", Since: t0, Until: t0.Add(time.Minute)}, {Agent: "bob", Since: t0.Add(time.Hour), Until: t0},
	} {
		must(t, s.SaveLookout(t.Context(), l))
		eventually(t, l, read)
	}
}
