package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// errNotTaken: the process had ended before it took the invocation.
var errNotTaken = errors.New("invocation not taken")

// work is an invocation on its way through a process.
type work struct {
	Invocation
	deadline time.Time
	done     chan outcome // buffered; the first outcome counts
}

type outcome struct {
	body []byte
	err  error
}

// environment is one process with the listener that only it uses.
type environment struct {
	cfg    Config
	cmd    *exec.Cmd
	server *http.Server
	tail   *tail

	next  chan *work
	ready chan struct{} // closed when the process first asks for work
	gone  chan struct{} // closed when the process has ended

	mu      sync.Mutex
	asked   bool
	current *work
	fatal   string // the message of init/error
}

func newEnvironment(cfg Config) (*environment, error) {
	binary, err := filepath.Abs(cfg.Bootstrap) // the process works in another folder
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &environment{cfg: cfg, next: make(chan *work), ready: make(chan struct{}), gone: make(chan struct{}),
		tail: &tail{to: cfg.Output}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", e.handleNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", e.handleResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", e.handleError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", e.handleInitError)
	e.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	e.cmd = exec.Command(binary)
	e.cmd.Dir = filepath.Dir(binary)
	e.cmd.Env = append(append([]string{}, cfg.Env...), "AWS_LAMBDA_RUNTIME_API="+l.Addr().String())
	e.cmd.Stdout, e.cmd.Stderr = e.tail, e.tail
	e.cmd.WaitDelay = 2 * time.Second // for a grandchild that keeps the output open
	if err := e.cmd.Start(); err != nil {
		_ = l.Close()
		return nil, err
	}
	go func() { _ = e.server.Serve(l) }()
	go func() {
		_ = e.cmd.Wait()
		e.tail.flush()
		close(e.gone)
	}()
	return e, nil
}

// kill ends the process, if it runs, and the listener, and waits for both.
func (e *environment) kill() {
	_ = e.cmd.Process.Kill()
	<-e.gone
	_ = e.server.Close()
}

// epitaph says why a process has ended, as far as it is known.
func (e *environment) epitaph() string {
	e.mu.Lock()
	fatal := e.fatal
	e.mu.Unlock()
	switch last := e.tail.last(); {
	case fatal != "":
		return fatal
	case last != "":
		return last
	}
	return e.cmd.ProcessState.String()
}

// handleNext keeps the process waiting until there is work for it.
func (e *environment) handleNext(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	if !e.asked {
		e.asked = true
		close(e.ready)
	}
	e.mu.Unlock()
	var job *work
	select {
	case job = <-e.next:
	case <-r.Context().Done():
		return
	}
	e.mu.Lock()
	e.current = job
	e.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", job.RequestID)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(job.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", e.cfg.ARN)
	h.Set("Lambda-Runtime-Trace-Id", job.TraceID)
	_, _ = w.Write(job.Payload)
}

// finish ends the current invocation if it has that id.
func (e *environment) finish(id string, o outcome) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == nil || e.current.RequestID != id {
		return false
	}
	e.current.done <- o
	e.current = nil
	return true
}

func (e *environment) handleResponse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxPayload+1))
	switch {
	case err != nil:
		err = &FunctionError{"the response broke off: " + err.Error()}
	case len(body) > MaxPayload:
		err, body = errLarge, nil
	}
	if kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); kind != "" && err == nil {
		body, err = nil, &FunctionError{kind}
	}
	large := errors.Is(err, errLarge)
	known := e.finish(r.PathValue("id"), outcome{body, err})
	if large && known {
		_, _ = io.Copy(io.Discard, r.Body) // a process that is still writing would not see the answer
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = fmt.Fprintf(w, `{"errorMessage":"Exceeded maximum allowed payload size (%d bytes).",`+
			`"errorType":"RequestEntityTooLarge"}`, MaxPayload)
		return
	}
	answer(w, known)
}

// errLarge is a response larger than MaxPayload.
var errLarge = &FunctionError{fmt.Sprintf("the response is larger than %d bytes", MaxPayload)}

func (e *environment) handleError(w http.ResponseWriter, r *http.Request) {
	answer(w, e.finish(r.PathValue("id"), outcome{err: &FunctionError{message(r.Body)}}))
}

func (e *environment) handleInitError(w http.ResponseWriter, r *http.Request) {
	text := message(r.Body)
	e.mu.Lock()
	e.fatal = text
	e.mu.Unlock()
	answer(w, true)
}

// answer is Lambda's: 202, or 403 for an id that is not the current one.
func answer(w http.ResponseWriter, ok bool) {
	w.Header().Set("Content-Type", "application/json")
	if !ok {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

// message extracts the text of an error that a runtime reports.
func message(body io.Reader) string {
	text, _ := io.ReadAll(io.LimitReader(body, 64<<10))
	var report struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	if json.Unmarshal(text, &report) != nil || report.Message == "" {
		return strings.TrimSpace(string(text))
	}
	return report.Message
}

// tail passes whole rows on and remembers the last one.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	part []byte
	line string
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part = append(t.part, p...)
	for {
		i := strings.IndexByte(string(t.part), '\n')
		if i < 0 {
			return len(p), nil
		}
		t.emit(string(t.part[:i]))
		t.part = t.part[i+1:]
	}
}

func (t *tail) emit(line string) {
	if strings.TrimSpace(line) != "" {
		t.line = strings.TrimSpace(line)
	}
	if t.to != nil {
		_, _ = io.WriteString(t.to, line+"\n")
	}
}

func (t *tail) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.part) > 0 {
		t.emit(string(t.part))
		t.part = nil
	}
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.line
}
