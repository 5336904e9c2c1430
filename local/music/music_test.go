package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// committed is where the deployed files are, seen from this folder.
var committed = filepath.Join("..", "..", "frontend", "public", "music")

func TestTheProgramStillMakesTheCommittedFiles(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadDir(committed)
	if err != nil {
		t.Fatal(err)
	}
	if want := Phrases + 1 + Phrases/2; len(made) != want || len(kept) != len(made) {
		t.Fatalf("made %d files and %d are committed, want %d", len(made), len(kept), want)
	}
	var singles []string
	for _, f := range made {
		if !strings.Contains(f.Name(), "-") {
			singles = append(singles, f.Name())
		}
		got, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(committed, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the committed file: go run ./local/music", f.Name())
		}
	}
	for i, single := range singles {
		if single != name(i) {
			t.Errorf("file %d is called %s, want %s", i, single, name(i))
		}
	}
}

// F382: the file of a long turn is two parts that follow each other, without anything between them.
func TestF382TwoPartsInOneFile(t *testing.T) {
	all := parts(t)
	for i := 2; i <= Phrases; i += 2 {
		next := i%Phrases + 1
		raw, err := os.ReadFile(filepath.Join(committed, pair(i, next)))
		if err != nil {
			t.Fatal(err)
		}
		if got := unpack(t, raw); !slices.Equal(got, slices.Concat(all[i], all[next])) {
			t.Errorf("%s is not %s and %s", pair(i, next), name(i), name(next))
		}
	}
}

func TestAnUnwritableFolderIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write(file); err == nil {
		t.Error("writing into a file that is no folder gave no error")
	}
}

func TestPartsAreAsLongAsTheirTurns(t *testing.T) {
	for i, samples := range parts(t) {
		want := 12
		if i == 0 {
			want = 8
		}
		if len(samples) != want*rate {
			t.Errorf("%s is %.2f s long, want %d s", name(i), float64(len(samples))/rate, want)
		}
	}
}

// At every join, also at the loop's, from the last part to the first phrase.
func TestPartsJoinWithoutAClick(t *testing.T) {
	all := parts(t)
	for i, samples := range all {
		next := i + 1
		if next == len(all) {
			next = 1
		}
		last, first := samples[len(samples)-1], all[next][0]
		if last != 0 || first != 0 {
			t.Errorf("%s ends at %d and %s begins at %d, want silence", name(i), last, name(next), first)
		}
		// Almost silent in the 20 ms before the join and the first millisecond after it.
		if p := peak(samples[len(samples)-rate/50:]); p > 100 {
			t.Errorf("%s still sounds at its end: %d", name(i), p)
		}
		if p := peak(all[next][:rate/1000]); p > 200 {
			t.Errorf("%s begins with a jump: %d", name(next), p)
		}
	}
}

// A caller must not think that the call is dead: never more than half a second of near silence, a join included.
func TestMusicNeverSeemsToHaveStopped(t *testing.T) {
	const window = rate / 10
	for i, samples := range parts(t) {
		quiet := 0
		for at := 0; at+window <= len(samples); at += window {
			if loudness(samples[at:at+window]) < -45 {
				quiet++
			}
		}
		if quiet > 2 {
			t.Errorf("%s: %d tenths of a second below -45 dB", name(i), quiet)
		}
	}
}

func TestMusicIsAsLoudAsSpeechAndNeverClips(t *testing.T) {
	highest := 0
	for i, samples := range parts(t) {
		highest = max(highest, peak(samples))
		if l := loudness(samples); l < -28 || l > -19 {
			t.Errorf("%s: %.1f dB of full scale on average, want about -23", name(i), l)
		}
		for k := 1; k < len(samples); k++ {
			if jump := int(samples[k]) - int(samples[k-1]); jump > 8000 || jump < -8000 {
				t.Errorf("%s: a jump of %d at %.3f s", name(i), jump, float64(k)/rate)
				break
			}
		}
	}
	if highest > 16384 {
		t.Errorf("the loudest sample is %d, want half of full scale at most", highest)
	}
}

func TestMuLawIsG711(t *testing.T) {
	// Values of the standard's table: silence, the ends, and one at each segment's border.
	for sample, want := range map[int16]byte{0: 0xFF, 32767: 0x80, -32768: 0x00, 124: 0xEF, -124: 0x6F, 8059: 0xA0,
		8060: 0x9F} {
		if got := encode(sample); got != want {
			t.Errorf("encode(%d) = %#02x, want %#02x", sample, got, want)
		}
	}
	for s := -32635; s <= 32635; s += 7 {
		back := int(decode(encode(int16(s))))
		if diff, most := abs(back-s), max(4, abs(s)/16); diff > most {
			t.Fatalf("%d comes back as %d", s, back)
		}
	}
}

func FuzzWav(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6})
	f.Fuzz(func(t *testing.T, raw []byte) {
		samples := make([]int16, len(raw)/2)
		for i := range samples {
			samples[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
		}
		if got := unpack(t, wav(samples)); len(got) != len(samples) {
			t.Errorf("packed %d samples, unpacked %d", len(samples), len(got))
		}
	})
}

// parts reads the committed files.
func parts(t *testing.T) [][]int16 {
	t.Helper()
	all := make([][]int16, Phrases+1)
	for i := range all {
		raw, err := os.ReadFile(filepath.Join(committed, name(i)))
		if err != nil {
			t.Fatal(err)
		}
		all[i] = unpack(t, raw)
	}
	return all
}

// unpack checks the header of a WAV file and returns its samples.
func unpack(t *testing.T, raw []byte) []int16 {
	t.Helper()
	const data = 58
	if len(raw) < data || string(raw[:4]) != "RIFF" || string(raw[8:16]) != "WAVEfmt " || string(raw[50:54]) != "data" {
		t.Fatal("not a WAV file of the expected form")
	}
	if size := binary.LittleEndian.Uint32(raw[4:]); int(size) != len(raw)-8 {
		t.Fatalf("the header says %d bytes, there are %d", size, len(raw)-8)
	}
	if format := binary.LittleEndian.Uint16(raw[20:]); format != 7 {
		t.Fatalf("format %d, want 7 (µ-law)", format)
	}
	n := int(binary.LittleEndian.Uint32(raw[54:]))
	if n != int(binary.LittleEndian.Uint32(raw[46:])) || n != len(raw)-data-n%2 {
		t.Fatalf("%d samples in %d bytes", n, len(raw)-data)
	}
	samples := make([]int16, n)
	for i := range samples {
		samples[i] = decode(raw[data+i])
	}
	return samples
}

// decode is the inverse of encode, within eight bits.
func decode(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3+132)<<(b>>4&7) - 132
	if b&0x80 != 0 {
		v = -v
	}
	return int16(v)
}

func peak(samples []int16) (p int) {
	for _, s := range samples {
		p = max(p, abs(int(s)))
	}
	return p
}

// loudness is the mean power in dB of full scale.
func loudness(samples []int16) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return 10 * math.Log10(sum/float64(len(samples))/(32768*32768)+1e-12)
}

func abs(v int) int { return max(v, -v) }
