package media

import (
	"bytes"
	"testing"
	"time"
)

func TestWAVLength(t *testing.T) {
	for _, d := range []time.Duration{0, time.Second, 12 * time.Second} {
		if got, err := wavLength(wav(d)); err != nil || got != d {
			t.Errorf("%v is taken for %v, %v", d, got, err)
		}
	}
	whole := wav(time.Second)
	for name, b := range map[string][]byte{
		"nothing": nil, "no WAV": []byte("ID3 an MP3 file's beginning"), "cut in the format": whole[:22],
		"no data":                whole[:36],
		"data before the format": append(append([]byte{}, whole[:12]...), "data\x00\x00\x00\x00"...),
		"a chunk too long":       append(append([]byte{}, whole[:12]...), "LIST\xff\xff\xff\x7f"...),
	} {
		if d, err := wavLength(b); err == nil {
			t.Errorf("%s is taken for %v of sound", name, d)
		}
	}
	if d, err := wavLength(whole[:44+4000]); err != nil || d != 500*time.Millisecond {
		t.Errorf("a file that is cut off is taken for %v, %v", d, err)
	}
}

func FuzzWAVLength(f *testing.F) {
	f.Add(wav(time.Second))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt "))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := wavLength(b); err == nil && d < 0 {
			t.Errorf("%v of sound", d)
		}
	})
}

// wav is a silent sound file of that length.
func wav(d time.Duration) []byte {
	const rate = 8000
	n := uint32(d.Seconds() * rate)
	var w bytes.Buffer
	put := func(s string, v ...uint32) {
		w.WriteString(s)
		for _, x := range v {
			w.Write([]byte{byte(x), byte(x >> 8), byte(x >> 16), byte(x >> 24)})
		}
	}
	put("RIFF", 36+n)
	put("WAVEfmt ", 16, 1|1<<16, rate, rate, 1|8<<16)
	put("data", n)
	w.Write(bytes.Repeat([]byte{0x80}, int(n)))
	return w.Bytes()
}
