package audio

import (
	"math"
)

// Power returns the strength of one frequency in samples by Goertzel's algorithm, as
// the square of the tone's amplitude. Take whole tens of milliseconds: then tones at
// multiples of 100 Hz do not leak into each other.
func Power(samples []int16, hz float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	coefficient := 2 * math.Cos(2*math.Pi*hz/Rate)
	var s1, s2 float64
	for _, v := range samples {
		s1, s2 = float64(v)+coefficient*s1-s2, s1
	}
	n := float64(len(samples))
	return (s1*s1 + s2*s2 - coefficient*s1*s2) * 4 / (n * n)
}

// Loudness returns the root mean square of samples.
func Loudness(samples []int16) float64 {
	if len(samples) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(samples)))
}

// Tones returns which of the given frequencies are audible in samples: those whose
// amplitude is at least a tenth of a generated tone's.
func Tones(samples []int16, among ...float64) []float64 {
	var heard []float64
	for _, hz := range among {
		if math.Sqrt(Power(samples, hz)) >= loudness/10 {
			heard = append(heard, hz)
		}
	}
	return heard
}
