package servicetest

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Store is a service.Store and an archive.Shelf in memory.
type Store struct {
	Faults
	mu     sync.Mutex
	confs  map[call.ID][]byte
	people map[agent.ID][]byte
	views  map[call.ID]view // of confs
	notes  map[call.ID]map[string]record.Note
	news   map[call.ID][]call.News
	places map[string]call.ID // by number
	holds  map[string]service.Hold
	looks  service.Lookout
	// Messages is what has come of asking callers for a message.
	Messages map[call.ID]record.Message
	jumped   []string // failures found by jumps
	blind    bool     // a load has failed since the last Check
}

// view is what the lists show of a call.
type view struct {
	service.QueueEntry
	service.LiveCall
	since time.Time
	stops time.Time
	live  bool
	queue bool      // stands in the queue
	place time.Time // in the order of the queue
}

var _ service.Store = (*Store)(nil)

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{confs: map[call.ID][]byte{}, people: map[agent.ID][]byte{}, views: map[call.ID]view{},
		news: map[call.ID][]call.News{}, Messages: map[call.ID]record.Message{}}
}

func load[K comparable, T any](s *Store, m map[K][]byte, id K) (*T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, ok := m[id]
	if !ok {
		return nil, service.ErrNotFound
	}
	v := new(T)
	return v, json.Unmarshal(raw, v)
}

// save is the compare-and-swap: version points into v.
func save[K comparable, T any](s *Store, m map[K][]byte, id K, v *T, version *int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var stored struct {
		Version int64 `json:"version"`
	}
	if raw, ok := m[id]; ok {
		if err := json.Unmarshal(raw, &stored); err != nil {
			return err
		}
	}
	if stored.Version != *version {
		return service.ErrConflict
	}
	*version++
	raw, err := json.Marshal(v)
	if err == nil {
		m[id] = raw
	}
	return err
}

// Call implements service.Store.
func (s *Store) Call(_ context.Context, id call.ID) (c *call.Call, err error) {
	err = s.run("Call", func() (err error) {
		c, err = load[call.ID, call.Call](s, s.confs, id)
		return err
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blind = s.blind || err != nil
	return c, err
}

// SaveCall implements service.Store.
func (s *Store) SaveCall(_ context.Context, c *call.Call) error {
	return s.run("SaveCall", func() error {
		if err := save(s, s.confs, c.ID, c, &c.Version); err != nil {
			return err
		}
		s.jumps(c)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.news[c.ID] = append(s.news[c.ID], c.News...)
		w := service.QueueEntry{ID: c.ID, State: c.State, Queued: c.WaitsSince(), Requeued: c.Requeued}
		look := c.Due()
		l := service.LiveCall{ID: c.ID, Due: look.Sweep, Legs: look.Legs}
		s.views[c.ID] = view{
			QueueEntry: w, LiveCall: l, since: c.Since, stops: look.Music, live: c.Live(), queue: c.Queues(),
			place: c.Queued,
		}
		return nil
	})
}

// News is what was news in the saves of a call that took effect.
func (s *Store) News(id call.ID) []call.News {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.news[id])
}

// Agent implements service.Store.
func (s *Store) Agent(_ context.Context, id agent.ID) (a *agent.Agent, err error) {
	err = s.run("Agent", func() (err error) {
		a, err = load[agent.ID, agent.Agent](s, s.people, id)
		return err
	})
	return a, err
}

// SaveAgent implements service.Store.
func (s *Store) SaveAgent(_ context.Context, a *agent.Agent) error {
	return s.run("SaveAgent", func() error { return save(s, s.people, a.ID, a, &a.Version) })
}

// all decodes every item of a kind.
func all[K comparable, T any](s *Store, m map[K][]byte) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []T
	for _, raw := range m {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			list = append(list, v)
		}
	}
	return list
}

// Queue implements service.Lists.
func (s *Store) Queue(context.Context) (line []service.QueueEntry, err error) {
	err = s.run("Queue", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		var places []view
		for _, v := range s.views {
			if v.queue {
				places = append(places, v)
			}
		}
		slices.SortFunc(places, func(a, b view) int {
			if a.Requeued != b.Requeued {
				if a.Requeued {
					return -1
				}
				return 1
			}
			return cmp.Or(a.place.Compare(b.place), cmp.Compare(a.QueueEntry.ID, b.QueueEntry.ID))
		})
		for _, v := range places[:min(len(places), service.QueuePage)] {
			line = append(line, v.QueueEntry)
		}
		return nil
	})
	return line, err
}

// Agents implements service.Lists.
func (s *Store) Agents(_ context.Context, from string) (agents []agent.Agent, next string, err error) {
	free := func(a agent.Agent) bool { return a.Ranked() }
	err = s.run("Agents", func() error {
		agents = all[agent.ID, agent.Agent](s, s.people)
		slices.SortFunc(agents, func(a, b agent.Agent) int {
			if free(a) != free(b) {
				if free(a) {
					return -1
				}
				return 1
			}
			if free(a) {
				return cmp.Or(a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.ID, b.ID))
			}
			return cmp.Compare(a.ID, b.ID)
		})
		agents = slices.DeleteFunc(agents, func(a agent.Agent) bool { return a.IsRemoved() })
		agents, next = pageOf(agents, from)
		return nil
	})
	return agents, next, err
}

// pageOf is the page of a list that begins at from, and where the next one begins.
func pageOf(agents []agent.Agent, from string) ([]agent.Agent, string) {
	begin, _ := strconv.Atoi(from)
	end := min(len(agents), begin+service.AgentsPage)
	next := ""
	if end < len(agents) {
		next = strconv.Itoa(end)
	}
	return agents[min(begin, end):end], next
}

// Free implements service.Lists.
func (s *Store) Free(_ context.Context, from string) (agents []agent.Agent, next string, err error) {
	err = s.run("Free", func() error {
		for _, a := range all[agent.ID, agent.Agent](s, s.people) {
			if a.Ranked() { // and nothing that the list does not have
				agents = append(agents, agent.Agent{
					ID: a.ID, Status: agent.Available, IdleSince: a.IdleSince, HeartbeatAt: a.HeartbeatAt,
				})
			}
		}
		slices.SortFunc(agents, func(a, b agent.Agent) int {
			return cmp.Or(a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.ID, b.ID))
		})
		agents, next = pageOf(agents, from)
		return nil
	})
	return agents, next, err
}

// MusicStopped implements service.Lists.
func (s *Store) MusicStopped(_ context.Context, now time.Time) (ids []call.ID, next time.Time, err error) {
	err = s.run("MusicStopped", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		all := slices.SortedFunc(maps.Values(s.views), func(a, b view) int {
			return cmp.Or(a.stops.Compare(b.stops), cmp.Compare(a.QueueEntry.ID, b.QueueEntry.ID))
		})
		for _, v := range all {
			switch {
			case !v.live || v.stops.IsZero():
			case !v.stops.After(now):
				ids = append(ids, v.QueueEntry.ID)
			case next.IsZero():
				next = v.stops
			}
		}
		return nil
	})
	return ids, next, err
}

// Live implements service.Lists.
func (s *Store) Live(context.Context, int) (list []service.LiveCall, err error) {
	err = s.run("Live", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, v := range slices.SortedFunc(maps.Values(s.views), func(a, b view) int {
			return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.QueueEntry.ID, b.QueueEntry.ID))
		}) {
			if v.live {
				list = append(list, v.LiveCall)
			}
		}
		return nil
	})
	return list, err
}
