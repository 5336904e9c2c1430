package audio

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"
)

// wav builds a file by hand, so that the reader is not tested against our own writer only.
func wav(tag, channels, rate, bits int, data []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF\x00\x00\x00\x00WAVELIST\x03\x00\x00\x00abc\x00fmt "), 16, 0, 0, 0)
	b = le.AppendUint16(b, uint16(tag))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

func TestReadWAV(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want []int16
	}{
		"16 bits":            {wav(1, 1, Rate, 16, []byte{1, 0, 0xFF, 0xFF}), []int16{1, -1}},
		"8 bits":             {wav(1, 1, Rate, 8, []byte{128, 255, 0}), []int16{0, 127 << 8, -32768}},
		"24 bits":            {wav(1, 1, Rate, 24, []byte{9, 2, 1}), []int16{0x102}},
		"mulaw":              {wav(7, 1, Rate, 8, []byte{0xFF, 0x80}), []int16{0, 32124}},
		"stereo is averaged": {wav(1, 2, Rate, 16, []byte{10, 0, 20, 0}), []int16{15}},
		"a cut last group":   {wav(1, 2, Rate, 16, []byte{10, 0, 20, 0, 7}), []int16{15}},
		"empty":              {wav(1, 1, Rate, 16, nil), []int16{}},
		"our own":            {FormatWAV([]int16{5, -6}), []int16{5, -6}},
	} {
		got, err := ReadWAV(c.file)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestReadWAVRefuses(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing":        nil,
		"an MP3":         []byte("ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00"),
		"no data":        FormatWAV(nil)[:36],
		"A-law":          wav(6, 1, Rate, 8, nil),
		"no channels":    wav(1, 0, Rate, 16, nil),
		"rate of zero":   wav(1, 1, 0, 16, nil),
		"data first":     append([]byte("RIFF\x00\x00\x00\x00WAVEdata"), 0, 0, 0, 0),
		"short fmt":      append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 2, 0, 0, 0, 1, 0),
		"oversize chunk": append([]byte("RIFF\x00\x00\x00\x00WAVEjunk"), 0xFF, 0xFF, 0xFF, 0xFF),
	} {
		if _, err := ReadWAV(file); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(7, 2, 44100, 8, []byte{1, 2, 3, 4}))
	f.Add(FormatWAV([]int16{1, 2, 3}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return // resampling time grows with the input; size is not what is tested
		}
		if _, err := ReadWAV(data); err != nil && !errors.Is(err, ErrFormat) {
			t.Error(err)
		}
	})
}

func TestResampleKeepsTonesAndRemovesWhatCannotBeHeard(t *testing.T) {
	for _, rate := range []int{11025, 16000, 22050, 44100, 48000, 4000} {
		// Tone at Rate is a function of the sample number only: scale its frequency.
		at := func(hz float64) []int16 {
			out := make([]int16, 0, rate)
			tone := NewTone(hz * Rate / float64(rate))
			for len(out) < rate {
				var f Frame
				tone.Next(&f)
				out = append(out, f[:]...)
			}
			return Resample(out[:rate], rate)
		}
		heard := at(1000)
		if got := Length(len(heard)); got < 995*time.Millisecond || got > time.Second {
			t.Errorf("%d Hz: a second became %v", rate, got)
		}
		if tones := Tones(heard[800:7200], 500, 1000, 2000, 3000); len(tones) != 1 || tones[0] != 1000 {
			t.Errorf("%d Hz: heard %v, want only 1000", rate, tones)
		}
		if rate > 12000 {
			if loud := Loudness(at(5500)[800:7200]); loud > loudness/50 {
				t.Errorf("%d Hz: 5500 Hz folded back with strength %.0f", rate, loud)
			}
		}
	}
}
