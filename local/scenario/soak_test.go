package scenario

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/issuer"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

var (
	soakCalls = flag.Int("calls", 60, "how many calls the soak has")
	soakSeed  = flag.Uint64("seed", 1, "what the soak's people decide by")
	soakLines = flag.Int("lines", 0, "how many lines play the soak side by side; 0: two for each processor")
)

const (
	// soakAgents is the number of agents on each of the soak's lines, soakPolling of how many the page polls in a call
	// (line.polls); the others' have the push channel.
	soakAgents, soakPolling = 12, 3
	// soakDayCalls is the least that a line plays if there are several: a day that meets all ways of the line.
	soakDayCalls = 300
)

// soakFaults strike one request in twenty of all: a callback is lost, doubled, late or out
// of order, a document cannot be had or comes too late, a REST call fails before or after it
// took effect. A request to the table fails in tests of their own.
var soakFaults = []faults.Rule{
	{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop", Every: 40},
	{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "double", Every: 41},
	{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "delay", DelayMs: 9000, Every: 42},
	{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "reorder", Every: 43},
	{Kind: "webhook", Match: faults.Match{Path: "^/wait"}, Do: "timeout", Every: 60},
	{Kind: "webhook", Match: faults.Match{Path: "^/(wait|connect-agent|incoming)"}, Do: "double", Every: 40},
	{Kind: "webhook", Match: faults.Match{Path: "^/(wait|connect-agent|incoming)"}, Do: "drop", Every: 41},
	{Kind: "webhook", Match: faults.Match{Path: "^/(wait|connect-agent|incoming)"}, Do: "fail", Every: 42},
	{Kind: "rest", Do: "fail", Every: 40},
	{Kind: "rest", Do: "fail-after", Every: 41},
	{Kind: "rest", Do: "throttle", Every: 42},
	{Kind: "rest", Do: "drop-after", Every: 43},
}

// soak is a day of the phone line: callers arrive, agents use their buttons at random, and about one request in twenty
// fails.
type soak struct {
	*line
	dice   *rand.Rand
	ids    []string
	back   map[string]time.Time // crashed agents, and when they come back
	ended  map[string]bool      // calls that an agent has ended
	wanted int

	dark    bool           // it is night
	keepers []string       // numbers of callers who have chosen to keep their place
	reached []string       // legs of callers who were called and have picked up
	tally   map[string]int // how often what was done

	seen    int64               // the number of the last examined request
	struck  int                 // requests that failed
	strikes map[string][]strike // by caller
}

// strike is a fault that struck a request about a caller. A callback that is held back is missing from when it was due
// until it is sent.
type strike struct {
	from, to time.Time
	what     string
}

// withoutMusic is how long a caller may hear nothing because of one fault (N1).
const withoutMusic = 5 * time.Second

// wanted is how many calls the soak has; in a short run (make test) half an hour of the day must do.
func wanted() int {
	if testing.Short() {
		return min(*soakCalls, 25)
	}
	return *soakCalls
}

// shares are how many calls each of the lines plays, asked of them or else two for each processor: most requests of
// a line wait for each other, so that one alone leaves processors idle. What all have in common, the test's process and
// the store, works with one thread each, and has no time for more than eight.
func shares(calls, asked, processors int) []int {
	lines := asked
	if lines <= 0 {
		lines = max(1, min(2*processors, 8, calls/soakDayCalls))
	}
	all := make([]int, lines)
	for n := range all {
		all[n] = calls*(n+1)/lines - calls*n/lines
	}
	return all
}

// The soak's calls are shared out to lines that know nothing of each other: each has its own functions, table, phone
// network, clock, dice and faults, and is reckoned by itself. One of them is played again with -run F176Soak/lines/2.
func TestF176Soak(t *testing.T) {
	t.Parallel()
	var days []*soak
	t.Run("lines", func(t *testing.T) {
		for n, calls := range shares(wanted(), *soakLines, runtime.NumCPU()) {
			day := &soak{dice: rand.New(rand.NewPCG(*soakSeed, uint64(n))), back: map[string]time.Time{},
				ended: map[string]bool{}, wanted: calls, strikes: map[string][]strike{}, tally: map[string]int{}}
			days = append(days, day)
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				day.plays(t)
			})
		}
	})
	calls, struck, requests := 0, 0, int64(0)
	for _, day := range days {
		if day.line != nil {
			calls, struck, requests = calls+len(day.callers), struck+day.struck, requests+day.seen
		}
	}
	t.Logf("%d calls on %d lines, seed %d; faults in %d of %d requests", calls, len(days), *soakSeed, struck, requests)
}

func TestTheSoaksCallsAreSharedOut(t *testing.T) {
	for _, c := range []struct{ calls, asked, processors, lines int }{
		{25, 0, 8, 1},
		{700, 0, 2, 2},
		{10_000, 0, 1, 2},
		{10_000, 0, 2, 4},
		{10_000, 0, 64, 8},
		{10_001, 3, 2, 3},
	} {
		all, sum := shares(c.calls, c.asked, c.processors), 0
		for _, n := range all {
			sum += n
			if len(all) > 1 && n < soakDayCalls {
				t.Errorf("%+v: a day of %d calls", c, n)
			}
		}
		if len(all) != c.lines || sum != c.calls {
			t.Errorf("%+v: %v", c, all)
		}
	}
}

// plays plays the day of one line.
func (s *soak) plays(t *testing.T) {
	var people []issuer.Agent
	for n := range soakAgents {
		id := fmt.Sprintf("agent%d", n)
		s.ids = append(s.ids, id)
		people = append(people, issuer.Agent{Username: id, Name: id})
	}
	s.line = open(t, ways, func(o *stack.Options) { o.Agents = people })
	s.crowd = true
	s.pushed = s.ids[soakPolling:]
	s.sets(soakDay)
	s.online(s.ids...)
	for _, f := range slices.Concat(soakFaults, soakVoicemailFaults) {
		s.fault(f)
	}
	for told := 0; len(s.callers) < s.wanted; s.second() {
		if n := len(s.callers); n >= told+500 {
			told = n
			t.Logf("%d calls so far", n)
		}
	}
	s.drain()
	s.reckon()
}

// second is one second of the day.
func (s *soak) second() {
	if live := len(s.liveCallers()); live < soakAgents && s.dice.IntN(3) == 0 && len(s.callers) < s.wanted {
		s.dial(s.number())
	}
	s.dayOrNight()
	for _, sid := range s.liveCallers() {
		if s.dice.IntN(120) == 0 {
			s.hangs(sid)
			continue
		}
		s.chooses(sid)
	}
	s.called()
	for _, id := range s.ids {
		s.does(id)
	}
	s.pass(time.Second)
	s.look()
}

var callSID = regexp.MustCompile(`CA[0-9a-f]{32}`)

// look records whom the last requests' faults have struck, because the phone network forgets requests after some
// thousand.
func (s *soak) look() {
	for _, r := range s.Network.Records(s.seen) {
		s.seen = r.N
		if r.Fault == "" {
			continue
		}
		s.struck++
		from := r.At
		if !r.Due.IsZero() {
			from = r.Due
		}
		about := append(callSID.FindAllString(r.URL+" "+r.Body, -1), r.SID)
		slices.Sort(about)
		for _, sid := range slices.Compact(about) {
			s.strikes[sid] = append(s.strikes[sid],
				strike{from, r.At, fmt.Sprintf("%s %s %s", r.Fault, r.Kind, r.Event)})
		}
	}
}

// allowed is how long a caller may have heard nothing then: one fault's time for each fault that struck the caller
// meanwhile, or so shortly before that what it has left undone was not repaired yet, as a look at a list that was
// refused and is repeated some seconds later.
func (s *soak) allowed(sid string, then silence) time.Duration {
	n := 0
	for _, f := range s.strikes[sid] {
		if !f.to.Before(then.from.Add(-withoutMusic)) && !f.from.After(then.to) {
			n++
		}
	}
	return withoutMusic * time.Duration(max(n, 1))
}

func (s *soak) liveCallers() []string {
	var live []string
	for _, sid := range s.callers[max(0, len(s.callers)-4*soakAgents):] {
		if s.live(sid) {
			live = append(live, sid)
		}
	}
	return live
}

// does lets an agent do something, or nothing.
func (s *soak) does(id string) {
	if at, gone := s.back[id]; gone {
		if !s.clock.Now().Before(at) {
			delete(s.back, id)
			s.returns(id)
		}
		return
	}
	sid := s.legTo(id)
	if sid == "" {
		if s.dice.IntN(15) == 0 { // set Away for missed calls: the agent becomes available again
			_, _ = s.agent(id).Set(s.ctx, "available")
			s.settle()
		}
		if s.dice.IntN(90) == 0 {
			s.callsMessageBack(id)
		}
		return
	}
	if c, _ := s.Network.Call(sid); c.Status == "ringing" {
		if s.Network.Params(sid)["asked"] != "" && s.dice.IntN(10) > 0 { // the page answers by itself, unless it dies
			_ = s.Network.Answer(sid, nil)
			s.settle()
			return
		}
		switch n := s.dice.IntN(20); {
		case n < 8:
			_ = s.Network.Answer(sid, nil)
		case n < 10:
			_ = s.Network.Reject(sid, nil)
		case n == 10:
			_ = s.Network.Busy(sid)
		}
		s.settle()
		return
	}
	switch n := s.dice.IntN(150); {
	case n < 25:
		s.acts(id)
	case n < 27:
		_ = s.Network.Hangup(sid)
		s.settle()
	case n == 27:
		s.crash(id)
		s.back[id] = s.clock.Now().Add(30 * time.Second)
	}
}

func (s *soak) returns(id string) {
	s.register(id)
	s.pages[id] = true
	_, _ = s.agent(id).Set(s.ctx, "available")
	s.settle()
}

// acts presses one of the buttons that the agent's page shows.
func (s *soak) acts(id string) {
	me, err := s.agent(id).Me(s.ctx)
	if err != nil || me.Call == nil || len(me.Call.Actions) == 0 {
		return
	}
	action, target := me.Call.Actions[s.dice.IntN(len(me.Call.Actions))], ""
	switch action {
	case "consult", "add", "blind":
		target = s.ids[s.dice.IntN(len(s.ids))]
	case "end":
		s.ended[me.Call.ID] = true
	}
	if _, err := s.agent(id).Do(s.ctx, action, target); err == nil { // a refusal is an answer, too
		s.tally["an agent presses "+action]++
	}
	s.settle()
}

// drain ends the day: the remaining callers hang up, and time passes.
func (s *soak) drain() {
	s.Network.ClearFaults()
	for _, sid := range s.callers {
		if s.live(sid) {
			s.hangs(sid)
		}
	}
	s.pages = map[string]bool{} // the agents go home: from here on there is only the sweep
	for range 30 {              // callers who are called now, or a moment ago, may pick up by themselves, and hang up
		s.pickedUp()
		for _, sid := range s.reached {
			if s.live(sid) {
				s.hangs(sid)
			}
		}
		s.pass(time.Second)
	}
	s.pass(sweeps)
}

// reckon counts what was opened, closed and lost.
func (s *soak) reckon() {
	opened, closed := 0, 0
	for _, c := range s.Network.Calls() {
		opened++
		if c.Over() {
			closed++
		}
	}
	if opened != closed {
		s.t.Errorf("N3: %d legs were opened and %d closed", opened, closed)
	}
	lost, long, twice := 0, 0, 0
	var worst time.Duration
	for _, sid := range slices.Concat(s.callers, s.reached) {
		if s.wasLost(sid) {
			lost++
		}
		for _, quiet := range s.silences(sid) {
			gap := quiet.to.Sub(quiet.from)
			switch {
			case gap > s.allowed(sid, quiet):
				long++
				worst = max(worst, gap)
				s.tellOf(sid)
			case gap > withoutMusic:
				twice++
				s.t.Logf("%s was struck more than once and heard nothing for %v", sid, gap)
			default:
				worst = max(worst, gap)
			}
		}
		s.wantInvariants(sid)
	}
	if lost > 0 {
		s.t.Errorf("N2: %d callers were lost", lost)
	}
	if long > 0 {
		s.t.Errorf("N1: %d times a caller heard nothing for longer than the faults allow, once for %v", long, worst)
	}
	s.reckonWays()
	s.wantNothingPersonal()
	s.t.Logf(
		"%d calls, %d legs opened, %d closed, %d callers lost; longest silence %v, %d longer ones of several faults; "+
			"%v of virtual time; faults in %d of %d requests; %d invocations",
		len(s.callers), opened, closed, lost, worst, twice, s.clock.Now().Sub(epoch), s.struck, s.seen,
		strings.Count(s.log.String(), "gateway | "))
}

// wasLost: the caller did not hang up, no agent ended the call, and no goodbye was spoken.
func (s *soak) wasLost(sid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leaving[sid] || s.ended[sid] || s.saidGoodbye(sid) {
		return false
	}
	all := s.heard[sid]
	for _, h := range slices.Backward(all) {
		for _, w := range h.words {
			if w != "silence" {
				s.t.Logf("lost: %s after hearing %q", sid, w)
				return true
			}
		}
	}
	return true
}

// tellOf prints what a caller heard, and every request about the caller.
func (s *soak) tellOf(sid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.heard[sid] {
		s.t.Logf("    %9.3f %v", h.at.Sub(epoch).Seconds(), h.words)
	}
	for _, f := range s.strikes[sid] {
		s.t.Logf("  %9.3f-%.3f %s", f.from.Sub(epoch).Seconds(), f.to.Sub(epoch).Seconds(), f.what)
	}
	for _, r := range s.Network.Records(0) {
		if strings.Contains(r.URL, sid) || r.SID == sid {
			s.t.Logf("  %9.3f %s %s %s %s -> %d %s %s", r.At.Sub(epoch).Seconds(), r.Kind, r.Event, r.Method, r.URL,
				r.Status, r.Fault, r.Error)
		}
	}
}
