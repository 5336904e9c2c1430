package twilio

import (
	"cmp"
	"net/url"

	"github.com/twilio/twilio-go/twiml"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
)

// AskCaller says words that ask a caller who waits whether they go on waiting. A key goes to Base.Choice; it counts
// during the words and for a second after them. Who presses none goes on into the conference by this very document:
// without a key Twilio goes on with the next verb (https://www.twilio.com/docs/voice/twiml/gather#timeout). Nothing is
// played in that second, so that they are in the line again, with its music, two seconds after the last word.
func AskCaller(b Base, id call.ID, generation int, words prompt.Words) string {
	return document(twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: "1", Action: b.Choice(id, generation), Method: "POST",
		InnerElements: say(words),
	}, callerDial(b, id, generation))
}

// QuestionWords are what a caller is asked; keep says whether they may keep their place and be called.
func QuestionWords(book prompt.Book, keep bool) prompt.Words {
	if keep {
		return joined(book.Say(prompt.AskMessage), book.Say(prompt.AskKeep), book.Say(prompt.AskStay))
	}
	return joined(book.Say(prompt.AskMessage), book.Say(prompt.AskStay))
}

// NotRecordedWords are what a caller is asked whose message Twilio has not recorded, and who may keep their place.
func NotRecordedWords(book prompt.Book) prompt.Words {
	return joined(book.Say(prompt.NotRecorded), book.Say(prompt.AskKeep), book.Say(prompt.AskStay))
}

// GreetingWords are words after the greeting.
func GreetingWords(book prompt.Book, words prompt.Words) prompt.Words {
	return joined(book.Say(prompt.Greeting), words)
}

func joined(all ...prompt.Words) prompt.Words {
	one := all[0]
	one.Sentences = nil
	for _, w := range all {
		one.Sentences = append(one.Sentences, w.Sentences...)
	}
	return one
}

// ReadChoice reads the key that the action of the question's <Gather> tells
// (https://www.twilio.com/docs/voice/twiml/gather#action), or the address of Base.ChoiceAgain. Keep: a place may be
// kept.
func ReadChoice(form, address url.Values, keep bool) call.Choice {
	switch key := cmp.Or(form.Get("Digits"), address.Get(chosen)); {
	case key == messageChoice:
		return call.ChooseMessage
	case key == keepChoice && keep:
		return call.ChooseKeep
	}
	return call.ChooseStay
}
