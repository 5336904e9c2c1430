package prompt

import (
	"maps"
	"slices"
)

// Voice is one of Twilio's, with the language and region that it speaks. The two must fit each other, or <Say> fails
// (https://www.twilio.com/docs/voice/twiml/say#voice), so that a line may only have one of this list.
type Voice struct{ Name, Locale string }

// voices are those of each language, the one first that is used if none is chosen. They are a part of
// https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages. What they cost is in
// https://www.twilio.com/en-us/voice/pricing: the first is a standard voice, those with Neural cost more.
var voices = map[Language][]Voice{
	"en": {
		{"Polly.Joanna", "en-US"}, {"Polly.Matthew", "en-US"}, {"Polly.Amy", "en-GB"}, {"Polly.Brian", "en-GB"},
		{"Polly.Joanna-Neural", "en-US"}, {"Polly.Matthew-Neural", "en-US"},
		{"Polly.Amy-Neural", "en-GB"}, {"Polly.Brian-Neural", "en-GB"},
	},
	"de": {
		{"Polly.Vicki", "de-DE"}, {"Polly.Marlene", "de-DE"}, {"Polly.Hans", "de-DE"},
		{"Polly.Vicki-Neural", "de-DE"}, {"Polly.Daniel-Neural", "de-DE"},
	},
	"es": {
		{"Polly.Lucia", "es-ES"}, {"Polly.Conchita", "es-ES"}, {"Polly.Enrique", "es-ES"},
		{"Polly.Lucia-Neural", "es-ES"}, {"Polly.Mia", "es-MX"},
	},
	"fr": {
		{"Polly.Lea", "fr-FR"}, {"Polly.Celine", "fr-FR"}, {"Polly.Mathieu", "fr-FR"},
		{"Polly.Lea-Neural", "fr-FR"}, {"Polly.Remi-Neural", "fr-FR"},
	},
}

// Languages are those of the catalogue, in order.
func Languages() []Language { return slices.Sorted(maps.Keys(voices)) }

// Voices are the names of a language's voices; none if the catalogue does not have the language.
func Voices(l Language) []string {
	var names []string
	for _, v := range voices[l] {
		names = append(names, v.Name)
	}
	return names
}

// Language is the code of a language of the catalogue.
type Language string
