package httpapi

import (
	"runtime"
	"runtime/debug"
	"strconv"
)

const (
	// wholeProcessor is the memory in MB with which Lambda gives a function one whole processor, and less of one with
	// less memory: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
	wholeProcessor = 1769
	// garbage is by how much of what is in use the heap grows before it is collected, in percent.
	garbage = 400
)

// thrift sets the Go runtime to a function that works on one request at a time, with so many MB of memory. On less than
// a whole processor nothing is done sooner on two threads, while each hand-over from one to the other costs time of the
// kernel, several for each answer of the store. Most of the memory is unused, and is paid for: the collector runs
// seldom, and more often near the limit, where Lambda would end the process
// (https://go.dev/doc/gc-guide#Memory_limit).
func thrift(memory string) {
	mb, err := strconv.Atoi(memory)
	if err != nil || mb <= 0 {
		return // not on Lambda
	}
	if mb <= wholeProcessor {
		runtime.GOMAXPROCS(1)
	}
	debug.SetGCPercent(garbage)
	debug.SetMemoryLimit(int64(mb) << 20 / 4 * 3)
}
