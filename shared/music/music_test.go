package music

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/settings"
)

// file is a WAV file of PCM with 16 bits: a tone of 440 Hz, silent where quiet says so.
func file(rate, channels int, long time.Duration, quiet func(time.Duration) bool) []byte {
	var data []byte
	for i := range int(long.Seconds() * float64(rate)) {
		v := int16(8000 * math.Sin(2*math.Pi*440*float64(i)/float64(rate)))
		if quiet != nil && quiet(time.Duration(i)*time.Second/time.Duration(rate)) {
			v = 0
		}
		for range channels {
			data = binary.LittleEndian.AppendUint16(data, uint16(v))
		}
	}
	return wrapped(pcm, rate, channels, 16, data)
}

func wrapped(format, rate, channels, bits int, data []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(data)))...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00"...)
	b = le.AppendUint16(le.AppendUint16(b, uint16(format)), uint16(channels))
	b = le.AppendUint32(le.AppendUint32(b, uint32(rate)), uint32(rate*channels*bits/8))
	b = le.AppendUint16(le.AppendUint16(b, uint16(channels*bits/8)), uint16(bits))
	return append(le.AppendUint32(append(b, "data"...), uint32(len(data))), data...)
}

func TestF290MusicIsCutIntoPiecesOfTheSameLength(t *testing.T) {
	for _, test := range []struct {
		file   []byte
		pieces int
		millis int
	}{
		{file(8000, 1, 11*time.Second, nil), 1, 11_000},
		{file(44_100, 2, 21*time.Second, nil), 2, 10_500},
		{file(16_000, 1, 2*time.Minute, nil), 10, 12_000},
		{file(8000, 1, 3*time.Minute, nil), 15, 12_000},
		{file(8000, 1, 25*time.Second, func(at time.Duration) bool { return at < 3*time.Second }), 2, 11_000},
	} {
		cut, err := Of(test.file)
		if err != nil {
			t.Fatal(err)
		}
		if cut.Pieces != test.pieces || cut.Millis > test.millis || cut.Millis < test.millis-5 ||
			len(cut.Files) != cut.Pieces || len(cut.ID) != 32 {
			t.Errorf("%d pieces of %d ms, want %d of %d", cut.Pieces, cut.Millis, test.pieces, test.millis)
		}
		if err := (settings.Values{Music: &cut.Music}).Check(); err != nil {
			t.Error(err)
		}
		for _, piece := range cut.Files {
			s, err := read(piece)
			if err != nil || s.format != muLaw || s.rate != rate || len(s.data) != cut.Millis*8 {
				t.Errorf("a piece: %v, %v", s.format, err)
			}
			if crossings := crossed(s.mono()); math.Abs(float64(crossings)/float64(cut.Millis)*1000-880) > 20 {
				t.Errorf("%d crossings in %d ms are no tone of 440 Hz", crossings, cut.Millis)
			}
		}
		again, _ := Of(cut.whole())
		if same, _ := Of(test.file); same.ID != cut.ID {
			t.Error("the same file has another name")
		}
		if again.Pieces != cut.Pieces {
			t.Errorf("cut again: %d pieces", again.Pieces)
		}
	}
}

// whole is the µ-law file of all pieces.
func (c Cut) whole() []byte {
	var data []byte
	for _, f := range c.Files {
		s, _ := read(f)
		data = append(data, s.data...)
	}
	return wrapped(muLaw, rate, 1, 8, data)
}

func crossed(samples []int16) (n int) {
	for i := 1; i < len(samples); i++ {
		if samples[i-1] < 0 != (samples[i] < 0) {
			n++
		}
	}
	return n
}

func TestF290WhatCannotBeTheMusic(t *testing.T) {
	good := file(8000, 1, 11*time.Second, nil)
	for name, test := range map[string]struct {
		file []byte
		why  string
	}{
		"nothing":    {nil, "no WAV"},
		"words":      {[]byte("music"), "no WAV"},
		"MP3":        {append([]byte("ID3\x04"), make([]byte, 90)...), "MP3"},
		"MP3 frames": {append([]byte("\xff\xfb\x90"), make([]byte, 90)...), "MP3"},
		"a picture":  {append([]byte("RIFF\x10\x00\x00\x00WEBP"), make([]byte, 90)...), "no WAV"},
		"cut off":    {good[:len(good)-1], "cut off"},
		"no format": {append([]byte("RIFF\x10\x00\x00\x00WAVE"), good[36:]...),
			"how it is to be read"},
		"24 bits":      {wrapped(pcm, 8000, 1, 24, make([]byte, 90)), "8 or 16 bits"},
		"a codec":      {wrapped(0x11, 8000, 1, 4, make([]byte, 90)), "8 or 16 bits"},
		"six channels": {wrapped(pcm, 8000, 6, 16, make([]byte, 90)), "one or two channels"},
		"too slow":     {wrapped(pcm, 4000, 1, 16, make([]byte, 90)), "samples a second"},
		"silent": {
			file(8000, 1, 20*time.Second, func(time.Duration) bool { return true }), "nothing can be heard",
		},
		"a gap": {file(8000, 1, 20*time.Second, func(at time.Duration) bool {
			return at > 5*time.Second && at < 8*time.Second
		}), "silent for more than 2s, at 5s"},
		"short":     {file(8000, 1, 9*time.Second, nil), "at least 10s"},
		"long":      {file(8000, 1, 4*time.Minute, nil), "at most 3m0s"},
		"too large": {make([]byte, MaxBytes+1), "at most 4 MB"},
	} {
		cut, err := Of(test.file)
		var refused *settings.FieldError
		if !errors.As(err, &refused) || refused.Field != "music" || !strings.Contains(refused.Why, test.why) {
			t.Errorf("%s: %v, %v", name, cut.Music, err)
		}
	}
}

func TestMuLawGoesThereAndBack(t *testing.T) {
	for code := range 256 {
		if got := compressed(int16(linear(byte(code)))); got != byte(code) && linear(byte(code)) != 0 {
			t.Errorf("%#x becomes %#x", code, got)
		}
	}
}

func FuzzF290AnyFileIsMusicOrRefused(f *testing.F) {
	f.Add(file(8000, 1, 100*time.Millisecond, nil))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cut, err := Of(b)
		var refused *settings.FieldError
		if err != nil && !errors.As(err, &refused) || err == nil && len(bytes.Join(cut.Files, nil)) == 0 {
			t.Errorf("%d pieces, %v", cut.Pieces, err)
		}
	})
}
