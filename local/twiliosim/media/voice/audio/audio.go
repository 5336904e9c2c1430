// Package audio is the sound of the phone network: G.711 µ-law, WAV files, tones,
// spoken words, the 20 ms mixer and the queues that feed it.
//
// Everything here is mono, 16 bits and 8000 samples a second, as a telephone has it.
// The package knows nothing of calls, conferences, WebRTC or signalling: a leg is a
// name with a source of frames on one side and a sink on the other.
package audio

import (
	"time"
)

const (
	// Rate is the number of samples in a second.
	Rate = 8000
	// FrameTime is the length of one frame, and the mixer's beat.
	FrameTime = 20 * time.Millisecond
	// FrameSize is the number of samples in one frame.
	FrameSize = 160
)

// Frame is 20 ms of sound.
type Frame [FrameSize]int16

// Source yields consecutive frames. Next fills f and reports whether there was
// anything to hear; on false f is left alone and stands for silence. A source is
// read by one goroutine only, the mixer's.
type Source interface {
	Next(f *Frame) bool
}

// Sink takes the frames that one party hears. It is called once per beat, from the
// mixer's goroutine, and must not block: one slow sink would make all parties wait.
// The frame is only lent.
type Sink func(f *Frame)

// Samples returns how many samples fill d.
func Samples(d time.Duration) int {
	return int(d * Rate / time.Second)
}

// Length returns how long n samples last.
func Length(n int) time.Duration {
	return time.Duration(n) * time.Second / Rate
}

// saturate brings a sum of samples back into 16 bits: too loud is clipped, as on a
// real line, and never wraps around into noise.
func saturate(v int32) int16 {
	return int16(min(max(v, -32768), 32767))
}
