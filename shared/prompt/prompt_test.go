package prompt

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keys are all prompts. A key that is not here is in no language's test, so TestF262EveryPromptIsThereInEveryLanguage
// holds it against English, which must have exactly these.
var keys = []Key{
	Greeting, Stay, SilentAgent, Next, Position, Beyond, HoldTheLine, LastWords, NobodyCame, CallEnded, Closed,
	ClosedNow, NobodyFree, LeaveMessage, MessageLeft, NoMessage, StayInLine, NotRecorded, NotRecStay, NotRecBye,
	AskMessage, AskKeep, PlaceKept, AskStay, ThisIs,
	AcceptCall, Connecting,
	PleaseWait, AlreadyOver,
	NotConnected, Goodbye,
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestF262EveryPromptIsThereInEveryLanguage(t *testing.T) {
	entries, err := files.ReadDir(".")
	if err != nil || len(entries) != len(voices) {
		t.Fatalf("%d files for %d languages: %v", len(entries), len(voices), err)
	}
	if !slices.Equal(Languages(), []Language{"de", "en", "es", "fr"}) {
		t.Errorf("the languages are %v", Languages())
	}
	for _, language := range Languages() {
		text, err := files.ReadFile(string(language) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		said := map[Key][]string{}
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		for _, k := range keys {
			if len(said[k]) == 0 || slices.Contains(said[k], "") {
				t.Errorf("%s lacks the prompt %s", language, k)
			}
			english, other := placeholder.FindAllString(strings.Join(catalogue[English]()[k], " "), -1),
				placeholder.FindAllString(strings.Join(said[k], " "), -1)
			if !slices.Equal(english, other) {
				t.Errorf("%s: %s has %v, in English %v", language, k, other, english)
			}
			delete(said, k)
		}
		if len(said) > 0 {
			t.Errorf("%s has prompts that nobody says: %v", language, slices.Collect(maps.Keys(said)))
		}
		// The words keep turns without music apart, and a voice says some fifteen letters a second.
		if n := len([]rune(strings.Join(catalogue[language]()[HoldTheLine], " "))); n < 80 {
			t.Errorf("%s: %s has %d letters only", language, HoldTheLine, n)
		}
		if len(Voices(language)) == 0 {
			t.Errorf("%s has no voice", language)
		}
		for _, v := range voices[language] {
			if !strings.HasPrefix(v.Locale, string(language)+"-") {
				t.Errorf("%s: %s speaks %s", language, v.Name, v.Locale)
			}
		}
	}
}

func TestWhatIsSaidAndInWhichVoice(t *testing.T) {
	for _, test := range []struct {
		of   Book
		want Words
	}{
		{Book{}, Plain("You are number 3 in the line.")},
		{Book{Language: English}, Plain("You are number 3 in the line.")},
		{Book{Language: "tlh"}, Plain("You are number 3 in the line.")},
		{Book{Language: "tlh", Voice: "Polly.Vicki"}, Words{
			Sentences: []string{"You are number 3 in the line."}, Language: "en-US", Voice: "Polly.Joanna"}},
		{Book{Voice: "Polly.Amy"}, Words{
			Sentences: []string{"You are number 3 in the line."}, Language: "en-GB", Voice: "Polly.Amy"}},
		{Book{Language: "de"}, Words{
			Sentences: []string{"Sie sind auf Platz 3 der Warteschlange."},
			Language:  "de-DE", Voice: "Polly.Vicki"}},
		{Book{Language: "fr", Voice: "Polly.Remi-Neural"}, Words{
			Sentences: []string{"Votre appel est en position 3 dans la file d'attente."},
			Language:  "fr-FR", Voice: "Polly.Remi-Neural"}},
	} {
		got := test.of.Say(Position, "n", "3")
		if !slices.Equal(got.Sentences, test.want.Sentences) || got.Language != test.want.Language ||
			got.Voice != test.want.Voice {
			t.Errorf("%+v says %+v, want %+v", test.of, got, test.want)
		}
	}
	own := Book{Language: "de", Own: map[Key]string{Closed: "Geschlossen."}}
	if got := own.Say(Closed).Sentences; !slices.Equal(got, []string{"Geschlossen."}) {
		t.Errorf("own words: %v", got)
	}
	if got := own.Say(Goodbye).Sentences; !slices.Equal(got, []string{"Auf Wiederhören."}) {
		t.Errorf("other words: %v", got)
	}
}

func ExampleBook_Accept() {
	fmt.Println(Book{}.Accept("").Sentences)
	fmt.Println(Book{Language: "es"}.Accept("Ejemplo").Sentences)
	// Output:
	// [A caller is being transferred to you. Press 1 to accept.]
	// [Le llama Ejemplo. Le vamos a pasar una llamada. Pulse 1 para aceptarla.]
}
