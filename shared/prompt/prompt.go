// Package prompt is the catalogue of all that callers, outside parties and agents' legs are told, in each language.
//
// There is one file for each language, named by its code: a list of sentences for each key. A new language is a new
// file and a row in voices.go; a test fails for each prompt that it lacks. {n} and {name} stand for a number and a
// name, and must be in the translation if they are in English.
//
// It is pure. It knows what is said and in which voice, and neither TwiML nor when something is said.
package prompt

import (
	"embed"
	"encoding/json"
	"strings"
	"sync"
)

// Key names a prompt.
type Key string

// The prompts.
const (
	Greeting     Key = "greeting"          // to a caller who has arrived
	Stay         Key = "stay"              // to a caller who has lost their agent
	SilentAgent  Key = "silent-agent"      // to a caller whose agent's page has gone silent
	Next         Key = "next"              // first in the queue
	Position     Key = "position"          // {n} is the place in the queue
	Beyond       Key = "beyond"            // {n} callers or more are before this one
	HoldTheLine  Key = "hold-the-line"     // something of ours has failed; at least five seconds long (see twilio.Turn)
	LastWords    Key = "last-words"        // an agent has ended the call
	NobodyCame   Key = "nobody-came"       // the caller has waited as long as the operator allows
	CallEnded    Key = "call-ended"        // the call has ended for another reason
	Closed       Key = "closed"            // the line takes no new calls
	ClosedNow    Key = "closed-now"        // likewise, and the caller is asked for a message
	NobodyFree   Key = "nobody-free"       // nobody can take the call, and the caller is asked for a message
	LeaveMessage Key = "leave-message"     // asks for a message; a tone follows
	MessageLeft  Key = "message-left"      // the message is recorded
	NoMessage    Key = "no-message"        // none was recorded
	StayInLine   Key = "stay-in-line"      // likewise, and the caller waits again
	NotRecorded  Key = "not-recorded"      // Twilio has not recorded; the caller is asked what they do now
	NotRecStay   Key = "not-recorded-stay" // likewise, and they wait again
	NotRecBye    Key = "not-recorded-bye"  // likewise, and the line is closed
	AskMessage   Key = "ask-message"       // asks a waiting caller whether they leave a message in place of waiting
	AskKeep      Key = "ask-keep"          // likewise, whether they keep their place and are called
	PlaceKept    Key = "place-kept"        // the answer to that
	AskStay      Key = "ask-stay"          // the end of the question
	ThisIs       Key = "this-is"           // {name} is the line's name, to an outside party
	AcceptCall   Key = "accept"            // to an outside party, who is to press 1
	Connecting   Key = "connecting"        // the rest are to the leg of an agent or an outside party
	PleaseWait   Key = "wait"
	AlreadyOver  Key = "already-over"
	NotConnected Key = "not-connected"
	Goodbye      Key = "goodbye"
)

// English is the language of a line that has set none.
const English Language = "en"

// Words are sentences, and the voice that says them.
type Words struct {
	Sentences []string
	// Language and Voice are attributes of <Say>; "" leaves the choice to the account's settings.
	Language, Voice string
}

// Plain are sentences in the account's own voice.
func Plain(sentences ...string) Words { return Words{Sentences: sentences} }

// Book is how one line speaks. The zero Book is English in the account's own voice.
type Book struct {
	Language Language       // "" is English
	Voice    string         // one of Voices; "" is the language's first, for English the account's own
	Own      map[Key]string // the operator's words in place of the catalogue's
}

// Say are the words of a prompt. Values come in pairs: "n" and a number.
func (b Book) Say(k Key, values ...string) Words {
	sentences := b.sentences(k)
	if len(values) > 0 {
		filled := make([]string, len(sentences))
		for i, s := range sentences {
			for v := 0; v+1 < len(values); v += 2 {
				s = strings.ReplaceAll(s, "{"+values[v]+"}", values[v+1])
			}
			filled[i] = s
		}
		sentences = filled
	}
	w := Words{Sentences: sentences}
	if b.Voice != "" || b.language() != English {
		v := b.voice()
		w.Language, w.Voice = v.Locale, v.Name
	}
	return w
}

// Accept asks an outside party to accept a call, in one sentence. Line is the line's name, "" if it has none.
func (b Book) Accept(line string) Words {
	w := b.Say(AcceptCall)
	question := strings.Join(w.Sentences, " ")
	if line != "" {
		question = strings.Join(b.Say(ThisIs, "name", line).Sentences, " ") + " " + question
	}
	w.Sentences = []string{question}
	return w
}

func (b Book) sentences(k Key) []string {
	if own := b.Own[k]; own != "" {
		return []string{own}
	}
	if s := catalogue[b.language()](); s[k] != nil {
		return s[k]
	}
	return catalogue[English]()[k] // the tests know of each that is missing
}

// language is that of the book, or English if the catalogue does not have it: another version may have set it.
func (b Book) language() Language {
	if catalogue[b.Language] == nil {
		return English
	}
	return b.Language
}

//go:embed *.json
var files embed.FS

// catalogue reads a language when it is first used: a function needs one.
var catalogue = map[Language]func() map[Key][]string{}

func init() {
	for language := range voices {
		catalogue[language] = sync.OnceValue(func() map[Key][]string {
			text, err := files.ReadFile(string(language) + ".json")
			sentences := map[Key][]string{}
			if err == nil {
				err = json.Unmarshal(text, &sentences)
			}
			if err != nil { // the files are part of the program, and a test reads each of them
				panic("prompt: " + err.Error())
			}
			return sentences
		})
	}
}

// voice is the chosen one, or the language's first.
func (b Book) voice() Voice {
	all := voices[b.language()]
	for _, v := range all {
		if v.Name == b.Voice {
			return v
		}
	}
	return all[0]
}
