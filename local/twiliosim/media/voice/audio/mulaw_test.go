package audio

import (
	"testing"
)

// The codes are those of ITU-T G.711 table 2a (decision values scaled to 16 bits).
func TestMulawCodes(t *testing.T) {
	for _, c := range []struct {
		sample int16
		code   byte
	}{
		{0, 0xFF}, {-1, 0x7F}, {8, 0xFE}, {32124, 0x80}, {32767, 0x80}, {-32124, 0x00}, {-32768, 0x00},
		{1000, 0xCE}, {-1000, 0x4E},
	} {
		if got := EncodeMulaw(make([]byte, 1), []int16{c.sample})[0]; got != c.code {
			t.Errorf("code of %d is %#x, want %#x", c.sample, got, c.code)
		}
	}
}

func TestMulawThereAndBack(t *testing.T) {
	for code := range 256 {
		sample := DecodeMulaw(make([]int16, 1), []byte{byte(code)})
		back := EncodeMulaw(make([]byte, 1), sample)[0]
		if back != byte(code) && !(code == 0x7F && back == MulawSilence) { // two codes of zero
			t.Errorf("%#x -> %d -> %#x", code, sample[0], back)
		}
	}
	for s := -32124; s <= 32124; s++ {
		got := int(DecodeMulaw(make([]int16, 1), EncodeMulaw(make([]byte, 1), []int16{int16(s)}))[0])
		off, size := got-s, s
		if off < 0 {
			off = -off
		}
		if size < 0 {
			size = -size
		}
		if off > size/16+8 {
			t.Fatalf("%d came back as %d", s, got)
		}
	}
}
