package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// mode makes the test binary a function that behaves as its value says.
const mode = "RUNNER_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(mode) {
	case "":
	case "init-exit":
		fmt.Fprintln(os.Stderr, "configuration: TABLE_NAME is missing")
		os.Exit(1)
	case "init-error":
		report("/runtime/init/error", `{"errorMessage":"no table","errorType":"Config"}`)
		os.Exit(1)
	case "init-hang":
		hang()
	case "stranger":
		stranger()
	default:
		lambda.Start(function{})
	}
	code := m.Run()
	if left := leaked(); left != "" && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines are left behind:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// hang waits for a time that does not come. With "select {}" a process without cgo ends at once: Go's runtime finds
// that all its goroutines are asleep (F204).
func hang() { <-time.After(24 * time.Hour) }

func leaked() string {
	deadline := time.NewTimer(5 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		buf := make([]byte, 1<<20)
		var left []string
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if (strings.Contains(stack, "gateway/runner") || strings.Contains(stack, "os/exec")) &&
				!strings.Contains(stack, "TestMain") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-deadline.C:
			return strings.Join(left, "\n\n")
		case <-tick.C:
		}
	}
}

// function does what the payload says.
type function struct{}

func (function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	switch string(payload) {
	case "pid":
		return []byte(strconv.Itoa(os.Getpid())), nil
	case "context":
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return fmt.Appendf(nil, "%s %s %s %d", lc.AwsRequestID, lc.InvokedFunctionArn, os.Getenv("_X_AMZN_TRACE_ID"),
			int(time.Until(deadline).Round(time.Second).Seconds())), nil
	case "hang":
		hang()
	case "exit":
		fmt.Print("no newline at the end")
		os.Exit(7)
	case "panic":
		panic("on purpose")
	case "error":
		return nil, errors.New("sorry")
	case "large":
		return bytes.Repeat([]byte("x"), MaxPayload+1), nil
	}
	return payload, nil
}

// report speaks the Runtime API directly and returns the status.
func report(path, body string) int {
	res, err := http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01"+path, "application/json",
		strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode
}

// stranger is a runtime that answers with a wrong id first, and twice.
func stranger() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	var said []string
	for {
		res, err := http.Get(base + "next")
		if err != nil {
			os.Exit(0)
		}
		_ = res.Body.Close()
		id := res.Header.Get("Lambda-Runtime-Aws-Request-Id")
		said = append(said, strconv.Itoa(report("/runtime/invocation/wrong/response", "1")))
		said = append(said, strconv.Itoa(report("/runtime/invocation/"+id+"/response",
			`"`+strings.Join(said, " ")+`"`)))
		said = append(said, strconv.Itoa(report("/runtime/invocation/"+id+"/response", "2")))
	}
}

type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start makes a function whose processes must all have ended when the test ends.
func start(t *testing.T, how string, change func(*Config)) (*Function, *output) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := &output{}
	c := Config{Name: "f", Bootstrap: self, Env: []string{mode + "=" + how, "GOCOVERDIR=" + t.TempDir()},
		Timeout: 20 * time.Second, Reserved: -1, ARN: "arn:f", Output: out}
	if change != nil {
		change(&c)
	}
	f := New(c)
	t.Cleanup(func() {
		pids := f.PIDs()
		f.Close()
		for _, pid := range pids {
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("the process %d outlived Close: %v", pid, err)
			}
		}
		if f.Processes() != 0 || len(f.slots) != 0 {
			t.Errorf("after Close: %d processes, %d places taken", f.Processes(), len(f.slots))
		}
	})
	return f, out
}

func invoke(f *Function, payload string) (string, error) {
	out, err := f.Invoke(Invocation{RequestID: "id-1", TraceID: "Root=1-2-3", Payload: []byte(payload)}, 30*time.Second)
	return string(out), err
}

func TestInvocationCarriesItsContext(t *testing.T) {
	f, _ := start(t, "obey", nil)
	got, err := invoke(f, "context")
	var seconds int
	rest, ok := strings.CutPrefix(got, "id-1 arn:f Root=1-2-3 ")
	if _, scan := fmt.Sscan(rest, &seconds); err != nil || !ok || scan != nil || seconds < 10 || seconds > 20 {
		t.Errorf("got %q, %v; want id, ARN, trace and at most 20 s left", got, err)
	}
}

func TestKillEndsWhatIsUnderWayAndTheNextWorks(t *testing.T) {
	f, _ := start(t, "obey", nil)
	if err := f.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	hung := make(chan error, 1)
	go func() {
		_, err := invoke(f, "hang")
		hung <- err
	}()
	for !works(f) {
		runtime.Gosched()
	}
	f.Kill()
	var failed *FunctionError
	if err := <-hung; !errors.As(err, &failed) {
		t.Errorf("what was under way ends with %v", err)
	}
	if got, err := invoke(f, "fine"); err != nil || got != "fine" || f.Processes() != 1 {
		t.Errorf("the next: %q, %v, %d processes", got, err, f.Processes())
	}
}

// works says whether a process has taken an invocation.
func works(f *Function) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for env := range f.all {
		env.mu.Lock()
		busy := env.current != nil
		env.mu.Unlock()
		if busy {
			return true
		}
	}
	return false
}

func TestFailuresOfAFunction(t *testing.T) {
	f, out := start(t, "obey", nil)
	for payload, want := range map[string]string{"error": "sorry", "panic": "on purpose",
		"exit": "no newline at the end", "large": "larger than"} {
		_, err := invoke(f, payload)
		var failed *FunctionError
		if !errors.As(err, &failed) || !strings.Contains(failed.Message, want) {
			t.Errorf("%s: got %v, want a function error with %q", payload, err, want)
		}
		if got, err := invoke(f, "fine"); err != nil || got != "fine" {
			t.Errorf("after %s: %q, %v", payload, got, err)
		}
	}
	if !strings.Contains(out.String(), "no newline at the end\n") {
		t.Errorf("the last line is not passed on: %q", out.String())
	}
}

func TestTimeoutKillsTheProcess(t *testing.T) {
	f, _ := start(t, "obey", func(c *Config) { c.Timeout = 200 * time.Millisecond })
	if err := f.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	pid := f.PIDs()[0]
	if _, err := invoke(f, "hang"); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the process that hung still runs: %v", err)
	}
	if err := f.Warm(context.Background()); err != nil || f.PIDs()[0] == pid {
		t.Errorf("afterwards: %v, process %v", err, f.PIDs())
	}
}

func TestProcessThatDiedIdleIsReplaced(t *testing.T) {
	f, _ := start(t, "obey", nil)
	before, err := invoke(f, "pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(before)
	f.mu.Lock()
	env := f.idle[0]
	f.mu.Unlock()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-env.gone
	after, err := invoke(f, "pid")
	if err != nil || after == before || f.Processes() != 1 {
		t.Errorf("process %s, then %s, %v; %d processes", before, after, err, f.Processes())
	}
}

func TestF204ProcessThatDoesNotStart(t *testing.T) {
	for how, want := range map[string]string{"init-exit": "configuration: TABLE_NAME is missing",
		"init-error": "no table"} {
		t.Run(how, func(t *testing.T) {
			f, _ := start(t, how, nil)
			for range maxProcesses + 1 { // each gives its place back
				err := f.Warm(context.Background())
				if err == nil || !strings.Contains(err.Error(), "ended during its start: "+want) {
					t.Fatalf("got %v", err)
				}
			}
		})
	}
	t.Run("init-hang", func(t *testing.T) {
		f, _ := start(t, "init-hang", nil)
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		if err := f.Warm(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if f.Processes() != 0 {
			t.Error("the process that does not start still runs")
		}
	})
}

func TestAnswersUnderAWrongIDAreRefused(t *testing.T) {
	f, _ := start(t, "stranger", nil)
	if got, err := invoke(f, "x"); err != nil || got != `"403"` {
		t.Fatalf("got %s, %v", got, err)
	}
	if got, err := invoke(f, "x"); err != nil || got != `"403 202 403 403"` {
		t.Errorf("got %s, %v; want 403 for a wrong id, 202, 403 for the second answer", got, err)
	}
}

func TestReservedAndTheLimitOfProcesses(t *testing.T) {
	f, _ := start(t, "obey", func(c *Config) { c.Reserved = 0 })
	if _, err := invoke(f, "x"); !errors.Is(err, ErrThrottled) {
		t.Errorf("with nothing reserved: %v", err)
	}
	f, _ = start(t, "obey", nil)
	for range maxProcesses - 1 {
		f.slots <- struct{}{}
	}
	var wg sync.WaitGroup
	for range 4 { // they take turns with the only allowed process
		wg.Go(func() {
			if got, err := invoke(f, "fine"); err != nil || got != "fine" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	wg.Wait()
	if f.Processes() != 1 {
		t.Errorf("%d processes, want 1", f.Processes())
	}
	for range maxProcesses - 1 {
		<-f.slots
	}
}

func TestCloseFailsWhatRuns(t *testing.T) {
	f, _ := start(t, "obey", nil)
	if err := f.Warm(context.Background()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := invoke(f, "hang")
		done <- err
	}()
	f.Close()
	var failed *FunctionError
	if err := <-done; !errors.As(err, &failed) && !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, err := invoke(f, "x"); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	f.Close() // a second call does no harm
}

// The Runtime API refuses it with 413, and the Go runtime then ends the process: it costs a cold start.
func TestF204ResponseThatIsTooLargeCostsTheProcess(t *testing.T) {
	f, _ := start(t, "obey", nil)
	before, err := invoke(f, "pid")
	if err != nil {
		t.Fatal(err)
	}
	var failed *FunctionError
	if _, err := invoke(f, "large"); !errors.As(err, &failed) || !strings.Contains(failed.Message, "larger than") {
		t.Errorf("the answer: %v", err)
	}
	after, err := invoke(f, "pid")
	if err != nil || after == before || f.Processes() != 1 {
		t.Errorf("process %s, then %s, %v; %d processes", before, after, err, f.Processes())
	}
	if got, err := invoke(f, "pid"); err != nil || got != after {
		t.Errorf("then %s, %v", got, err)
	}
}
