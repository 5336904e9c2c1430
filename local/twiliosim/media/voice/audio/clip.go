package audio

import (
	"sync/atomic"
	"time"
)

// Recording is sound that may still be on its way: a file being fetched, words being
// spoken by a program. It may be shared by any number of clips.
type Recording struct {
	samples atomic.Pointer[[]int16]
}

// NewRecording returns a recording of samples.
func NewRecording(samples []int16) *Recording {
	r := &Recording{}
	r.Set(samples)
	return r
}

// Set gives the recording its samples; they must not change afterwards.
func (r *Recording) Set(samples []int16) { r.samples.Store(&samples) }

// Samples returns the sound, and whether it has come yet.
func (r *Recording) Samples() ([]int16, bool) {
	p := r.samples.Load()
	if p == nil {
		return nil, false
	}
	return *p, true
}

// Clip plays a recording to one party.
type Clip struct {
	recording *Recording
	at        int
	loop      bool
	begun     bool
}

// NewClip plays r from an offset on. A clip from the very beginning waits for a
// recording that has not come yet, so that no word is cut; one from a later point keeps
// time meanwhile. With loop it starts over at the end and is then always in time.
func NewClip(r *Recording, offset time.Duration, loop bool) *Clip {
	return &Clip{recording: r, at: max(0, Samples(offset)), loop: loop, begun: offset > 0}
}

// Next plays the next 20 ms.
func (c *Clip) Next(f *Frame) bool {
	samples, ready := c.recording.Samples()
	if !ready {
		if c.begun {
			c.at += FrameSize
		}
		return false
	}
	c.begun = true
	if c.loop && len(samples) > 0 {
		for i := range f {
			f[i] = samples[(c.at+i)%len(samples)]
		}
		c.at = (c.at + FrameSize) % len(samples)
		return true
	}
	if c.at >= len(samples) {
		return false
	}
	n := copy(f[:], samples[c.at:])
	clear(f[n:])
	c.at += FrameSize
	return true
}
