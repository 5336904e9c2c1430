// Package runner runs the binaries of Lambda functions and speaks the Lambda Runtime API with them.
//
// Each process has a listener of its own, which makes it one execution environment: it works on one invocation at a
// time and stays for the next one. If all are busy, another is started. The package does not know what the payloads
// mean. Time-outs run in real time: a process does not compute faster because a test's clock does.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Limits of Lambda, and our own on a developer's machine.
const (
	// MaxPayload is Lambda's limit for a payload in either direction, in bytes. The Runtime API refuses a larger
	// response with 413; the Go runtime then ends the process, and the next invocation is a cold start. See
	// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
	MaxPayload = 6 << 20
	// initTimeout is Lambda's limit for the time until a process asks for work.
	initTimeout = 10 * time.Second
	// maxProcesses of one function; further invocations wait for a free one.
	maxProcesses = 32
)

// Errors of Invoke. All others mean that the function could not be started.
var (
	// ErrTimeout: the function did not answer in time; its process was killed.
	ErrTimeout = errors.New("the function timed out")
	// ErrThrottled: as many invocations are running as the function has reserved.
	ErrThrottled = errors.New("the function's reserved concurrency is used up")
	// ErrClosed: the runner was closed.
	ErrClosed = errors.New("the runner is closed")
)

// FunctionError is the function's own failure: an error it returned, a panic, or the end of its process.
type FunctionError struct{ Message string }

func (e *FunctionError) Error() string { return "function error: " + e.Message }

// Config tells how one function is run.
type Config struct {
	Name      string
	Bootstrap string        // path of the binary
	Env       []string      // NAME=value, complete except AWS_LAMBDA_RUNTIME_API
	Timeout   time.Duration // for one invocation
	Reserved  int           // invocations at once before ErrThrottled; below 0: no limit
	ARN       string
	Output    io.Writer // what the processes print; must be safe for concurrent use
}

// Invocation is one payload to work on.
type Invocation struct {
	RequestID string
	TraceID   string
	Payload   []byte
}

// Function is one function and its processes. It is safe for concurrent use.
type Function struct {
	cfg Config

	mu      sync.Mutex
	closed  bool
	running int            // invocations under way, for Reserved
	idle    []*environment // the last one was used last
	all     map[*environment]struct{}
	slots   chan struct{} // one place for each process
	freed   chan struct{} // closed and replaced when a process becomes idle
}

// New returns a function that has no process yet.
func New(cfg Config) *Function {
	return &Function{cfg: cfg, all: map[*environment]struct{}{},
		slots: make(chan struct{}, maxProcesses), freed: make(chan struct{})}
}

// Warm starts a process if there is none, and waits until it asks for work. The error contains what a process printed
// that ended during its start.
func (f *Function) Warm(ctx context.Context) error {
	env, err := f.take(ctx)
	if err != nil {
		return err
	}
	f.giveBack(env)
	return nil
}

// Processes returns how many processes the function has.
func (f *Function) Processes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// PIDs are the ids of those processes.
func (f *Function) PIDs() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]int, 0, len(f.all))
	for env := range f.all {
		out = append(out, env.cmd.Process.Pid)
	}
	return out
}

// Invoke lets the function work on the payload, for at most limit if that is shorter than its own time-out, and returns
// the response. As on Lambda, an invocation goes on when the client has gone. Unlike on Lambda, it ends with the limit,
// since nobody could tell its end from a hang.
func (f *Function) Invoke(inv Invocation, limit time.Duration) ([]byte, error) {
	if err := f.admit(); err != nil {
		return nil, err
	}
	defer f.leave()
	// API Gateway stops waiting at the integration's time-out, whatever the function does.
	ctx, cancel := context.WithTimeout(context.Background(), limit+initTimeout)
	defer cancel()
	for {
		env, err := f.take(ctx)
		if err != nil {
			return nil, err
		}
		out, err := f.run(env, inv, limit)
		if errors.Is(err, errNotTaken) {
			continue // the idle process had died; try another
		}
		return out, err
	}
}

func (f *Function) admit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return ErrClosed
	}
	if f.cfg.Reserved >= 0 && f.running >= f.cfg.Reserved {
		return ErrThrottled
	}
	f.running++
	return nil
}

func (f *Function) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
}

// run gives the invocation to the process and waits for its end.
func (f *Function) run(env *environment, inv Invocation, limit time.Duration) ([]byte, error) {
	own := f.cfg.Timeout
	w := &work{Invocation: inv, deadline: time.Now().Add(own), done: make(chan outcome, 1)}
	timer := time.NewTimer(min(own, limit))
	defer timer.Stop()
	select {
	case env.next <- w:
	case <-env.gone:
		f.drop(env)
		return nil, errNotTaken
	case <-timer.C:
		f.drop(env)
		return nil, ErrTimeout
	}
	select {
	case o := <-w.done:
		f.giveBack(env)
		return o.body, o.err
	case <-env.gone:
		f.drop(env)
		select {
		case o := <-w.done: // it answered and ended, as after a panic
			return o.body, o.err
		default:
			return nil, &FunctionError{"the process ended: " + env.epitaph()}
		}
	case <-timer.C:
		f.drop(env)
		slog.Warn("function timed out", "function", f.cfg.Name, "request", inv.RequestID)
		return nil, ErrTimeout
	}
}

// take returns an idle process or a new one; if there are too many, it waits.
func (f *Function) take(ctx context.Context) (*environment, error) {
	for {
		f.mu.Lock()
		if f.closed {
			f.mu.Unlock()
			return nil, ErrClosed
		}
		if n := len(f.idle); n > 0 {
			env := f.idle[n-1]
			f.idle = f.idle[:n-1]
			f.mu.Unlock()
			return env, nil
		}
		freed := f.freed
		f.mu.Unlock()
		select {
		case f.slots <- struct{}{}:
			return f.start(ctx)
		case <-freed:
		case <-ctx.Done():
			return nil, ErrTimeout
		}
	}
}

// start makes a new process and waits until it asks for work. The caller holds a slot.
func (f *Function) start(ctx context.Context) (*environment, error) {
	f.mu.Lock()
	cfg := f.cfg
	f.mu.Unlock()
	env, err := newEnvironment(cfg)
	if err != nil {
		<-f.slots
		return nil, fmt.Errorf("start function %s: %w", f.cfg.Name, err)
	}
	f.mu.Lock()
	f.all[env] = struct{}{}
	closed := f.closed
	f.mu.Unlock()
	if closed {
		f.drop(env)
		return nil, ErrClosed
	}
	timer := time.NewTimer(initTimeout)
	defer timer.Stop()
	select {
	case <-env.ready:
		return env, nil
	case <-env.gone:
		err = fmt.Errorf("function %s ended during its start: %s", f.cfg.Name, env.epitaph())
	case <-timer.C:
		err = fmt.Errorf("function %s did not ask for work within %s", f.cfg.Name, initTimeout)
	case <-ctx.Done():
		err = fmt.Errorf("function %s was not ready in time: %w", f.cfg.Name, ctx.Err())
	}
	f.drop(env)
	return nil, err
}

func (f *Function) giveBack(env *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, alive := f.all[env]; !alive {
		return
	}
	f.idle = append(f.idle, env)
	close(f.freed)
	f.freed = make(chan struct{})
}

// drop ends a process and forgets it.
func (f *Function) drop(env *environment) {
	f.mu.Lock()
	_, known := f.all[env]
	delete(f.all, env)
	f.mu.Unlock()
	env.kill()
	if known {
		<-f.slots
	}
}

// Close ends all processes; invocations under way fail. It returns when they are gone.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.Kill()
}

// Redeploy replaces the environment's variables: all processes end, and the next ones have it.
func (f *Function) Redeploy(env []string) {
	f.mu.Lock()
	f.cfg.Env = env
	f.mu.Unlock()
	f.Kill()
}

// Kill ends all processes in the middle of their work, as a crash does: running invocations fail, and the next ones get
// new processes. It returns when they have ended.
func (f *Function) Kill() {
	f.mu.Lock()
	envs := make([]*environment, 0, len(f.all))
	for env := range f.all {
		envs = append(envs, env)
	}
	f.idle = nil
	f.mu.Unlock()
	for _, env := range envs {
		f.drop(env)
	}
}
