package audio

import (
	"math"
)

// lobes is half the width of the resampling filter in periods of the lower rate.
const lobes = 8

// Resample turns samples taken at rate into samples at Rate with a windowed sinc
// filter, so that nothing above 4 kHz folds back. It is for files, not for live sound.
// The result shares memory with samples when nothing has to be done.
func Resample(samples []int16, rate int) []int16 {
	if rate == Rate || len(samples) == 0 {
		return samples
	}
	step := float64(rate) / Rate  // input samples per output sample
	narrow := math.Min(1, 1/step) // share of the input's band that is kept
	reach := lobes / narrow       // filter's half width in input samples
	out := make([]int16, int(float64(len(samples))/step))
	for i := range out {
		centre := float64(i) * step
		first := max(0, int(math.Ceil(centre-reach)))
		last := min(len(samples)-1, int(math.Floor(centre+reach)))
		sum, weight := 0.0, 0.0
		for j := first; j <= last; j++ {
			w := kernel((float64(j)-centre)*narrow, lobes)
			sum += w * float64(samples[j])
			weight += w
		}
		if weight != 0 {
			// At the ends part of the filter hangs over; the weight makes up for it.
			sum /= weight
		}
		out[i] = saturate(int32(math.Round(sum)))
	}
	return out
}

// kernel is sinc(x) under a Hann window that ends at ±width.
func kernel(x, width float64) float64 {
	if x == 0 {
		return 1
	}
	window := 0.5 + 0.5*math.Cos(math.Pi*x/width)
	return window * math.Sin(math.Pi*x) / (math.Pi * x)
}
