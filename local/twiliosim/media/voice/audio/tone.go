package audio

import (
	"math"
	"time"
)

// Beep is a sum of steady tones for a while; with no frequency it is silence.
type Beep struct {
	Hz     []float64
	Length time.Duration
}

const (
	// loudness of generated tones: about -13 dBm0, comfortable and far from clipping
	// even when three parties sound at once.
	loudness = 7000
	// edge is the length of the fades that keep a tone from clicking.
	edge = 40
)

// Ringback is what a caller hears while the other side rings, in the North American
// cadence: 440 and 480 Hz, two seconds on, four off.
var Ringback = []Beep{{Hz: []float64{440, 480}, Length: 2 * time.Second}, {Length: 4 * time.Second}}

// Render returns the samples of a row of beeps.
func Render(beeps ...Beep) []int16 {
	var out []int16
	for _, b := range beeps {
		out = append(out, b.samples()...)
	}
	return out
}

func (b Beep) samples() []int16 {
	out := make([]int16, Samples(b.Length))
	if len(b.Hz) == 0 {
		return out
	}
	volume := loudness / float64(len(b.Hz))
	for i := range out {
		sum := 0.0
		for _, hz := range b.Hz {
			sum += math.Sin(2 * math.Pi * hz * float64(i) / Rate)
		}
		fade := math.Min(1, float64(min(i, len(out)-1-i))/edge)
		out[i] = int16(volume * fade * sum)
	}
	return out
}

// Tone is an endless steady tone, the mark by which a party can be told from the
// others in a mix.
type Tone struct {
	step, phase float64
}

// NewTone returns a tone of hz, which must lie between 0 and 4000.
func NewTone(hz float64) *Tone {
	return &Tone{step: 2 * math.Pi * hz / Rate}
}

// Next fills f with the tone's next 20 ms, without a jump from the frame before.
func (t *Tone) Next(f *Frame) bool {
	for i := range f {
		f[i] = int16(loudness * math.Sin(t.phase))
		t.phase += t.step
	}
	t.phase = math.Mod(t.phase, 2*math.Pi)
	return true
}

// DTMF returns the two tones of a key (0-9, *, #, A-D) as ITU-T Q.23 has them, for
// 120 ms, or nothing for any other key.
func DTMF(key rune) []int16 {
	rows := [...]float64{697, 770, 852, 941}
	columns := [...]float64{1209, 1336, 1477, 1633}
	for i, k := range "123A456B789C*0#D" {
		if k == key {
			return Render(Beep{Hz: []float64{rows[i/4], columns[i%4]}, Length: 120 * time.Millisecond})
		}
	}
	return nil
}

// Music returns a quiet piece of eight seconds that can be repeated without a seam:
// the phone network's own music on hold.
func Music() []int16 {
	const note = 250 * time.Millisecond
	var beeps []Beep
	for _, chord := range [][]float64{
		{262, 330, 392, 523}, {220, 262, 330, 440}, {175, 220, 262, 349}, {196, 247, 294, 392},
	} {
		for _, step := range []int{0, 1, 2, 3, 2, 1, 2, 1} {
			beeps = append(beeps, Beep{[]float64{chord[step], 2 * chord[step]}, note})
		}
	}
	return Render(beeps...)
}
