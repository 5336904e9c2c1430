package main

import "math"

// rate is the telephone's, in samples per second.
const rate = 8000

// one is 1.0 in the fixed point of the envelopes. Everything after the tables below uses whole numbers, because
// processors fuse floating-point operations differently and would not give the same bytes everywhere.
const one = int64(1) << 30

// The sound is that of a soft electric piano: harmonics that fade the sooner the higher they are, and a short bell at
// the start. Nothing above top is played, because the telephone would alias it to a false tone.
const (
	top      = 3300.0       // Hz
	attack   = rate / 100   // samples until a struck key is at full volume
	letGo    = 0.10         // seconds in which a released key falls to 1/e
	breath   = rate * 2 / 5 // samples at the end of a part in which everything fades
	echoGain = 280          // of the first echo, in 1/1000
	loudest  = 12000        // the highest sample of the piece: 9 dB below clipping, as loud on average as speech
)

// harmonic is one component of the sound: the multiple of the pitch, its share in 1/1000, and how many times sooner
// than the first it fades.
type harmonic struct {
	multiple int
	share    int64
	haste    float64
}

var harmonics = []harmonic{{1, 1000, 1}, {2, 330, 1.4}, {3, 150, 2.0}, {4, 120, 12}, {5, 45, 3.0}, {7, 25, 14}}

// echoes are the delays, in samples, of a small room.
var echoes = []int{353, 641, 1013, 1487}

// sine is one period with amplitude 1<<14.
var sine = func() (t [4096]int64) {
	for i := range t {
		t[i] = int64(math.Round(math.Sin(2*math.Pi*float64(i)/float64(len(t))) * (1 << 14)))
	}
	return t
}()

// fade is the factor for each sample with which something falls to 1/e in the given seconds.
func fade(seconds float64) int64 {
	return int64(math.Round(math.Exp(-1/(seconds*rate)) * float64(one)))
}

// render plays the parts into 16-bit samples. All get one loudness, by the loudest moment of the whole. The first and
// the last sample of each are silent.
func render(parts []part) [][]int16 {
	mixes := make([][]int64, len(parts))
	peak := int64(1)
	for i, p := range parts {
		mixes[i] = p.play()
		for _, v := range mixes[i] {
			peak = max(peak, v, -v)
		}
	}
	out := make([][]int16, len(parts))
	for i, mix := range mixes {
		out[i] = make([]int16, len(mix))
		for k, v := range mix {
			out[i][k] = int16(v * loudest / peak)
		}
	}
	return out
}

// play mixes all notes of the part.
func (p part) play() []int64 {
	mix := make([]int64, p.length)
	for _, n := range p.notes {
		n.play(mix)
	}
	room(mix)
	breathe(mix)
	return mix
}

// play adds the note to the mix.
func (n note) play(mix []int64) {
	pitch := 440 * math.Pow(2, float64(n.pitch-69)/12)
	ring := 1.9 * math.Pow(220/pitch, 0.4) // low strings ring longer
	for _, h := range harmonics {
		f := pitch * float64(h.multiple)
		if f > top {
			continue
		}
		step := uint32(math.Round(f / rate * (1 << 32)))
		n.sound(mix, step, h.share, fade(ring/h.haste))
	}
}

// sound adds one harmonic: a sine that advances by step of 1<<32 each sample under an envelope.
func (n note) sound(mix []int64, step uint32, share, falls int64) {
	const shift = 32 - 12 // the sine table has 1<<12 entries
	held, released := one, fade(letGo)
	var phase uint32
	for i := 0; n.at+i < len(mix) && held > one>>14; i++ {
		env := held
		if i < attack { // half a cosine, from the table: from the trough up to the crest
			rise := (1<<14 - sine[(1024+i*2048/attack)%len(sine)]) / 2
			env = held * rise >> 14
		}
		mix[n.at+i] += (sine[phase>>shift] * (env >> 14) >> 16) * share * n.weight / 1_000_000
		phase += step
		held = held * falls >> 30
		if i >= n.length {
			held = held * released >> 30
		}
	}
}

// room adds echoes of the dry sound, each softer than the one before.
func room(mix []int64) {
	dry := append([]int64(nil), mix...)
	gain := int64(echoGain)
	for _, delay := range echoes {
		for i := delay; i < len(mix); i++ {
			mix[i] += dry[i-delay] * gain / 1000
		}
		gain = gain * 7 / 10
	}
}

// breathe fades the sound out at the end, as a pianist lifts the pedal.
func breathe(mix []int64) {
	for i := range breath {
		at := len(mix) - breath + i
		mix[at] = mix[at] * (1<<14 + sine[(1024+i*2048/breath)%len(sine)]) >> 15
	}
	mix[len(mix)-1] = 0
}
