package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
)

// sounds are those that the voice SDK plays to an agent, by its own names for them
// (https://twilio.github.io/twilio-voice.js/enums/Device.SoundName.html). Without our files it fetches its own from
// Twilio's host, and a page that cannot reach that host rings late and in silence.
func sounds() map[string][]int16 {
	all := map[string][]int16{
		"incoming":   chime(3*rate, []int{74, 78, 81, 86, 81, 86}, true),
		"outgoing":   chime(rate/2, []int{74, 81}, false),
		"disconnect": chime(rate/2, []int{78, 71}, false),
	}
	for key, name := range map[byte]string{
		'0': "dtmf0", '1': "dtmf1", '2': "dtmf2", '3': "dtmf3", '4': "dtmf4", '5': "dtmf5", '6': "dtmf6",
		'7': "dtmf7", '8': "dtmf8", '9': "dtmf9", '*': "dtmfs", '#': "dtmfh",
	} {
		all[name] = digit(key)
	}
	return all
}

// stroke is the time between two notes of a chime.
const stroke = rate / 9

// chime plays the notes one after the other, twice if it is a ring, and is silent for the rest of its length.
func chime(length int, pitches []int, twice bool) []int16 {
	p := part{length: length}
	for i, pitch := range pitches {
		p.notes = append(p.notes, note{at: i * stroke, length: stroke * 2, pitch: pitch, weight: 1000})
		if twice {
			again := (len(pitches)+2+i)*stroke + stroke/2
			p.notes = append(p.notes, note{at: again, length: stroke * 2, pitch: pitch, weight: 1000})
		}
	}
	return loud(render([]part{p})[0])
}

// loud doubles samples, which render leaves 9 dB below clipping: a ring must be heard from the next room.
func loud(samples []int16) []int16 {
	for i := range samples {
		samples[i] *= 2
	}
	return samples
}

// The frequencies of a telephone's keys in rows and columns (ITU-T Q.23), in Hz.
var (
	rows    = [4]int{697, 770, 852, 941}
	columns = [3]int{1209, 1336, 1477}
	keys    = [4]string{"123", "456", "789", "*0#"}
)

// A key's tone is long enough to be recognised, and begins and ends softly.
const (
	digitLength = rate * 12 / 100
	soft        = rate / 200
)

func digit(key byte) []int16 {
	out := make([]int16, digitLength)
	for r, row := range keys {
		for c := range row {
			if row[c] != key {
				continue
			}
			low, high := wave(rows[r]), wave(columns[c])
			for i := range out {
				edge := min(i, digitLength-1-i, soft)
				out[i] = int16((low(i) + high(i)) * int64(edge) / soft / 4)
			}
		}
	}
	return out
}

// wave is a sine of that many Hz, with amplitude 1<<14, at sample i.
func wave(hertz int) func(i int) int64 {
	return func(i int) int64 { return sine[i*hertz*len(sine)/rate%len(sine)] }
}

// pcm packs samples as a WAV file of 16 bits at 8 kHz, which every browser can decode.
func pcm(samples []int16) []byte {
	size := uint32(2 * len(samples))
	out := []byte("RIFF")
	out = binary.LittleEndian.AppendUint32(out, 36+size)
	out = append(out, "WAVEfmt "...)
	out = binary.LittleEndian.AppendUint32(out, 16)
	for _, v := range []uint16{1, 1} { // PCM, one channel
		out = binary.LittleEndian.AppendUint16(out, v)
	}
	out = binary.LittleEndian.AppendUint32(out, rate)
	out = binary.LittleEndian.AppendUint32(out, 2*rate)
	for _, v := range []uint16{2, 16} { // bytes and bits of a sample
		out = binary.LittleEndian.AppendUint16(out, v)
	}
	out = append(out, "data"...)
	out = binary.LittleEndian.AppendUint32(out, size)
	for _, s := range samples {
		out = binary.LittleEndian.AppendUint16(out, uint16(s))
	}
	return out
}

// writeSounds makes every sound in the folder dir, which it creates if necessary.
func writeSounds(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, samples := range sounds() {
		if err := os.WriteFile(filepath.Join(dir, name+".wav"), pcm(samples), 0o644); err != nil {
			return err
		}
	}
	return nil
}
