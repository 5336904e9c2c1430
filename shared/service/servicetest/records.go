package servicetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// shelved is what a Store keeps of a call that has ended.
type shelved struct {
	record.Record
	written int // how often the record was written; 0: there are only notes
	notes   map[string]record.Note
}

var _ archive.Shelf = (*Store)(nil)

// shelf is the entry of a call, which is made if there is none. The store must be locked.
func (s *Store) shelf(id call.ID) *shelved {
	if s.records == nil {
		s.records = map[call.ID]*shelved{}
	}
	if s.records[id] == nil {
		s.records[id] = &shelved{notes: map[string]record.Note{}}
	}
	return s.records[id]
}

// SaveRecord implements service.Store.
func (s *Store) SaveRecord(_ context.Context, r record.Record, _ time.Duration) error {
	return s.run("SaveRecord", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		e := s.shelf(r.ID)
		e.Record = r
		e.written++
		return nil
	})
}

// Recorded is the record of a call with its notes, and how often it was written.
func (s *Store) Recorded(id call.ID) (r record.Record, written int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.shelf(id)
	return e.withNotes(), e.written
}

func (e *shelved) withNotes() record.Record {
	var notes []record.Note
	for _, n := range e.notes {
		notes = append(notes, n)
	}
	return e.WithNotes(notes)
}

// Places implements archive.Shelf.
func (s *Store) Places(_ context.Context, l archive.List, from, before string, n int) (places []string, err error) {
	err = s.run("Places", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for id, e := range s.records {
			place := archive.Place(e.Ended, id)
			if e.written > 0 && place >= from && place < before && (l.Agent == "" ||
				slices.Contains(e.Agents(), l.Agent)) && (l.Caller == "" || l.Caller == e.Caller) {
				places = append(places, place)
			}
		}
		slices.SortFunc(places, func(a, b string) int { return strings.Compare(b, a) })
		places = places[:min(n, len(places))]
		return nil
	})
	return places, err
}

// Records implements archive.Shelf.
func (s *Store) Records(_ context.Context, ids []call.ID) (list []record.Record, err error) {
	err = s.run("Records", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, id := range ids {
			if e := s.records[id]; e != nil && e.written > 0 {
				list = append(list, e.withNotes())
			}
		}
		return nil
	})
	return list, err
}

// Kept implements archive.Shelf.
func (s *Store) Kept(_ context.Context, id call.ID) (r record.Record, recorded bool, err error) {
	err = s.run("Kept", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		e := s.shelf(id)
		r, recorded = e.withNotes(), e.written > 0
		return nil
	})
	return r, recorded, err
}

// SaveNote implements archive.Shelf.
func (s *Store) SaveNote(_ context.Context, id call.ID, n record.Note, _ time.Duration) error {
	return s.run("SaveNote", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		e := s.shelf(id)
		if e.notes[n.By.ID] = n; n.Empty() {
			delete(e.notes, n.By.ID)
		}
		return nil
	})
}

// Erase implements archive.Shelf.
func (s *Store) Erase(_ context.Context, id call.ID) error {
	return s.run("Erase", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.records, id)
		return nil
	})
}
