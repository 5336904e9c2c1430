package servicetest

import (
	"context"
	"sync"

	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// Lines is a service.LineStore in memory. Plan holds the faults of the next operations, in order.
type Lines struct {
	Plan []Fault

	mu  sync.Mutex
	all []settings.Line // by version, from 1
}

// next is what happens to an operation.
func (s *Lines) next() Fault {
	if len(s.Plan) == 0 {
		return Fault{}
	}
	f := s.Plan[0]
	s.Plan = s.Plan[1:]
	return f
}

// Line implements service.LineStore.
func (s *Lines) Line(ctx context.Context) (settings.Line, error) { return s.CurrentLine(ctx) }

// CurrentLine implements service.LineStore.
func (s *Lines) CurrentLine(context.Context) (settings.Line, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.next().Err; err != nil {
		return settings.Line{}, err
	}
	if len(s.all) == 0 {
		return settings.Line{}, service.ErrNotFound
	}
	return s.all[len(s.all)-1], nil
}

// SaveLine implements service.LineStore.
func (s *Lines) SaveLine(_ context.Context, was settings.Line, next *settings.Line) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.next()
	switch {
	case f.Err != nil && !f.Took:
		return f.Err
	case was.Version != int64(len(s.all)):
		return service.ErrConflict
	}
	to := *next
	to.Version = was.Version + 1
	s.all = append(s.all, to)
	if f.Err != nil {
		return f.Err
	}
	*next = to
	return nil
}

// EarlierLines implements service.LineStore.
func (s *Lines) EarlierLines(_ context.Context, before int64) (earlier []settings.Line, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := before - 1; v > 0 && v >= before-service.LinesKept; v-- {
		earlier = append(earlier, s.all[v-1])
	}
	return earlier, s.next().Err
}
