package servicetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

var _ archive.Shelf = (*Store)(nil)

// over are the calls that are over. The order is not known.
func (s *Store) over() (list []*call.Call) {
	for _, c := range all[call.ID, call.Call](s, s.confs) {
		if !c.Live() && !c.Forgotten {
			list = append(list, &c)
		}
	}
	return list
}

// Recorded is the record of a call with its notes; false if there is none.
func (s *Store) Recorded(id call.ID) (record.Record, bool) {
	for _, c := range s.over() {
		if c.ID == id {
			return record.Of(c).WithNotes(s.notesOn(id)), true
		}
	}
	return record.Record{}, false
}

func (s *Store) notesOn(id call.ID) (list []record.Note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.notes[id] {
		list = append(list, n)
	}
	return list
}

// Places implements archive.Shelf.
func (s *Store) Places(_ context.Context, l archive.List, from, before string, n int) (places []string, err error) {
	err = s.run("Places", func() error {
		for _, c := range s.over() {
			place := archive.Place(c.Ended, c.ID)
			r := record.Of(c)
			mine := (l.Agent == "" || slices.Contains(r.Agents(), l.Agent)) && (!l.Unheard || r.Unheard)
			if place >= from && place < before && mine && (l.Caller == "" || l.Caller == c.From) {
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
		for _, id := range ids {
			c, err := load[call.ID, call.Call](s, s.confs, id)
			if err == nil && !c.Live() && !c.Forgotten {
				list = append(list, record.Of(c).WithNotes(s.notesOn(id)).WithMessage(s.Messages[id]))
			}
		}
		return nil
	})
	return list, err
}

// Notes implements archive.Shelf.
func (s *Store) Notes(_ context.Context, id call.ID) (list []record.Note, err error) {
	err = s.run("Notes", func() error {
		list = s.notesOn(id)
		return nil
	})
	return list, err
}

// SaveNote implements archive.Shelf.
func (s *Store) SaveNote(_ context.Context, id call.ID, n record.Note, _ time.Duration) error {
	return s.run("SaveNote", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.notes == nil {
			s.notes = map[call.ID]map[string]record.Note{}
		}
		if s.notes[id] == nil {
			s.notes[id] = map[string]record.Note{}
		}
		if s.notes[id][n.By.ID].Version != n.Version-1 {
			return service.ErrConflict
		}
		s.notes[id][n.By.ID] = n
		return nil
	})
}

// EndedCall is a call that has ended then, with these agents in it.
func EndedCall(n int, ended time.Time, caller string, agents ...agent.ID) *call.Call {
	c := call.New(id(n), caller, true, ended.Add(-time.Minute))
	for i, a := range agents {
		at := ended.Add(time.Duration(i-30) * time.Second)
		c.History = append(c.History, call.Entry{At: at, What: call.Answer, Agent: a, Name: "Agent " + string(a)})
		c.Trail.Legs = append(c.Trail.Legs, call.TrailLeg{
			Key: call.LegKey(fmt.Sprintf("leg-%d", i)), Agent: a, Name: "Agent " + string(a), Began: at, Answered: at,
			Ended: ended, Outcome: call.OutcomeCallerLeft,
		})
	}
	c.ApplyCallerEnded(ended)
	return c
}

// Queued implements team.Shelf.
func (s *Store) Queued(_ context.Context, n int) ([]call.ID, error) {
	return s.liveIDs("Queued", n, func(c *call.Call) bool { return c.Queues() })
}

// Owned implements team.Shelf.
func (s *Store) Owned(_ context.Context, n int) ([]call.ID, error) {
	return s.liveIDs("Owned", n, func(c *call.Call) bool { return !c.Queues() })
}

func (s *Store) liveIDs(op string, n int, fits func(*call.Call) bool) (ids []call.ID, err error) {
	err = s.run(op, func() error {
		calls := all[call.ID, call.Call](s, s.confs)
		calls = slices.DeleteFunc(calls, func(c call.Call) bool { return !c.Live() || !fits(&c) })
		slices.SortFunc(calls, func(a, b call.Call) int {
			return cmp.Or(a.Queued.Compare(b.Queued), cmp.Compare(a.ID, b.ID))
		})
		for _, c := range calls[:min(n, len(calls))] {
			ids = append(ids, c.ID)
		}
		return nil
	})
	return ids, err
}

// LiveCalls implements team.Shelf.
func (s *Store) LiveCalls(_ context.Context, ids []call.ID) (list []*call.Call, err error) {
	err = s.run("LiveCalls", func() error {
		for i, id := range ids {
			if c, err := load[call.ID, call.Call](s, s.confs, id); err == nil && !slices.Contains(ids[:i], id) {
				list = append(list, c)
			}
		}
		return nil
	})
	return list, err
}
