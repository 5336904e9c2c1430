// Package exchange is the telephone exchange: the legs and conferences that there are, the
// documents that they run, and who hears whom.
//
// Its lock is its own. Each exported method of Exchange and API takes the lock, changes the
// state, and gives the lock back; the state itself is not exported, and its methods are
// reached through Exchange.change and Exchange.read alone. What has to be done outside (a
// webhook, a word to a client, an entry in the journal) leaves as Effects, in order, while
// the lock is held: whoever takes them must only queue them.
//
// Where things are: exchange.go the lock and the registers of legs and conferences; leg.go
// how a leg lives and ends; ring.go dialling and answering; script.go its documents; dial.go
// the verb Dial; call.go what legs and conferences do to each other; hearing.go who
// hears what; phones.go what parties do; views.go what the control API shows; api.go,
// apiconference.go what REST does.
package exchange

import (
	"slices"
	"sync"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// Config is what an Exchange is made of. Account, Number, Clock, Rules, Length and
// Do are required.
type Config struct {
	Account string // its SID
	Number  string // the one number of the account, E.164
	Clock   clock.Clock

	RingBuffer     time.Duration // is added to every ring time
	LossDelay      time.Duration // how long a lost leg stays in progress before that is noticed
	CallsPerSecond int           // how fast calls made by REST are dialled; 0: no limit
	Ended          int           // how many ended legs, and as many ended conferences, are remembered

	// Rules are asked about legs that join a conference, and sound files.
	Rules *faults.Rules
	// Length is how long a sound file lasts, if it is there already.
	Length func(url string) (time.Duration, bool)
	// Do takes an effect. It is called with the exchange's lock held, so it must neither
	// wait nor call the exchange: it queues what is to be done.
	Do func(Effect)
}

// Exchange is a telephone exchange with one account and one number. Its methods are safe
// for concurrent use.
type Exchange struct {
	mu    sync.Mutex
	state *state
}

// New returns an exchange without calls.
func New(cfg Config) *Exchange {
	s := &state{
		cfg: cfg, clock: cfg.Clock, do: cfg.Do,
		legs:        map[string]*leg{},
		conferences: map[string]*conference.Conference{},
		named:       map[string]*conference.Conference{},
		clients:     map[string]*client{},
		outside:     map[string]string{},
	}
	s.number = newNumber(cfg.Number, s.clock.Now())
	x := &Exchange{state: s}
	s.enter = func(f func()) {
		_ = x.change(func(s *state) error { // f cannot fail
			if !s.closed {
				f()
			}
			return nil
		})
	}
	return x
}

// change lets f change the state with the lock held, and tells who hears something else
// because of it.
func (x *Exchange) change(f func(*state) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer x.state.tellHearing()
	return f(x.state)
}

// read lets f look at the state with the lock held.
func (x *Exchange) read(f func(*state)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f(x.state)
}

// Close ends everything at once, without a goodbye or a webhook: what comes later finds
// nobody there.
func (x *Exchange) Close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.state.closed = true
}

// state is everything that the lock guards.
type state struct {
	cfg   Config
	clock clock.Clock
	do    func(Effect)
	enter func(f func()) // runs f with the lock held, unless the exchange is closed

	closed      bool
	number      Number
	legs        map[string]*leg
	order       []*leg // oldest first; the ended ones are bounded by cfg.Ended
	ended       int
	conferences map[string]*conference.Conference // by SID
	list        []*conference.Conference          // oldest first, bounded likewise
	named       map[string]*conference.Conference // the newest of each name: of these alone one may be live
	clients     map[string]*client
	outside     map[string]string // what telephones outside do, see SetOutside
	recordings  []*Recording      // oldest first; none is forgotten
	nextDial    time.Time         // before then no call of REST is dialled
	dirty       []*leg            // whose hearing may have changed
}

// after runs f with the lock held when d has gone by.
func (s *state) after(d time.Duration, f func()) clock.Timer {
	return s.clock.AfterFunc(d, func() { s.enter(f) })
}

// emit tells the stream of events.
func (s *state) emit(e journal.Event) { s.do(Happened{e}) }

// warn tells what Twilio's debugger would show.
func (s *state) warn(sid string, p *notation.Problem) { s.do(Warned{sid, p}) }

// notify lets a client be told.
func (s *state) notify(n legs.Notice) { s.do(Notify{n}) }

// addLeg makes a leg known.
func (s *state) addLeg(l *leg) *leg {
	l.s = s
	l.SID = notation.NewSID("CA")
	l.Created = s.clock.Now()
	l.Updated = l.Created
	s.legs[l.SID] = l
	s.order = append(s.order, l)
	return l
}

// forgetLegs drops the oldest ended legs beyond the limit.
func (s *state) forgetLegs() {
	if s.ended <= s.cfg.Ended+s.cfg.Ended/4 {
		return
	}
	s.order = slices.DeleteFunc(s.order, func(l *leg) bool {
		if l.Over() && s.ended > s.cfg.Ended {
			s.ended--
			delete(s.legs, l.SID)
			return true
		}
		return false
	})
}

// findConference finds the live conference of a name.
func (s *state) findConference(name string) *conference.Conference {
	if c := s.named[name]; c != nil && !c.Over() {
		return c
	}
	return nil
}

// openConference is the live conference of a name, a new one if there is none.
func (s *state) openConference(name string) *conference.Conference {
	if c := s.findConference(name); c != nil {
		return c
	}
	c := conference.New(s.cfg.Account, name, s.clock.Now())
	s.conferences[c.SID] = c
	s.named[name] = c
	s.list = append(s.list, c)
	s.forgetConferences()
	return c
}

// forgetConferences drops the oldest ended conferences beyond the limit.
func (s *state) forgetConferences() {
	if len(s.list) <= s.cfg.Ended+s.cfg.Ended/4 {
		return
	}
	surplus := len(s.list) - s.cfg.Ended
	s.list = slices.DeleteFunc(s.list, func(c *conference.Conference) bool {
		if surplus <= 0 || !c.Over() {
			return false
		}
		surplus--
		delete(s.conferences, c.SID)
		if s.named[c.Name] == c {
			delete(s.named, c.Name)
		}
		return true
	})
}
