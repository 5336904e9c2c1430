package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// watch tells how long something took, how much of a processor it used, and for how long somebody on this machine had
// to wait for a processor meanwhile. The last one is the kernel's pressure stall information:
// https://docs.kernel.org/accounting/psi.html. Where it is not there it is 0.
type watch struct {
	now     func() time.Time
	starved func() time.Duration
	used    func() time.Duration
}

var machine = watch{time.Now, pressure, processors}

// reading is a watch at one moment.
type reading struct {
	at            time.Time
	starved, used time.Duration
}

func (w watch) read() reading { return reading{w.now(), w.starved(), w.used()} }

// since is what has passed after a reading.
func (w watch) since(r reading) (took, starved, used time.Duration) {
	n := w.read()
	return n.at.Sub(r.at), n.starved - r.starved, n.used - r.used
}

// patient says whether less than so much time has passed since a reading. Time in which somebody waited for a processor
// does not count: on a busy machine everything takes longer, and that is no fault.
func (w watch) patient(r reading, patience time.Duration) bool {
	took, starved, _ := w.since(r)
	return took-starved < patience
}

func pressure() time.Duration {
	text, err := os.ReadFile("/proc/pressure/cpu")
	if err != nil {
		return 0
	}
	return stalled(string(text))
}

var total = regexp.MustCompile(`(?m)^some .*total=(\d+)`)

// stalled reads the time in which some task waited.
func stalled(pressure string) time.Duration {
	m := total.FindStringSubmatch(pressure)
	if m == nil {
		return 0
	}
	us, _ := strconv.ParseInt(m[1], 10, 64) // they are digits
	return time.Duration(us) * time.Microsecond
}

// processors is the processors' time that this process and all that it has started have used.
func processors() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	parents, used := map[int]int{}, map[int]time.Duration{}
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil { // it may have ended since
			if pid, parent, time, ok := process(text); ok {
				parents[pid], used[pid] = parent, time
			}
		}
	}
	for pid := range parents {
		for at := parents[pid]; at > 1; at = parents[at] {
			if at == os.Getpid() {
				sum += used[pid]
				break
			}
		}
	}
	return sum
}

// process reads a line of /proc/PID/stat (proc_pid_stat(5)): its time includes that of its children that have ended.
func process(stat []byte) (pid, parent int, used time.Duration, ok bool) {
	name := bytes.LastIndexByte(stat, ')') // the name may hold anything
	if name < 0 {
		return 0, 0, 0, false
	}
	head, _, _ := strings.Cut(string(stat), " ")
	pid, err := strconv.Atoi(head)
	rest := strings.Fields(string(stat[name+1:])) // from the third field on
	if err != nil || len(rest) < 15 {
		return 0, 0, 0, false
	}
	parent, err = strconv.Atoi(rest[1])
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Go runs
	for _, field := range rest[11:15] {
		ticks, _ := strconv.ParseInt(field, 10, 64)
		used += time.Duration(ticks) * tick
	}
	return pid, parent, used, err == nil
}

// until asks again and again; what is said when it does not happen.
func (r *rehearsal) until(ctx context.Context, what string, patience time.Duration, so func() (bool, error)) error {
	for began := r.watch.read(); ; {
		ok, err := so()
		switch {
		case ok:
			return nil
		case r.watch.patient(began, patience):
		case err != nil:
			return fmt.Errorf("it does not happen that %s: %w", what, err)
		default:
			return fmt.Errorf("it does not happen that %s", what)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("until %s: %w", what, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// outOfTime is what the programs say that have limits of their own: the functions, the doctor, the SAM CLI.
var outOfTime = regexp.MustCompile(`(?i)tim(e|ed)[ -]?out|time was up|deadline exceeded|does? not answer|` +
	`did not answer|outcome unknown|is not known|cannot be reached|\b50[234]\b`)

// again does what has limits of time that are not ours. If one of them is over while this machine has been too busy for
// most of the time, that says nothing about the deployment: it is done once more, three times in all. The second
// argument of do is whether it was done before.
func (r *rehearsal) again(what string, do func(before bool) error) error {
	for try := 1; ; try++ {
		began := r.watch.read()
		err := do(try > 1)
		took, starved, _ := r.watch.since(began)
		if err == nil || try == 3 || starved < took/2 || !outOfTime.MatchString(err.Error()) {
			return err
		}
		first, _, _ := strings.Cut(err.Error(), "\n")
		r.note("%s ran out of time, and for %.0f %% of it a program waited for a processor: once more (%s)",
			what, percent(starved, took), first)
	}
}
