package audio

import (
	"sync"
)

const (
	// queueStart is what must have arrived before a queue begins to play: two frames
	// bridge a sender whose packets come a little unevenly.
	queueStart = 2 * FrameSize
	// queueSpare is the reserve that may stay unused for a whole queueWindow; more
	// than that is delay without a purpose, and one frame of it is thrown away.
	queueSpare = FrameSize
	// queueLimit is where a queue is cut at once: a burst after a stall.
	queueLimit = 12 * FrameSize
	// queueWindow is the number of beats (one second) over which the reserve is measured.
	queueWindow = 50
	// concealed is the largest number of lost packets that are replaced by silence; a
	// longer gap is a pause of the sender.
	concealed = 3
)

// Queue takes the packets of one party as they arrive and yields frames on the
// mixer's beat. It is short (40 ms) and gets short again after it grew, because two
// clocks never run equally fast and a queue that only grows makes talk impossible.
// The zero value is ready; it may be filled and emptied by two goroutines.
type Queue struct {
	mu       sync.Mutex
	waiting  []int16
	playing  bool
	began    bool
	nextSeq  uint16
	lowest   int // least reserve left after a beat in this window
	beats    int
	late     int
	lost     int
	drained  int
	received int
}

// QueueCount tells what happened to the packets of a queue so far.
type QueueCount struct {
	Received, Late, Lost int // packets
	Drained              int // samples thrown away to keep the delay short
	Waiting              int // samples
}

// Put adds the samples of the packet with this RTP sequence number. A packet that
// comes after its successor was taken is too late and left out.
func (q *Queue) Put(seq uint16, samples []int16) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.received++
	if q.began {
		ahead := int16(seq - q.nextSeq)
		if ahead < 0 {
			q.late++
			return
		}
		q.lost += int(ahead)
		if ahead <= concealed {
			q.waiting = append(q.waiting, make([]int16, int(ahead)*len(samples))...)
		}
	}
	q.began, q.nextSeq = true, seq+1
	q.waiting = append(q.waiting, samples...)
	if len(q.waiting) > queueLimit {
		q.drop(len(q.waiting) - queueStart)
	}
}

// Next takes the next frame; it is false while the queue is empty or fills up.
func (q *Queue) Next(f *Frame) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.playing {
		if len(q.waiting) < queueStart {
			return false
		}
		q.playing, q.beats, q.lowest = true, 0, queueLimit
	}
	if len(q.waiting) < FrameSize {
		q.playing = false
		return false
	}
	copy(f[:], q.waiting)
	q.waiting = append(q.waiting[:0], q.waiting[FrameSize:]...)
	q.lowest = min(q.lowest, len(q.waiting))
	if q.beats++; q.beats == queueWindow {
		if q.lowest > queueSpare {
			q.drop(FrameSize)
		}
		q.beats, q.lowest = 0, queueLimit
	}
	return true
}

// Count returns what happened so far.
func (q *Queue) Count() QueueCount {
	q.mu.Lock()
	defer q.mu.Unlock()
	return QueueCount{q.received, q.late, q.lost, q.drained, len(q.waiting)}
}

// Restart forgets the sequence numbers: after a new negotiation they begin anew.
func (q *Queue) Restart() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.began = false
}

func (q *Queue) drop(samples int) {
	q.waiting = append(q.waiting[:0], q.waiting[samples:]...)
	q.drained += samples
}
