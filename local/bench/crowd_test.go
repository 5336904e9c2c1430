package bench

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

// crowdSize is how many callers dial within one second.
const crowdSize = 200

// BenchmarkCrowd lets two hundred callers dial within one second while nobody is free, and reports when half and
// the last of them hear words or music, from when each has dialled. A function has 32 processes at most here, all on
// this machine's processors; Lambda has as many as the account allows.
func BenchmarkCrowd(b *testing.B) {
	dirs := map[string]string{"": filepath.Join("..", "..")}
	if *firstDir != "" {
		dirs["first-"] = *firstDir
	}
	half, last := map[string][]float64{}, map[string][]float64{}
	lines := map[string]*stack.Stack{}
	for title, dir := range dirs {
		root, err := filepath.Abs(dir)
		if err != nil {
			b.Fatal(err)
		}
		lines[title], _ = startOf(b, root)
	}
	for b.Loop() {
		for title, s := range lines {
			took := crowded(b, s)
			half[title], last[title] = append(half[title], median(took)), append(last[title], slices.Max(took))
		}
	}
	b.ReportMetric(0, "ns/op")
	for title := range lines {
		b.ReportMetric(median(half[title]), title+"ms-half")
		b.ReportMetric(median(last[title]), title+"ms-last")
	}
}

// crowded returns how long each caller heard nothing, in ms.
func crowded(b *testing.B, s *stack.Stack) (took []float64) {
	b.Helper()
	var mu sync.Mutex
	var legs []string
	dialled, heard := map[string]time.Time{}, map[string]time.Time{}
	events, stop := s.Network.Events()
	all := make(chan struct{})
	go func() {
		for e := range events {
			if e.Event != "hears" || !slices.ContainsFunc(e.Hears, isSound) {
				continue
			}
			mu.Lock()
			if _, again := heard[e.Call]; !again {
				if heard[e.Call] = time.Now(); len(heard) == crowdSize {
					close(all)
				}
			}
			mu.Unlock()
		}
	}()
	next := time.NewTicker(time.Second / crowdSize)
	defer next.Stop()
	for i := range crowdSize {
		<-next.C
		at := time.Now()
		leg, err := s.Network.PlaceCall(nil, fmt.Sprintf("+1555%07d", 100+i), s.Number)
		if err != nil {
			b.Fatal(err)
		}
		legs = append(legs, leg)
		mu.Lock()
		dialled[leg] = at
		mu.Unlock()
	}
	select {
	case <-all:
	case <-time.After(time.Minute):
		b.Error("somebody hears nothing within a minute")
	}
	stop()
	mu.Lock()
	for _, leg := range legs {
		took = append(took, float64(heard[leg].Sub(dialled[leg]).Microseconds())/1000)
	}
	mu.Unlock()
	leave(b, s, legs)
	return took
}

func isSound(what string) bool { return what == "music" || strings.HasPrefix(what, "speech:") }
