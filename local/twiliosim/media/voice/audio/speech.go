package audio

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"
)

// letterTime is how long one letter of spoken text lasts: about 150 words a minute.
const letterTime = 65 * time.Millisecond

// SpeechLength estimates how long it takes to say text.
func SpeechLength(text string) time.Duration {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	return (time.Duration(n)*letterTime + 300*time.Millisecond).Round(FrameTime)
}

// Speak has text spoken by the program espeak-ng. It fails when that is not
// installed, when ctx ends, or when the program does.
func Speak(ctx context.Context, text string) ([]int16, error) {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	// The text goes in by standard input: text that begins with a dash is no option.
	command := exec.CommandContext(ctx, program, "-v", "en-us", "-s", "165", "--stdin", "--stdout")
	command.Stdin = strings.NewReader(text)
	wav, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("speech: espeak-ng: %w", err)
	}
	return ReadWAV(wav)
}

// Chimes stands in for spoken text where no speech program is installed: a soft
// two-tone pattern, one pair for each word, as long as the words would take.
func Chimes(text string) []int16 {
	const high, low = 784, 659
	out := make([]int16, 0, Samples(SpeechLength(text)))
	for i, word := range strings.Fields(text) {
		hz := []float64{high}
		if i%2 == 1 {
			hz[0] = low
		}
		length := time.Duration(utf8.RuneCountInString(word)) * letterTime
		out = append(out, Render(Beep{hz, length}, Beep{nil, letterTime})...)
	}
	missing := Samples(SpeechLength(text)) - len(out)
	return append(out, make([]int16, max(0, missing))...)
}
