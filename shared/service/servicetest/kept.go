package servicetest

import (
	"context"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// PlaceOf implements service.Store.
func (s *Store) PlaceOf(_ context.Context, number string) (id call.ID, err error) {
	err = s.run("PlaceOf", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		var there bool
		if id, there = s.places[number]; !there {
			return service.ErrNotFound
		}
		return nil
	})
	return id, err
}

// SavePlaceOf implements service.Store.
func (s *Store) SavePlaceOf(_ context.Context, number string, id call.ID) error {
	return s.run("SavePlaceOf", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.places == nil {
			s.places = map[string]call.ID{}
		}
		s.places[number] = id
		return nil
	})
}
