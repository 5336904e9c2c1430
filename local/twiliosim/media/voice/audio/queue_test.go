package audio

import (
	"testing"
)

// packet returns 20 ms whose every sample is v.
func packet(v int16) []int16 {
	p := make([]int16, FrameSize)
	for i := range p {
		p[i] = v
	}
	return p
}

// play takes n frames and returns the first sample of each; 0 is silence.
func play(q *Queue, n int) []int16 {
	var out []int16
	for range n {
		var f Frame
		q.Next(&f)
		out = append(out, f[0])
	}
	return out
}

func TestQueue(t *testing.T) {
	for name, c := range map[string]struct {
		sequence []uint16
		want     []int16 // packet n carries the value n
	}{
		"one packet does not start it": {[]uint16{1}, []int16{0, 0}},
		"in order":                     {[]uint16{1, 2, 3}, []int16{1, 2, 3, 0}},
		"a late one is left out":       {[]uint16{1, 3, 2, 4}, []int16{1, 0, 3, 4}},
		"a double is left out":         {[]uint16{1, 2, 2, 3}, []int16{1, 2, 3, 0}},
		"a short loss is silence":      {[]uint16{1, 2, 5}, []int16{1, 2, 0, 0, 5}},
		"a long pause is not":          {[]uint16{1, 2, 50, 51}, []int16{1, 2, 50, 51}},
		"numbers wrap":                 {[]uint16{65535, 0, 1}, []int16{-1, 0, 1}},
	} {
		var q Queue
		for _, seq := range c.sequence {
			q.Put(seq, packet(int16(seq)))
		}
		got := play(&q, len(c.want))
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: heard %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

func TestQueueDrainsWhenItGrew(t *testing.T) {
	var q Queue
	seq := uint16(0)
	put := func(n int) {
		for range n {
			seq++
			q.Put(seq, packet(1))
		}
	}
	put(1)
	for range 100 {
		put(1)
		play(&q, 1)
	}
	before := q.Count()
	put(5) // a sender's clock that ran ahead: 100 ms more delay
	for range 6 * queueWindow {
		put(1)
		play(&q, 1)
	}
	after := q.Count()
	if before.Drained != 0 {
		t.Errorf("%d samples were thrown away from an even flow", before.Drained)
	}
	if after.Waiting > queueStart {
		t.Errorf("%d samples still wait, want at most %d", after.Waiting, queueStart)
	}
	put(100) // a burst after a stall is cut at once
	if got := q.Count().Waiting; got > queueLimit {
		t.Errorf("%d samples wait after a burst, want at most %d", got, queueLimit)
	}
}

func TestQueueWaitsForAReserveAfterItRanDry(t *testing.T) {
	var q Queue
	q.Put(1, packet(1))
	q.Put(2, packet(2))
	play(&q, 3)
	q.Put(3, packet(3))
	if got := play(&q, 1); got[0] != 0 {
		t.Errorf("played %v with one frame in reserve", got)
	}
	q.Put(4, packet(4))
	if got := play(&q, 2); got[0] != 3 || got[1] != 4 {
		t.Errorf("heard %v, want 3 and 4", got)
	}
}

func TestQueueAfterRestartTakesAnyNumber(t *testing.T) {
	var q Queue
	q.Put(40000, packet(1))
	q.Restart()
	q.Put(7, packet(2))
	if got := play(&q, 2); got[0] != 1 || got[1] != 2 {
		t.Errorf("heard %v", got)
	}
}
