package bench

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

var (
	firstDir = flag.String("first", "", "a checkout of the first release, to measure beside today's")
	peerDir  = flag.String("peer", "", "a checkout of the tutorial's sample with its packages, likewise")
)

// BenchmarkLoad sends each function its requests one at a time and sixteen at a time, past the gateway. It reports how
// long an answer takes and how much processor time the function uses for it, beside a bare handler, and, if they are
// named, beside the first release and the tutorial's sample. They get their requests in turn, so that the machine is
// the same for all.
func BenchmarkLoad(b *testing.B) {
	today := newLine(b, "", filepath.Join("..", ".."))
	all := []contender{today, bare{today}}
	if *firstDir != "" {
		all = append(all, newLine(b, "first-", *firstDir))
	}
	if *peerDir != "" {
		all = append(all, startPeer(b, *peerDir))
	}
	for _, name := range []string{"token", "wait", "transfer", "incoming"} {
		for _, workers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/at-once=%d", name, workers), func(b *testing.B) {
				loads, scores := make([]load, len(all)), make([]score, len(all))
				for i, c := range all {
					loads[i] = c.prepare(b, name)
					loads[i].send(b, workers, warmUp*workers) // each has its process and its connections
				}
				for b.Loop() {
					for i := range all {
						scores[i].round(b, loads[i], workers)
					}
				}
				b.ReportMetric(0, "ns/op")
				for i, c := range all {
					scores[i].report(b, c.title())
				}
			})
		}
	}
}

// warmUp is how many requests each worker sends that are not measured: the sample's code is slow until Node.js has
// compiled it.
const warmUp = 4

// contender is one of those who are measured beside each other.
type contender interface {
	title() string // begins the names of its metrics
	prepare(b *testing.B, function string) load
}

// load is one function of a contender under requests of one kind.
type load struct {
	pids func() []int
	// ask prepares a worker's next request; sending it is what is measured.
	ask func(worker int) (send func() error, after func())
}

// send sends n requests, and returns how long each took, in ms.
func (l load) send(b *testing.B, workers, n int) (took []float64) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for range n / workers {
				send, after := l.ask(w)
				began := time.Now()
				err := send()
				d := ms(began)
				if err != nil {
					b.Error(err) // once for each worker
					return
				}
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
				after()
			}
		})
	}
	all.Wait()
	return took
}

// score is what was measured of one contender.
type score struct{ took, cpu []float64 }

// round is a few requests of each worker.
func (s *score) round(b *testing.B, l load, workers int) {
	b.Helper()
	n := max(4*workers, 16)
	before := processorTime(b, l.pids())
	s.took = append(s.took, l.send(b, workers, n)...)
	s.cpu = append(s.cpu, float64((processorTime(b, l.pids())-before).Microseconds())/float64(n))
}

func (s *score) report(b *testing.B, title string) {
	b.Helper()
	slices.Sort(s.took)
	b.ReportMetric(median(s.took), title+"ms-p50")
	b.ReportMetric(s.took[len(s.took)*99/100], title+"ms-p99")
	b.ReportMetric(median(s.cpu), title+"µs-cpu")
}

// line is a release of this line, on a stack of its own.
type line struct {
	desk
	name     string
	binaries string

	agents  []string // one for each worker
	callers []string // likewise, who wait
	calls   []string // likewise, the call that its agent's page shows
	held    [16]bool // by worker, whether its caller is on hold
	mu      sync.Mutex
	seq     int
}

func newLine(b *testing.B, name, dir string) *line {
	b.Helper()
	root, err := filepath.Abs(dir)
	if err != nil {
		b.Fatal(err)
	}
	t := &trips{}
	ids, agents := crowd(16)
	l := &line{name: name, agents: ids}
	l.s, l.binaries = startOf(b, root, t.between(b), func(o *stack.Options) { o.Agents = agents })
	if _, err := l.s.Network.AddFault(faults.Rule{
		Kind: "rest", Do: "delay", DelayMs: int(twilioTakes.Milliseconds()),
	}); err != nil {
		b.Fatal(err)
	}
	return l
}

func (l *line) title() string { return l.name }

// prepare puts the line into the state that a function's requests need.
func (l *line) prepare(b *testing.B, name string) load {
	b.Helper()
	l.b = b
	switch name {
	case "wait":
		if l.callers == nil { // while nobody is free
			l.callers = arrive(b, l.s, len(l.agents))
		}
	case "transfer":
		if l.callers == nil {
			l.callers = arrive(b, l.s, len(l.agents))
		}
		for tries := 0; l.talking() < len(l.agents); tries++ { // one caller for each agent: not at once if they fight
			if tries == 30 {
				b.Fatal("not every agent has a caller")
			}
			available(b, l.s, l.agents)
			l.answer()
		}
		l.show()
	case "incoming":
		if l.callers != nil {
			leave(b, l.s, l.callers)
			l.callers = nil
		}
		available(b, l.s, l.agents)
	}
	return l.function(name, func(worker int) ([]byte, func()) { return l.next(name, worker) })
}

// show looks which call each agent's page shows.
func (l *line) show() {
	l.b.Helper()
	l.calls = nil
	for _, id := range l.agents {
		me, err := l.s.Agent(id).Me(context.Background())
		if err != nil || me.Call == nil {
			l.b.Fatalf("%s has no call: %v", id, err)
		}
		l.calls = append(l.calls, me.Call.ID)
	}
}

// answer answers every telephone that rings.
func (l *line) answer() {
	l.b.Helper()
	for _, v := range l.s.Network.Live() {
		if strings.HasPrefix(v.To, "client:") && v.Status == "ringing" {
			if err := l.s.Network.Answer(v.SID, nil); err != nil {
				l.b.Fatal(err)
			}
		}
	}
	idle(l.b, l.s)
}

// talking is how many agents are in a call.
func (l *line) talking() (n int) {
	for _, v := range l.s.Network.Live() {
		if strings.HasPrefix(v.To, "client:") && v.Status == "in-progress" {
			n++
		}
	}
	return n
}

// function starts a function of the line, which gets these requests.
func (l *line) function(name string, next func(worker int) (payload []byte, after func())) load {
	f := sam.Function{CodeURI: "functions/bare", Timeout: 10 * time.Second}
	for _, of := range l.s.Template.Functions {
		if of.Folder() == name {
			f = of
		}
	}
	fn := runner.New(runner.Config{
		Name: name, Bootstrap: filepath.Join(l.binaries, name), Env: l.s.Gateway.Environment(f),
		Timeout: f.Timeout, Reserved: -1, Output: io.Discard,
		ARN: "arn:aws:lambda:us-east-1:000000000000:function:" + name,
	})
	l.b.Cleanup(fn.Close)
	return load{pids: fn.PIDs, ask: func(worker int) (func() error, func()) {
		payload, after := next(worker)
		return func() error {
			in := runner.Invocation{RequestID: "bench", TraceID: "bench", Payload: payload}
			answer, err := fn.Invoke(in, f.Timeout)
			var got struct{ StatusCode int }
			if err == nil && (json.Unmarshal(answer, &got) != nil || got.StatusCode/100 != 2) {
				err = fmt.Errorf("%s answers %s", name, answer)
			}
			return err
		}, after
	}}
}

// next is a worker's next request, and what to do after it.
func (l *line) next(name string, worker int) (payload []byte, after func()) {
	l.mu.Lock()
	l.seq++
	n := l.seq
	l.mu.Unlock()
	after = func() {}
	switch name {
	case "wait":
		id := l.callers[worker]
		return l.webhook("wait", "/wait/"+id+"/2", url.Values{"CallSid": {id}, "CallStatus": {"in-progress"}}), after
	case "incoming": // the store five times in a row, Twilio once
		id := fmt.Sprintf("CA%032x", time.Now().UnixNano()+int64(n))
		form := url.Values{"CallSid": {id}, "From": {"+15550199"}, "CallStatus": {"ringing"}}
		return l.webhook("incoming", "/incoming", form), func() { l.gone(id) }
	case "transfer":
		action := "hold"
		if l.held[worker] {
			action = "resume"
		}
		l.held[worker] = !l.held[worker]
		e := l.event("transfer", "/transfer")
		e.RawQueryString = "call=" + l.calls[worker]
		e.RequestContext.Authorizer.JWT.Claims["username"] = l.agents[worker]
		e.Body = fmt.Sprintf(`{"action":%q,"request":"press-%d"}`, action, n)
		return l.raw(e), after
	default:
		return l.raw(l.event("token", "/token")), after
	}
}

// bare is the bare handler, which gets the request of a token whatever the others do.
type bare struct{ of *line }

func (bare) title() string { return "bare-" }

func (c bare) prepare(b *testing.B, _ string) load {
	b.Helper()
	c.of.b = b
	return c.of.function("bare", func(worker int) ([]byte, func()) { return c.of.next("token", worker) })
}

// processorTime is how long the processes have run, by /proc/PID/schedstat:
// https://docs.kernel.org/scheduler/sched-stats.html
func processorTime(b *testing.B, pids []int) (sum time.Duration) {
	b.Helper()
	for _, pid := range pids {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		if err != nil || len(tasks) == 0 {
			b.Skip("the time of a process cannot be had: needs /proc/PID/task/*/schedstat")
		}
		for _, task := range tasks {
			content, err := os.ReadFile(task)
			if err != nil {
				continue // a thread that has ended
			}
			first, _, _ := strings.Cut(string(content), " ")
			ns, err := strconv.ParseInt(first, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(ns)
		}
	}
	return sum
}
