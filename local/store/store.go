// Package store runs a DynamoDB-compatible server on loopback, for the local stack and for tests: dynalite, a Node.js
// program, in a process of its own.
//
// The server checks keys, those of indexes too, conditions and expressions as DynamoDB does where this project uses
// them (store_test.go says which), but it has no transactions, expires nothing, counts no capacity, and its index reads
// never lag. The package does not know what is stored.
package store

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed serve.js
var serve string

const (
	startWithin = 20 * time.Second // a machine that is busy with builds starts Node.js slowly
	closeWithin = 5 * time.Second
)

// Options say where the server listens and what it keeps.
type Options struct {
	Port int    // on 127.0.0.1; 0 is any free one
	Dir  string // the folder whose node_modules holds dynalite; "" is local, from the project's root
	Data string // the folder to keep the data in; "" keeps it in memory
}

// Store is a running server.
type Store struct {
	url    string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tail
	ended  chan struct{} // closed when the process has ended
	err    error         // how it ended; read it only after ended
	close  func() error

	mu       sync.Mutex
	watchers map[string]func(Change) // by table
}

// Change is a change of an item, with its attributes in the form of DynamoDB's JSON. It has the parts of a record of
// DynamoDB's streams.
type Change struct {
	Old json.RawMessage `json:"old"` // empty: there was none
	New json.RawMessage `json:"item"`
}

// Watch lets f know each change of a table's items from now on, in their order and one after another. Deletions are
// left out. Nil ends it.
func (s *Store) Watch(table string, f func(Change)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == nil {
		delete(s.watchers, table) // the process goes on to tell them
		return nil
	}
	s.watchers[table] = f
	if _, err := fmt.Fprintln(s.stdin, table); err != nil {
		return fmt.Errorf("watch the table %s: %w", table, err)
	}
	return nil
}

// tell reads what the process prints after its port: a change in each line, or else an error.
func (s *Store) tell(from *bufio.Reader) {
	for {
		line, err := from.ReadBytes('\n')
		var c struct {
			Table string `json:"table"`
			Change
		}
		if json.Unmarshal(line, &c) != nil || c.Table == "" {
			_, _ = s.stderr.Write(line)
		} else {
			s.mu.Lock()
			f := s.watchers[c.Table]
			s.mu.Unlock()
			if f != nil {
				f(c.Change)
			}
		}
		if err != nil {
			return
		}
	}
}

// Start starts the server and returns when it answers; ctx bounds the start only. Close must be called. The process
// also ends when this one does, in any way.
func Start(ctx context.Context, o Options) (*Store, error) {
	if o.Dir == "" {
		o.Dir = "local"
	}
	node, err := installed(o.Dir)
	if err != nil {
		return nil, err
	}
	// The process runs in Dir, so a path must not be relative to this process's folder.
	if o.Data != "" {
		if o.Data, err = filepath.Abs(o.Data); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(o.Data, 0o700); err != nil {
			return nil, fmt.Errorf("the local store's folder: %w", err)
		}
	}
	s := &Store{stderr: &tail{}, ended: make(chan struct{}), watchers: map[string]func(Change){}}
	s.close = sync.OnceValue(s.end)
	settings, err := json.Marshal(map[string]any{"port": o.Port, "path": o.Data})
	if err != nil {
		return nil, err
	}
	s.cmd = exec.Command(node, "-e", serve, string(settings))
	s.cmd.Dir, s.cmd.Stderr = o.Dir, s.stderr
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// installed finds Node.js and checks that dynalite is there, or says what to do.
func installed(dir string) (node string, err error) {
	if node, err = exec.LookPath("node"); err != nil {
		return "", errors.New("the local store needs Node.js 22 or 24, which is not installed")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "dynalite")); err != nil {
		return "", fmt.Errorf("the local store is not installed; run: npm ci --prefix %s", dir)
	}
	return node, nil
}

// start runs the process until it prints its port.
func (s *Store) start(ctx context.Context) error {
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return err
	}
	// A pipe of our own: StdoutPipe must not be read while Wait runs.
	stdout, out := io.Pipe()
	s.stdin, s.cmd.Stdout = stdin, out
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start the local store: %w", err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
		_ = out.Close()
	}()
	told := make(chan string, 1)
	go func() {
		out := bufio.NewReader(stdout)
		line, _ := out.ReadString('\n')
		told <- strings.TrimSpace(line)
		s.tell(out)
	}()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	select {
	case port := <-told:
		if _, err := strconv.ParseUint(port, 10, 16); err == nil {
			s.url = "http://127.0.0.1:" + port
			return nil
		}
		err = errors.New("it ended")
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = s.close() // after it, stderr is complete
	return fmt.Errorf("the local store does not start: %w: %s", err, s.stderr)
}

// URL is the endpoint for an AWS client.
func (s *Store) URL() string { return s.url }

// Done is closed when the process has ended.
func (s *Store) Done() <-chan struct{} { return s.ended }

// Close ends the process and waits for it. The error says that it had failed before, or that it did not end in good
// order; the last of its output is in it.
func (s *Store) Close() error { return s.close() }

func (s *Store) end() error {
	_ = s.stdin.Close()
	select {
	case <-s.ended:
	case <-time.After(closeWithin):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	if s.err != nil {
		return fmt.Errorf("the local store: %w %s", s.err, s.stderr)
	}
	return nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailBytes):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
