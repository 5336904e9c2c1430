// Package servicetest has what tests of the service and of its adapters need: a store in
// memory, a phone network in memory whose callbacks can be lost, doubled and reordered, both able
// to fail before and after taking effect, the invariants of a call, and the suite that every Store
// must pass.
package servicetest

import (
	"errors"
	"sync"
	"time"
)

// Fault makes one call fail.
type Fault struct {
	Err  error
	Took bool // the call fails after it has taken effect
	// Late is how much later a failed Hold takes effect; with Silent no callback reports it.
	Late   time.Duration
	Silent bool
}

// ErrLags as a Fault's error lets a list of the network (FindConference, Participants, FindLeg)
// answer with success and an empty list.
var ErrLags = errors.New("the list lags")

// Faults are the failures to come, by the name of the operation. The zero value fails nothing.
type Faults struct {
	mu    sync.Mutex
	rules map[string][]Fault
	every map[string]Fault
	at    map[string]map[int]Fault
	count map[string]int
	life  *Life
}

// Life is the life of the process that makes the calls: it may crash just before or just after one
// of them. From then on nothing that it does takes effect, until Revive.
type Life struct {
	mu    sync.Mutex
	calls int // outside calls made so far
	at    int // crash at this call
	took  bool
	armed bool
	dead  bool
	left  int // changes left to make before it crashes, counted down from left-1
}

// ErrCrashed is what others see of a use case that crashed: no answer.
var ErrCrashed = errors.New("crashed")

// CrashAt makes the process crash at the n-th outside call of its whole life, counted from 0: after
// that call has taken effect if took, otherwise before.
func (l *Life) CrashAt(n int, took bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at, l.took, l.armed = n, took, true
}

// Calls is how many outside calls were made.
func (l *Life) Calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

func (l *Life) crashAtChange(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = n + 1
}

// Disarm cancels a crash that has not happened yet.
func (l *Life) Disarm() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed, l.left = false, 0
}

// Revive restarts the process and says whether it had crashed.
func (l *Life) Revive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.dead
	l.dead = false
	return was
}

// operations are all outside calls by their names, which are the methods' of service.Store, archive.Shelf,
// service.CallControl and service.Notifier; true: it changes nothing.
var operations = map[string]bool{
	"PlaceOf": true, "SavePlaceOf": false, "HoldNumber": false, "Lookout": true, "SaveLookout": false,
	"Call": true, "SaveCall": false, "Agent": true, "SaveAgent": false, "SaveNote": false,
	"Queue": true, "Queued": true, "Owned": true, "LiveCalls": true, "Live": true, "Agents": true, "Free": true,
	"MusicStopped": true,
	"Places":       true, "Records": true, "Notes": true,
	"Dial": false, "Hangup": false, "Cancel": false, "SayGoodbye": false, "RejoinConference": false, "Hold": false,
	"SetEndOnExit": false, "Announce": false, "SetVoice": false,
	"FindConference": true, "Participants": true, "FindParticipant": true, "FindLeg": true, "Connected": true,
	"Tell": true,
}

// known returns the name of an operation that there is: a fault of another one would never come, and its test would
// show nothing.
func known(op string) string {
	if _, ok := operations[op]; !ok {
		panic("servicetest: there is no operation " + op)
	}
	return op
}

// live makes one outside call, unless the process has crashed or crashes at it.
func (l *Life) live(op string, act func() error) error {
	if l == nil {
		return act()
	}
	l.mu.Lock()
	now, took := l.armed && l.calls == l.at, l.took
	l.calls++
	if l.dead {
		l.mu.Unlock()
		return ErrCrashed
	}
	if l.left > 0 && !operations[op] {
		l.left--
		now, took = now || l.left == 0, took && l.left > 0
	}
	if now {
		l.dead, l.armed, l.left = true, false, 0
	}
	l.mu.Unlock()
	if !now {
		return act()
	}
	if took {
		_ = act()
	}
	return ErrCrashed
}

// Next makes the next call of op fail, after the failures that were set before.
func (f *Faults) Next(op string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rules == nil {
		f.rules = map[string][]Fault{}
	}
	f.rules[known(op)] = append(f.rules[op], fault)
}

// Every makes each call of op fail until Heal.
func (f *Faults) Every(op string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.every == nil {
		f.every = map[string]Fault{}
	}
	f.every[known(op)] = fault
}

// At makes the n-th call of op fail, counted from 0 over the whole life of f.
func (f *Faults) At(op string, n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at == nil {
		f.at = map[string]map[int]Fault{}
	}
	if f.at[known(op)] == nil {
		f.at[op] = map[int]Fault{}
	}
	f.at[op][n] = fault
}

// Heal ends all faults.
func (f *Faults) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.every, f.at = nil, nil, nil
}

// Count is how often op was called.
func (f *Faults) Count(op string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count[known(op)]
}

// Counts is how often each operation was called.
func (f *Faults) Counts() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make(map[string]int, len(f.count))
	for op, n := range f.count {
		all[op] = n
	}
	return all
}

// lateError is the failure of a call that takes effect later.
type lateError struct{ Fault }

func (e *lateError) Error() string { return e.Err.Error() }
func (e *lateError) Unwrap() error { return e.Err }

// run calls act with the next fault of op, if there is one.
func (f *Faults) run(op string, act func() error) error {
	return f.life.live(known(op), func() error { return f.fail(op, act) })
}

func (f *Faults) fail(op string, act func() error) error {
	f.mu.Lock()
	if f.count == nil {
		f.count = map[string]int{}
	}
	fault, failing := f.every[op]
	if one, ok := f.at[op][f.count[op]]; ok {
		fault, failing = one, true
	}
	f.count[op]++
	if rest := f.rules[op]; len(rest) > 0 {
		fault, failing = rest[0], true
		f.rules[op] = rest[1:]
	}
	f.mu.Unlock()
	if !failing {
		return act()
	}
	if fault.Late > 0 {
		return &lateError{fault}
	}
	if fault.Took {
		if err := act(); err != nil {
			return err
		}
	}
	return fault.Err
}
