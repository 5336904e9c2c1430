package httpapi

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// A function with a fraction of a processor runs on one thread at a time, and collects garbage before it is ended for
// its memory.
func TestThrift(t *testing.T) {
	for memory, want := range map[string]struct {
		threads, percent int
		limit            int64
	}{
		"256":  {1, garbage, 192 << 20},
		"1769": {1, garbage, 1769 << 20 / 4 * 3},
		"3008": {7, garbage, 2256 << 20},
		"":     {7, 100, 1 << 40},
		"much": {7, 100, 1 << 40},
		"-1":   {7, 100, 1 << 40},
	} {
		t.Run(memory, func(t *testing.T) {
			threads, percent, limit := runtime.GOMAXPROCS(7), debug.SetGCPercent(100), debug.SetMemoryLimit(1<<40)
			thrift(memory)
			gotThreads, gotPercent, gotLimit := runtime.GOMAXPROCS(threads), debug.SetGCPercent(percent),
				debug.SetMemoryLimit(limit)
			if gotThreads != want.threads || gotPercent != want.percent || gotLimit != want.limit {
				t.Errorf("%d threads, %d %%, %d bytes; want %+v", gotThreads, gotPercent, gotLimit, want)
			}
		})
	}
}
