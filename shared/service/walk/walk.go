// Package walk goes through all histories of one caller, two agents and a bounded number of faults,
// up to a depth: breadth first, each state once. It knows what people and the network can do next,
// but not what should come of it: the World that it walks asserts the invariants.
package walk

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// Bounds of a walk.
type Bounds struct {
	Depth  int // actions of people, one after the other
	Faults int // how many of them may be faults of network, store or process
	// Every n-th new state is followed by two quiet minutes, after which everything must be well.
	Every int
	// States ends the walk early; 0: no limit.
	States int
	// Watched: the walk begins when alice talks to the caller and a supervisor coaches them. The supervisor acts, too.
	Watched bool
	// Asked: nobody is available at first, and the caller is asked every ten seconds whether they go on waiting.
	Asked bool
	// Kept: the caller has chosen to be called, and has hung up; nobody is available at first. They may ring in again.
	Kept bool
	// CalledBack: the walk begins when alice calls the caller back.
	CalledBack bool
}

// Stats are what a walk has seen.
type Stats struct {
	States, Steps, Quiet int
	PerDepth             []int
}

func (s Stats) String() string {
	return fmt.Sprintf("%d states, %d steps, %d followed by quiet minutes; new states by depth %v",
		s.States, s.Steps, s.Quiet, s.PerDepth)
}

var agents = []agent.ID{"alice", "bob"}

// node is a state that was reached: a World between two moves, and the way to it.
type node struct {
	world  *servicetest.World
	way    string
	faults int
}

// Walk goes through all states within the bounds. It reports failures to t, with the way to them.
func Walk(t servicetest.TB, b Bounds) Stats {
	w := servicetest.NewWorld(t, agents...)
	if b.Asked || b.Kept {
		w.AskEvery = 10 * time.Second
		for _, a := range agents {
			w.Choose(a, agent.Away)
		}
	}
	var id call.ID
	if b.CalledBack {
		id, _, _ = w.CallBack(agents[0], "k1")
	} else {
		id, _ = w.Dial()
	}
	if b.Watched {
		w.Settle()
		w.Answer(agents[0])
		w.Settle()
		w.MustWatch(id, call.ModeCoach)
	}
	if b.Asked || b.Kept {
		w.Settle()
	}
	if b.Kept {
		for !w.Asked(id) {
			w.Pass(time.Second)
		}
		w.AskEvery = 0
		id = w.KeepPlace(id)
		w.Pass(10 * time.Second)
	}
	front := []node{{world: w}}
	seen := map[uint64]bool{}
	seed := maphash.MakeSeed()
	var st Stats
	for depth := 0; depth < b.Depth && len(front) > 0; depth++ {
		var next []node
		for _, n := range front {
			for _, m := range moves(n, placeOf(n.world, id), b) {
				st.Steps++
				way := n.way + " > " + m.name
				w := n.world.Clone()
				tell := &teller{t: t, way: way}
				w.T = tell
				m.do(w)
				w.Check()
				key := maphash.String(seed, fmt.Sprint(n.faults+m.fault, w.Fingerprint()))
				if seen[key] || tell.failed {
					continue
				}
				seen[key] = true
				st.States++
				if b.Every > 0 && st.States%b.Every == 0 {
					st.Quiet++
					quiet(w.Clone(), id, silence(way))
				}
				if tell.failed {
					return st
				}
				next = append(next, node{w, way, n.faults + m.fault})
				if b.States > 0 && st.States >= b.States {
					st.PerDepth = append(st.PerDepth, len(next))
					return st
				}
			}
		}
		st.PerDepth = append(st.PerDepth, len(next))
		front = next
	}
	return st
}

// placeOf is the place that the caller of that call keeps, if they have chosen so, or else the call; or the call in
// which they have rung in again.
func placeOf(w *servicetest.World, id call.ID) call.ID {
	if place := call.KeptID(id); w.Has(place) && w.Call(id).State == call.Ended {
		id = place
	}
	return cmp.Or(w.Again(id), id)
}

// teller reports failures with the way that led to them.
type teller struct {
	t      servicetest.TB
	way    string
	failed bool
}

func (t *teller) Helper() {}
func (t *teller) Errorf(format string, args ...any) {
	t.failed = true
	t.t.Errorf("after%s: %s", t.way, fmt.Sprintf(format, args...))
}
func (t *teller) Fatalf(format string, args ...any) {
	t.failed = true
	t.t.Fatalf("after%s: %s", t.way, fmt.Sprintf(format, args...))
}
func (t *teller) Fatal(args ...any) { t.Fatalf("%s", fmt.Sprint(args...)) }

// allLost: every callback of one move is lost, which is more than a single fault. Then only a clock
// notices, the sweep at the latest.
const allLost = "all callbacks lost"

// silence is how many seconds of silence a caller may hear at a stretch after that way (N1).
func silence(way string) int {
	if strings.Contains(way, allLost) {
		return 65
	}
	return 5
}

// quiet: nothing more goes wrong, time passes, and agents answer what rings. Nobody hears silence,
// nothing is left over, and a caller who has not left talks to an agent or hears music.
func quiet(w *servicetest.World, id call.ID, silence int) {
	w.AskEvery = 0
	w.Pass(65 * time.Second)
	for range 2 {
		for _, a := range agents {
			w.Answer(a)
		}
		w.Pass(25 * time.Second)
	}
	w.CheckQuiet()
	id = placeOf(w, id)
	if w.Longest > silence {
		w.T.Errorf("the caller heard silence for %d s", w.Longest)
	}
	if !w.CallerRefuses(id, call.OutcomeNoAnswer) {
		w.CallerHangsUp(id)
	}
	w.Pass(5 * time.Second)
	w.CheckQuiet()
	if n := w.LiveLegs(); n > 0 {
		w.T.Errorf("%d legs are left after the caller's end", n)
	}
}

// move is one thing that may happen next.
type move struct {
	name  string
	fault int
	do    func(w *servicetest.World)
}

// moves lists what may happen in a state: everything that people can do, each followed by all
// callbacks in order or, as a fault, with callbacks lost, doubled, late or reversed, with an
// outside call that fails, or with a crash of the process.
func moves(n node, id call.ID, b Bounds) []move {
	acts := people(n.world, id)
	if (b.Asked || b.Kept) && n.world.Me(agents[0]).Agent.Status == agent.Away {
		acts = append(acts, move{"alice comes", 0, func(w *servicetest.World) { w.Choose(agents[0], agent.Available) }})
	}
	again := "the caller rings in again"
	if c := n.world.Call(id); b.Kept && c.State == call.KeepsPlace && !strings.Contains(n.way, again) {
		acts = append(acts, move{again, 0, func(w *servicetest.World) {
			w.ByNumber = true
			if id, ok := w.Dial(); !ok { // they hear words, and Twilio asks again
				w.Arrive(id)
			}
		}})
	}
	if b.Watched {
		acts = append(acts, supervisor(n.world, id)...)
	}
	var all []move
	for _, a := range acts {
		all = append(all, move{a.name, 0, func(w *servicetest.World) { a.do(w); w.Settle() }})
		if n.faults < b.Faults {
			all = append(all, faulty(a)...)
		}
	}
	return all
}

// people lists what people can do, and the passing of time.
func people(w *servicetest.World, id call.ID) []move {
	c := w.Call(id)
	acts := []move{
		{"a moment", 0, func(w *servicetest.World) { w.Tick(3 * time.Second) }},
		{"time", 0, func(w *servicetest.World) { w.Tick(13 * time.Second) }},
	}
	if w.CallerRings(id) {
		acts = append(acts,
			move{"the caller picks up", 0, func(w *servicetest.World) { w.CallerPicksUp(id) }},
			move{"the caller is busy", 0, func(w *servicetest.World) { w.CallerRefuses(id, call.OutcomeBusy) }},
		)
	}
	if h := w.Hears(id); h != "gone" && h != "nobody" {
		acts = append(acts, move{"caller hangs up", 0, func(w *servicetest.World) { w.CallerHangsUp(id) }})
	}
	if w.Asked(id) {
		for _, choice := range []call.Choice{call.ChooseStay, call.ChooseMessage, call.ChooseKeep} {
			acts = append(acts, move{fmt.Sprintf("caller chooses %q", choice), 0, func(w *servicetest.World) {
				w.AnswerQuestion(id, choice)
			}})
		}
	}
	for _, a := range agents {
		if w.Rings(a) {
			acts = append(acts,
				move{string(a) + " answers", 0, func(w *servicetest.World) { w.Answer(a) }},
				move{string(a) + " declines", 0, func(w *servicetest.World) { w.Reject(a, call.OutcomeDeclined) }},
			)
		}
		if w.Talks(a) {
			acts = append(acts, move{string(a) + " is lost", 0, func(w *servicetest.World) { w.HangUp(a) }})
		}
		for _, verb := range c.Seat(a).Actions() {
			to := agent.ID("")
			if verb.Begins() {
				if to = agents[0]; a == to {
					to = agents[1]
				}
			}
			press := move{
				string(a) + " presses " + string(verb), 0,
				func(w *servicetest.World) { _, _ = w.Press(a, verb, to) },
			}
			acts = append(acts, press)
			if verb == call.DoConsult { // the caller is put on hold and the target dialled side by side
				acts = append(acts, move{press.name + ", dialled first", 0, func(w *servicetest.World) {
					w.DialFirst = true
					press.do(w)
					w.DialFirst = false
				}})
			}
		}
	}
	return acts
}

// supervisor lists what the supervisor can do.
func supervisor(w *servicetest.World, id call.ID) []move {
	var acts []move
	for _, m := range call.Modes {
		press := func(w *servicetest.World) { _ = w.Watch(id, m) }
		acts = append(acts, move{"the supervisor presses " + string(m), 0, press})
	}
	if w.Talks(servicetest.Boss.ID) {
		acts = append(acts,
			move{"the supervisor leaves", 0, func(w *servicetest.World) { _ = w.Unwatch(id) }},
			move{"the supervisor is lost", 0, func(w *servicetest.World) { w.HangUp(servicetest.Boss.ID) }},
		)
	}
	return acts
}

// faulty lists the ways in which a move can go wrong once.
func faulty(a move) []move {
	fault := func(how string, do func(w *servicetest.World)) move {
		return move{a.name + " [" + how + "]", 1, do}
	}
	unanswered := func(took bool) func(w *servicetest.World) {
		return func(w *servicetest.World) {
			ops := []string{
				"Dial", "Hold", "Hangup", "Cancel", "SetEndOnExit", "SetVoice", "SayGoodbye", "RejoinConference",
			}
			for _, op := range ops {
				w.Phones.Next(op, servicetest.Fault{Err: service.ErrUnknown, Took: took})
			}
			a.do(w)
			w.Settle()
			w.Phones.Heal()
		}
	}
	list := []move{
		fault(allLost, func(w *servicetest.World) { a.do(w); w.Lose() }),
		fault("a callback lost", func(w *servicetest.World) {
			a.do(w)
			if len(w.Phones.Told) > 0 && w.Phones.Told[0].Over == nil {
				w.Drop(0)
			}
			w.Settle()
		}),
		fault("callbacks late", func(w *servicetest.World) { a.do(w) }),
		fault("callbacks reversed", func(w *servicetest.World) {
			w.Order = func(n int) int { return n - 1 }
			a.do(w)
			w.Settle()
			w.Order = nil
		}),
		fault("lists lag", func(w *servicetest.World) {
			a.do(w)
			w.Settle()
			for _, op := range []string{"FindConference", "Participants", "FindLeg"} {
				w.Phones.Next(op, servicetest.Fault{Err: servicetest.ErrLags})
			}
			w.Sweep()
			w.Settle()
			w.Phones.Heal()
		}),
		fault("a hold or its end takes effect late", func(w *servicetest.World) {
			w.Phones.Next("Hold", servicetest.Fault{Err: service.ErrUnknown, Late: 4 * time.Second, Silent: true})
			a.do(w)
			w.Settle()
			w.Phones.Heal()
		}),
		fault("REST without an answer, done", unanswered(true)),
		fault("REST without an answer, not done", unanswered(false)),
	}
	for n := range 3 {
		list = append(list, fault(fmt.Sprint("crash at the ", n+1, ". save or act"), func(w *servicetest.World) {
			w.CrashAtChange(n)
			a.do(w)
			w.Settle()
			w.Life.Disarm()
		}))
	}
	return list
}
