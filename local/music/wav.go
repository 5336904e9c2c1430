package main

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// wav packs samples as a WAV file of 8-bit µ-law at 8 kHz, the telephone's format, so that nothing is converted on the
// way and a part of 12 s is 96 kB.
func wav(samples []int16) []byte {
	const muLaw, header = 7, 50 // WAVE_FORMAT_MULAW; bytes after the first eight and before the data
	var out bytes.Buffer
	field := func(values ...any) {
		for _, v := range values {
			// A bytes.Buffer accepts everything, and all values have a fixed size.
			_ = binary.Write(&out, binary.LittleEndian, v)
		}
	}
	n := uint32(len(samples))
	field([]byte("RIFF"), header+n+n%2, []byte("WAVE"))
	field([]byte("fmt "), uint32(18), uint16(muLaw), uint16(1), uint32(rate), uint32(rate), uint16(1), uint16(8),
		uint16(0))
	field([]byte("fact"), uint32(4), n)
	field([]byte("data"), n)
	for _, s := range samples {
		out.WriteByte(encode(s))
	}
	if n%2 == 1 {
		out.WriteByte(0) // chunks begin at even places
	}
	return out.Bytes()
}

// encode is ITU-T G.711 µ-law: the sign, three bits of exponent and four of mantissa, all inverted.
func encode(sample int16) byte {
	const bias, clip = 132, 32635
	v, sign := int(sample), 0
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, clip) + bias
	exponent := bits.Len(uint(v)) - 8
	mantissa := v >> (exponent + 3) & 0x0F
	return ^byte(sign | exponent<<4 | mantissa)
}
