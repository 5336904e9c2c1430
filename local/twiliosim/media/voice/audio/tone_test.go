package audio

import (
	"context"
	"reflect"
	"testing"
	"time"
)

func TestTonesAreTold(t *testing.T) {
	mix := Render(Beep{[]float64{440, 480}, time.Second})
	if got := Tones(mix, 350, 440, 480, 620); !reflect.DeepEqual(got, []float64{440, 480}) {
		t.Errorf("heard %v", got)
	}
	if got := Tones(Render(Beep{nil, time.Second}), 440); got != nil {
		t.Errorf("heard %v in silence", got)
	}
	if Power(nil, 440) != 0 || Loudness(nil) != 0 {
		t.Error("strength of nothing is not zero")
	}
}

func TestToneHasNoJumpBetweenFrames(t *testing.T) {
	tone := NewTone(437)
	var last int16
	for range 10 {
		var f Frame
		tone.Next(&f)
		if d := int(f[0]) - int(last); d > 3000 || d < -3000 {
			t.Fatalf("jump of %d", d)
		}
		last = f[FrameSize-1]
	}
}

func TestDTMF(t *testing.T) {
	all := []float64{697, 770, 852, 941, 1209, 1336, 1477, 1633}
	for key, want := range map[rune][]float64{'1': {697, 1209}, '5': {770, 1336}, '0': {941, 1336}, '#': {941, 1477},
		'D': {941, 1633}} {
		if got := Tones(DTMF(key), all...); !reflect.DeepEqual(got, want) {
			t.Errorf("%c: %v, want %v", key, got, want)
		}
	}
	if DTMF('x') != nil {
		t.Error("a key that does not exist sounds")
	}
}

func TestChimesAreAsLongAsTheWords(t *testing.T) {
	for _, text := range []string{"", "Hello", "An agent will be with you shortly.", "a  b"} {
		got := Length(len(Chimes(text)))
		if want := SpeechLength(text); got < want || got > want+time.Second {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSpeakWithoutTheProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Speak(context.Background(), "hello"); err == nil {
		t.Error("no error")
	}
}
