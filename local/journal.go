package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// journal takes what the functions print, in whole rows, from several goroutines. All of it goes to the file; the
// terminal gets one row for each incoming call, and one for each request that failed inside.
type journal struct {
	mu       sync.Mutex
	file     io.Writer
	terminal io.Writer
	quiet    bool   // no row for each call
	name     string // of the file
	now      func() time.Time
	calls    map[string]bool
}

// entry is a request as a function logs it (shared/httpapi).
type entry struct {
	Level, Function, Route, Conference, Error string
	Status                                    int
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(string(b)) {
		_, printed, ofAPart := strings.Cut(line, " | ")
		if !ofAPart { // the compiler's
			_, _ = io.WriteString(j.terminal, line)
		}
		var e entry
		if ofAPart && !j.quiet && json.Unmarshal([]byte(printed), &e) == nil {
			j.tell(e)
		}
	}
	return j.file.Write(b)
}

// tell prints a row, if the entry is worth one.
func (j *journal) tell(e entry) {
	at := j.now().Format("15:04:05")
	switch {
	case e.Level == "ERROR":
		_, _ = fmt.Fprintf(j.terminal, "%s  %s failed: %s (see %s)\n", at, e.Function, e.Error, j.name)
	case e.Route == "POST /incoming" && e.Status == 200 && e.Conference != "" && !j.calls[e.Conference]:
		j.calls[e.Conference] = true
		_, _ = fmt.Fprintf(j.terminal, "%s  a call comes in; its story: grep %s %s\n", at, e.Conference, j.name)
	}
}
