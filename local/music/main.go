// Command music makes the music that callers hear while they wait: a piece of our own, which touches nobody's rights,
// in the telephone's own format; and with the same synthesizer the sounds of the agents' page (sounds.go).
//
//	go run ./local/music        writes frontend/public/music/00.wav ... 10.wav, 02-03.wav ... and frontend/public/sounds/
//
// The piece is a score (score.go) played by a small synthesizer (synth.go). A caller hears it in parts, one with each
// music turn: the introduction first, then the phrases in order, then the first phrase again. On hold, where turns are
// long, a turn has two phrases, in one file: who cannot fetch it is in silence for no longer than with one. Each part
// begins and ends in exact silence, at a rest of the music, so that they join without a click, and the moment until the next part is
// fetched sounds like a rest.
//
// The program computes in integers: it writes the same bytes on every machine, and a test compares them with the
// committed files. It knows nothing of telephony, and no package imports it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Phrases is the number of parts after the introduction: NN.wav with NN from 01 to 10.
const Phrases = 10

func main() {
	dir := flag.String("o", filepath.Join("frontend", "public"), "folder to write to")
	flag.Parse()
	if err := errors.Join(write(filepath.Join(*dir, "music")), writeSounds(filepath.Join(*dir, "sounds"))); err != nil {
		fmt.Fprintln(os.Stderr, "music:", err)
		os.Exit(1)
	}
}

// write makes every part in the folder dir, which it creates if necessary.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string][]int16{}
	parts := render(piece())
	for i, samples := range parts {
		files[name(i)] = samples
	}
	for i := 2; i <= Phrases; i += 2 {
		next := i%Phrases + 1
		files[pair(i, next)] = slices.Concat(parts[i], parts[next])
	}
	for file, samples := range files {
		if err := os.WriteFile(filepath.Join(dir, file), wav(samples), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pair is the file of two parts that follow each other.
func pair(i, next int) string { return fmt.Sprintf("%02d-%02d.wav", i, next) }

// name is the file of part i; 0 is the introduction.
func name(i int) string { return fmt.Sprintf("%02d.wav", i) }
