package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrFormat says that a sound file is not a WAV file of a kind this package reads:
// linear PCM of 8, 16, 24 or 32 bits, or µ-law, at 4 to 192 kHz, one to eight channels.
var ErrFormat = errors.New("not a WAV file that can be played")

const (
	wavPCM        = 1
	wavMulaw      = 7
	wavExtensible = 0xFFFE // the true format is the start of a GUID further on
)

type wavFormat struct {
	tag, channels, bits int
	rate                int
}

// ReadWAV returns the samples of a WAV file as mono at Rate: channels are averaged
// and other rates resampled. Any error is an ErrFormat. A data chunk that is cut
// short, or whose size was never filled in (streamed files), is read as far as it goes.
func ReadWAV(data []byte) ([]int16, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return nil, fmt.Errorf("%w: no RIFF/WAVE header", ErrFormat)
	}
	var format *wavFormat
	for rest := data[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if size < int64(len(body)) {
			body = body[:size]
		}
		switch id {
		case "fmt ":
			f, err := readWAVFormat(body)
			if err != nil {
				return nil, err
			}
			format = &f
		case "data":
			if format == nil {
				return nil, fmt.Errorf("%w: data before fmt", ErrFormat)
			}
			return Resample(format.mono(body), format.rate), nil
		}
		next := 8 + size + size&1
		if next > int64(len(rest)) {
			break
		}
		rest = rest[next:]
	}
	return nil, fmt.Errorf("%w: no data chunk", ErrFormat)
}

func readWAVFormat(body []byte) (wavFormat, error) {
	if len(body) < 16 {
		return wavFormat{}, fmt.Errorf("%w: fmt chunk of %d bytes", ErrFormat, len(body))
	}
	le := binary.LittleEndian
	f := wavFormat{
		tag:      int(le.Uint16(body)),
		channels: int(le.Uint16(body[2:])),
		rate:     int(le.Uint32(body[4:])),
		bits:     int(le.Uint16(body[14:])),
	}
	if f.tag == wavExtensible && len(body) >= 26 {
		f.tag = int(le.Uint16(body[24:]))
	}
	switch {
	case f.tag == wavPCM && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32):
	case f.tag == wavMulaw && f.bits == 8:
	default:
		return f, fmt.Errorf("%w: format %d with %d bits", ErrFormat, f.tag, f.bits)
	}
	if f.channels < 1 || f.channels > 8 || f.rate < 4000 || f.rate > 192000 {
		return f, fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, f.channels, f.rate)
	}
	return f, nil
}

// mono reads whole sample groups; a last incomplete group is left out.
func (f wavFormat) mono(body []byte) []int16 {
	width := f.bits / 8
	group := width * f.channels
	samples := make([]int16, len(body)/group)
	for i := range samples {
		sum := 0
		for c := range f.channels {
			sum += f.sample(body[i*group+c*width:])
		}
		samples[i] = int16(sum / f.channels)
	}
	return samples
}

// sample reads one value as 16 bits; of wider ones the upper 16 bits are kept.
func (f wavFormat) sample(b []byte) int {
	switch {
	case f.tag == wavMulaw:
		return int(mulawToLinear[b[0]])
	case f.bits == 8:
		return (int(b[0]) - 128) << 8
	default:
		return int(int16(binary.LittleEndian.Uint16(b[f.bits/8-2:])))
	}
}

// FormatWAV returns a WAV file of 16 bit linear PCM, mono at Rate.
func FormatWAV(samples []int16) []byte {
	le := binary.LittleEndian
	size := uint32(2 * len(samples))
	b := make([]byte, 0, 44+size)
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, wavPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, Rate)
	b = le.AppendUint32(b, 2*Rate)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, size)
	for _, s := range samples {
		b = le.AppendUint16(b, uint16(s))
	}
	return b
}
