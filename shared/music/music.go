// Package music cuts an operator's own music into the pieces of which callers hear one in each turn (functions/wait).
//
// It is pure. It takes a WAV file by its bytes, whatever its name says: PCM of 8 or 16 bits, or µ-law, with one or two
// channels. The pieces are as Twilio plays them without a conversion: µ-law of 8,000 samples a second, one channel.
// https://www.twilio.com/docs/voice/twiml/play
package music

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"warmtransfer/shared/settings"
)

// Limits of the music.
const (
	// MaxBytes is below what Lambda takes in one request with the third that base64 adds, 6 MB.
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	MaxBytes = 4 << 20
	Least    = 10 * time.Second
	Most     = 3 * time.Minute
	// longest is a piece: the turns of music are a clock that repairs what went wrong.
	longest = 12 * time.Second
	// quiet is how long the music may be silent: callers must not think that they were cut off.
	quiet = 2 * time.Second
)

const (
	rate = 8000
	// faint is the loudest sample, of 32,768, that counts as silence.
	faint = 150
)

// Cut is own music in pieces of the same length.
type Cut struct {
	settings.Music
	Files [][]byte // each a WAV file
}

// Refused says why the file cannot be the music.
func refused(format string, values ...any) error {
	return &settings.FieldError{Field: "music", Why: fmt.Sprintf(format, values...)}
}

// Of cuts a file. It returns a *settings.FieldError for one that cannot be the music.
func Of(file []byte) (Cut, error) {
	sound, err := read(file)
	if err != nil {
		return Cut{}, err
	}
	samples, err := audible(sound.mono())
	if err != nil {
		return Cut{}, err
	}
	pieces := (len(samples) + perPiece - 1) / perPiece
	each := len(samples) / pieces / (rate / 1000) * (rate / 1000) // whole milliseconds
	cut := Cut{Music: settings.Music{Pieces: pieces, Millis: each * 1000 / rate}}
	sum := sha256.New()
	for i := range pieces {
		piece := wav(samples[i*each : (i+1)*each])
		_, _ = sum.Write(piece)
		cut.Files = append(cut.Files, piece)
	}
	cut.ID = hex.EncodeToString(sum.Sum(nil)[:16])
	return cut, nil
}

const perPiece = int(longest / time.Second * rate)

// audible is the music without the silence at both ends.
func audible(samples []int16) ([]int16, error) {
	first, last, since := -1, -1, 0
	for i, s := range samples {
		if s < faint && s > -faint {
			continue
		}
		if first < 0 {
			first = i
		} else if i-since > int(quiet/time.Second)*rate {
			return nil, refused("it is silent for more than %v, at %v", quiet, at(since).Round(time.Second))
		}
		since, last = i, i
	}
	if first < 0 {
		return nil, refused("nothing can be heard in it")
	}
	samples = samples[first : last+1]
	switch long := at(len(samples)); {
	case long < Least:
		return nil, refused("it lasts %v; at least %v", long.Round(time.Second), Least)
	case long > Most:
		return nil, refused("it lasts %v; at most %v", long.Round(time.Second), Most)
	}
	return samples, nil
}

func at(sample int) time.Duration { return time.Duration(sample) * time.Second / rate }

// sound is what a WAV file holds.
type sound struct {
	format, channels, bits int
	rate                   int
	data                   []byte
}

const pcm, muLaw = 1, 7

// read takes a WAV file apart. http://soundfile.sapp.org/doc/WaveFormat/
func read(file []byte) (s sound, err error) {
	switch {
	case len(file) > MaxBytes:
		return s, refused("at most %d MB", MaxBytes>>20)
	case len(file) >= 3 && (string(file[:3]) == "ID3" || file[0] == 0xff && file[1]&0xe0 == 0xe0):
		return s, refused("this is an MP3 file; the page makes WAV of it")
	case len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE":
		return s, refused("this is no WAV file")
	}
	for rest := file[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:8]))
		if rest = rest[8:]; size > uint64(len(rest)) {
			return s, refused("the file is cut off")
		}
		switch chunk := rest[:size]; {
		case name == "fmt " && size >= 16:
			s.format, s.channels = int(binary.LittleEndian.Uint16(chunk)), int(binary.LittleEndian.Uint16(chunk[2:]))
			s.rate, s.bits = int(binary.LittleEndian.Uint32(chunk[4:])), int(binary.LittleEndian.Uint16(chunk[14:]))
		case name == "data":
			s.data = chunk
		}
		rest = rest[min(size+size%2, uint64(len(rest))):]
	}
	return s, s.check()
}

func (s sound) check() error {
	known := s.format == pcm && (s.bits == 8 || s.bits == 16) || s.format == muLaw && s.bits == 8
	switch {
	case s.format == 0:
		return refused("the file does not say how it is to be read")
	case !known || s.channels < 1 || s.channels > 2:
		return refused("PCM of 8 or 16 bits or µ-law, with one or two channels")
	case s.rate < rate || s.rate > 96_000:
		return refused("8,000 to 96,000 samples a second")
	}
	return nil
}

// mono are samples of one channel, rate a second. Each is the mean of those that it replaces.
func (s sound) mono() []int16 {
	frame := s.channels * s.bits / 8
	frames := len(s.data) / frame
	out := make([]int16, 0, int64(frames)*rate/int64(s.rate)+1)
	for i := 0; ; i++ {
		from, to := int(int64(i)*int64(s.rate)/rate), int(int64(i+1)*int64(s.rate)/rate)
		if to > frames {
			return out
		}
		sum := 0
		for f := from; f < to; f++ {
			for c := range s.channels {
				sum += s.sample(f*frame + c*s.bits/8)
			}
		}
		out = append(out, int16(sum/((to-from)*s.channels)))
	}
}

func (s sound) sample(at int) int {
	switch {
	case s.format == muLaw:
		return linear(s.data[at])
	case s.bits == 8:
		return (int(s.data[at]) - 128) << 8
	}
	return int(int16(binary.LittleEndian.Uint16(s.data[at:])))
}

// wav is a µ-law file of these samples.
func wav(samples []int16) []byte {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if text, ok := v.(string); ok {
				b.WriteString(text)
				continue
			}
			_ = binary.Write(&b, binary.LittleEndian, v) // a Buffer has no errors
		}
	}
	n := uint32(len(samples))
	put("RIFF", 50+n, "WAVE", "fmt ", uint32(18), uint16(muLaw), uint16(1), uint32(rate), uint32(rate), uint16(1),
		uint16(8), uint16(0), "fact", uint32(4), n, "data", n)
	for _, s := range samples {
		b.WriteByte(compressed(s))
	}
	return b.Bytes()
}

// µ-law as in ITU-T G.711: https://www.itu.int/rec/T-REC-G.711
const bias, clip = 0x84, 32635

func compressed(s int16) byte {
	sign, v := 0, int(s)
	if v < 0 {
		sign, v = 0x80, -v
	}
	v = min(v, clip) + bias
	exponent := 7
	for mask := 0x4000; exponent > 0 && v&mask == 0; mask >>= 1 {
		exponent--
	}
	return ^byte(sign | exponent<<4 | v>>(exponent+3)&0x0f)
}

func linear(code byte) int {
	code = ^code
	v := (int(code&0x0f)<<3+bias)<<(code>>4&0x07) - bias
	if code&0x80 != 0 {
		return -v
	}
	return v
}
