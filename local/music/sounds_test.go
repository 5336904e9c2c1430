package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

func TestF205TheProgramStillMakesTheCommittedSounds(t *testing.T) {
	dir, kept := t.TempDir(), filepath.Join(committed, "..", "sounds")
	if err := writeSounds(dir); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	there, err := os.ReadDir(kept)
	if err != nil || len(there) != len(made) || len(made) != 15 { // as many as the SDK has names for
		t.Fatalf("%d files are committed (%v), %d made, want 15", len(there), err, len(made))
	}
	for _, f := range made {
		got, _ := os.ReadFile(filepath.Join(dir, f.Name()))
		if want, err := os.ReadFile(filepath.Join(kept, f.Name())); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from the committed file (%v): go run ./local/music", f.Name(), err)
		}
		if n := binary.LittleEndian.Uint32(got[4:]); int(n) != len(got)-8 {
			t.Errorf("%s: its header says %d bytes, it has %d", f.Name(), n, len(got)-8)
		}
	}
}

func TestF205TheRingIsLoudAndItsLoopDoesNotClick(t *testing.T) {
	for name, samples := range sounds() {
		peak := 0
		for _, s := range samples {
			peak = max(peak, int(s), -int(s))
		}
		if peak < 6000 || samples[0] != 0 || samples[len(samples)-1] != 0 {
			t.Errorf("%s: peak %d, begins with %d and ends with %d", name, peak, samples[0], samples[len(samples)-1])
		}
	}
	ring := sounds()["incoming"]
	if n := len(ring); n != 3*rate {
		t.Errorf("the ring is %d samples", n)
	}
	for i, s := range ring[len(ring)-rate/10:] { // it rests before it begins again
		if s > 300 || s < -300 {
			t.Fatalf("sample %d before the end is %d", rate/10-i, s)
		}
	}
}
