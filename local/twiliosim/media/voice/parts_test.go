package voice

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

func TestKeypadTellsEveryPressOnce(t *testing.T) {
	var got []string
	k := keypad{pressed: func(digit string) { got = append(got, digit) }}
	press := func(timestamp uint32, event byte) {
		for range 3 { // packets while it is down
			k.event(timestamp, []byte{event, 10, 0, 160})
		}
		for range 3 { // its end, sent three times
			k.event(timestamp, []byte{event, 0x80 | 10, 3, 32})
		}
	}
	press(0, 5)
	press(960, 5) // the same key again
	press(1920, 10)
	press(2880, 11)
	k.event(3840, []byte{16, 10, 0, 160}) // a flash, which is no key
	k.event(4800, []byte{1})              // cut off
	k.event(5760, nil)
	if want := []string{"5", "5", "*", "#"}; !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
}

func TestLibraryFetchesOnceAndChimesForWhatItCannotGet(t *testing.T) {
	fetched := make(map[string]int)
	var mu sync.Mutex
	l := newLibrary(func(url string) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		fetched[url]++
		switch url {
		case "good":
			return audio.FormatWAV(make([]int16, 777)), nil
		case "broken":
			return []byte("RIFF"), nil
		}
		return nil, errors.New("status 500")
	}, Config{}.complete())
	l.speak = func(_ context.Context, text string) ([]int16, error) {
		if text == "spoken" {
			return make([]int16, 333), nil
		}
		return nil, errors.New("no program")
	}
	for range 2 {
		l.file("good")
		l.speech("spoken")
	}
	l.work.Wait()
	if samples, ok := l.file("good").Samples(); !ok || len(samples) != 777 {
		t.Errorf("a good file: %d samples, %v", len(samples), ok)
	}
	if samples, ok := l.speech("spoken").Samples(); !ok || len(samples) != 333 {
		t.Errorf("spoken words: %d samples, %v", len(samples), ok)
	}
	for name, r := range map[string]*audio.Recording{"broken": l.file("broken"), "gone": l.file("gone"),
		"unspoken": l.speech("Please hold")} {
		l.work.Wait()
		if samples, ok := r.Samples(); !ok || audio.Loudness(samples) < 100 {
			t.Errorf("%s: no chimes", name)
		}
	}
	// Chimes last as long as the words would take, so that what follows is in its time.
	if samples,
		_ := l.speech("Please hold").Samples(); len(samples) != audio.Samples(audio.SpeechLength("Please hold")) {
		t.Errorf("chimes of %d samples, want %d", len(samples), audio.Samples(audio.SpeechLength("Please hold")))
	}
	if fetched["good"] != 1 {
		t.Errorf("a file was fetched %d times", fetched["good"])
	}
	l.Close()
	l.file("after the end")
	if fetched["after the end"] != 0 {
		t.Error("a closed library fetches")
	}
}

func TestAFullShelfIsCleared(t *testing.T) {
	l := newLibrary(func(string) ([]byte, error) { return nil, errors.New("none") },
		Config{SilentScripts: true}.complete())
	l.speak = func(context.Context, string) ([]int16, error) { return nil, nil }
	defer l.Close()
	for i := range shelf + 1 {
		l.speech(strings.Repeat("a", i))
	}
	if n := len(l.kept); n != 1 {
		t.Errorf("%d recordings are kept, want the last one", n)
	}
}

// A real leg is never given a scripted leg's tone: neither a moment before it joins nor
// after it left, when others are still said to hear it; and nothing is kept of it.
func TestDeskGivesTonesToScriptedLegsOnly(t *testing.T) {
	d := newDesk(nil, nil, true, nil)
	d.live["CAlistener"] = &peer{}
	hear := func(legs ...string) {
		var sounds []media.Sound
		for _, leg := range legs {
			sounds = append(sounds, voiceOf(leg))
		}
		d.hear("CAlistener", sounds)
	}
	d.expect("CAreal")
	d.expect("CAreal") // a second tab
	hear("CAreal", "CAscripted")
	d.unexpect("CAreal")
	if tones := d.state().Tones; len(tones) != 1 || tones["CAscripted"] == 0 {
		t.Errorf("while it rings: tones %v, want one for CAscripted", tones)
	}
	d.live["CAreal"] = &peer{}
	d.unexpect("CAreal")
	d.leave("CAreal")
	if tones := d.state().Tones; len(tones) != 1 {
		t.Errorf("after it left: tones %v, want one for CAscripted", tones)
	}
	hear()
	if len(d.gone)+len(d.expected)+len(d.scripted) != 0 || d.mixer.Parties() != 1 {
		t.Errorf("the desk keeps %v, %v, %v and %d parties", d.gone, d.expected, d.scripted, d.mixer.Parties())
	}
}

func TestSoundsAndInsightsOfTheSDK(t *testing.T) {
	mux := http.NewServeMux()
	mountSDKHosts(mux)
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w
	}
	options := Page("127.0.0.1:8081")
	if options.PublishEvents || options.Chunderw != "127.0.0.1:8081" || len(options.Sounds) != 15 {
		t.Errorf("page options %+v", options)
	}
	for name, url := range options.Sounds {
		w := get(http.MethodGet, strings.TrimPrefix(url, "http://127.0.0.1:8081"))
		samples, err := audio.ReadWAV(w.Body.Bytes())
		if err != nil || audio.Loudness(samples) < 100 {
			t.Errorf("%s: %v, loudness %.0f", name, err, audio.Loudness(samples))
		}
	}
	if w := get(http.MethodGet, sdkSoundPath+"dtmf-hash.mp3"); w.Code != http.StatusOK ||
		w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("the SDK's own address of a sound: %d", w.Code)
	}
	for _, method := range []string{http.MethodOptions, http.MethodPost} {
		if w := get(method, "/v4/EndpointEvents"); w.Code != http.StatusNoContent ||
			w.Header().Get("Access-Control-Allow-Headers") == "" {
			t.Errorf("%s insights: %d, %v", method, w.Code, w.Header())
		}
	}
	w := httptest.NewRecorder()
	ServeWSSScript(w, nil)
	if !strings.Contains(w.Body.String(), "dataset.host") {
		t.Error("the script is not served")
	}
}
