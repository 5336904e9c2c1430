package bench

import (
	"encoding/json"
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

// BenchmarkLoad sends each function its requests one at a time and sixteen at a time, past the gateway. It reports how
// long an answer takes and how much processor time the function uses for it, beside a bare handler.
func BenchmarkLoad(b *testing.B) {
	t := &trips{}
	ids, agents := crowd(16)
	s, binaries := start(b, t.between(b), func(o *stack.Options) { o.Agents = agents })
	if _, err := s.Network.AddFault(faults.Rule{
		Kind: "rest", Do: "delay", DelayMs: int(twilioTakes.Milliseconds()),
	}); err != nil {
		b.Fatal(err)
	}
	l := &load{desk: desk{b: b, s: s}, agents: ids}
	for _, name := range []string{"bare", "token", "wait", "transfer", "incoming"} {
		f := sam.Function{CodeURI: "functions/bare", Timeout: 10 * time.Second}
		for _, of := range s.Template.Functions {
			if of.Folder() == name {
				f = of
			}
		}
		for _, workers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/at-once=%d", name, workers), func(b *testing.B) {
				l.b = b
				l.prepare(name)
				fn := runner.New(runner.Config{
					Name: name, Bootstrap: filepath.Join(binaries, name), Env: s.Gateway.Environment(f),
					Timeout: f.Timeout, Reserved: -1, Output: io.Discard,
					ARN: "arn:aws:lambda:us-east-1:000000000000:function:" + name,
				})
				defer fn.Close()
				l.run(fn, name, workers, workers, f.Timeout) // each has its process and its connections
				t.take()
				cpu, took := processorTime(b, fn.PIDs()), []float64(nil)
				n := 0
				for b.Loop() {
					took = append(took, l.run(fn, name, workers, 4*workers, f.Timeout)...)
					n += 4 * workers
				}
				used := processorTime(b, fn.PIDs()) - cpu
				slices.Sort(took)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(median(took), "ms-p50")
				b.ReportMetric(took[len(took)*99/100], "ms-p99")
				b.ReportMetric(float64(used.Microseconds())/float64(n), "µs-cpu")
			})
		}
	}
}

// load makes requests that each do a function's real work, for one worker beside another.
type load struct {
	desk
	agents  []string // one for each worker
	callers []string // likewise, who wait
	held    [16]bool // by worker, whether its caller is on hold
	mu      sync.Mutex
	seq     int
}

// prepare puts the line into the state that a function's requests need.
func (l *load) prepare(name string) {
	l.b.Helper()
	switch name {
	case "wait":
		if l.callers == nil { // while nobody is free
			l.callers = arrive(l.b, l.s, len(l.agents))
		}
	case "transfer":
		if l.callers == nil {
			l.callers = arrive(l.b, l.s, len(l.agents))
		}
		available(l.b, l.s, l.agents)
		for _, v := range l.s.Network.Live() {
			if strings.HasPrefix(v.To, "client:") && v.Status == "ringing" {
				if err := l.s.Network.Answer(v.SID, nil); err != nil {
					l.b.Fatal(err)
				}
			}
		}
		idle(l.b, l.s)
	case "incoming":
		if l.callers != nil {
			leave(l.b, l.s, l.callers)
			l.callers = nil
		}
		available(l.b, l.s, l.agents)
	}
}

// run sends n requests, and returns how long each took, in ms.
func (l *load) run(fn *runner.Function, name string, workers, n int, limit time.Duration) (took []float64) {
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for range n / workers {
				payload, after := l.next(name, w)
				began := time.Now()
				in := runner.Invocation{RequestID: "bench", TraceID: "bench", Payload: payload}
				answer, err := fn.Invoke(in, limit)
				d := ms(began)
				var got struct{ StatusCode int }
				if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode/100 != 2 {
					l.b.Errorf("%s: %v, %s", name, err, answer)
				}
				l.mu.Lock()
				took = append(took, d)
				l.mu.Unlock()
				after()
			}
		})
	}
	all.Wait()
	return took
}

// next is a worker's next request, and what to do after it.
func (l *load) next(name string, worker int) (payload []byte, after func()) {
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
		e.RequestContext.Authorizer.JWT.Claims["username"] = l.agents[worker]
		e.Body = fmt.Sprintf(`{"action":%q,"request":"press-%d"}`, action, n)
		return l.raw(e), after
	default:
		return l.raw(l.event("token", "/token")), after
	}
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
