package twilio

import (
	"cmp"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/twilio/twilio-go/twiml"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/settings"
)

// ContentType is that of every TwiML document.
const ContentType = "text/xml; charset=utf-8"

const (
	// conferenceSize is caller, transferor and target, one more for a leg that is being removed while its successor is
	// there already, and the supervisors (N10).
	conferenceSize = 4 + call.MaxSupervisors
	// subscribedEvents are the conference's events that we subscribe to. Twilio takes the list of the first
	// participant to join and ignores all others, so every leg asks for the same. Each is a request, so that start and
	// end are not among them: a join tells of the start, and the requests of each leg that was in it tell of the end.
	subscribedEvents = "join leave hold"
)

// JoinCaller puts the caller into the call's conference, with the wait turns as hold music until an agent joins. The
// conference always ends with the caller's leg: Twilio ignores a change of that flag on a participant on hold, so the
// flag is never changed. When the <Dial> ends and the caller is still there, its action decides what comes next; Twilio
// executes no verb after a <Dial> with an action (https://www.twilio.com/docs/voice/twiml/dial#action). Twilio's own
// limit of four hours (https://www.twilio.com/docs/voice/twiml/dial#timeLimit) ends the <Dial> and not the call, so the
// action is asked then too.
func JoinCaller(b Base, id call.ID, generation int) string {
	return document(callerDial(b, id, generation))
}

// JoinCallerLater says words and plays these pieces of music before it puts the caller into the
// conference. The words and pieces are the pause between two attempts.
func JoinCallerLater(b Base, id call.ID, generation int, words prompt.Words, music ...string) string {
	verbs := say(words)
	for _, piece := range music {
		verbs = append(verbs, twiml.VoicePlay{Url: piece})
	}
	return document(append(verbs, callerDial(b, id, generation))...)
}

func callerDial(b Base, id call.ID, generation int) twiml.Element {
	noun := conferenceNoun(b, id)
	noun.ParticipantLabel = call.CallerLabel
	noun.StartConferenceOnEnter = "false"
	noun.EndConferenceOnExit = "true"
	noun.WaitUrl = b.Wait(id, 0)
	noun.WaitMethod = "POST"
	return twiml.VoiceDial{
		Action: b.DialEnded(id, generation), Method: "POST",
		InnerElements: []twiml.Element{noun},
	}
}

// JoinAgent puts an agent's leg into the conference and starts it. Ends says whether the conference
// ends when this leg leaves.
//
// If the conference does not accept the leg, Twilio goes on with the next verb
// (https://www.twilio.com/docs/api/errors/16025), as it does when the conference has ended. The
// redirect asks what becomes of the leg.
func JoinAgent(b Base, id call.ID, leg call.LegKey, ends bool) string {
	noun := conferenceNoun(b, id)
	noun.ParticipantLabel = string(leg)
	noun.StartConferenceOnEnter = "true"
	noun.EndConferenceOnExit = strconv.FormatBool(ends)
	return document(
		twiml.VoiceDial{InnerElements: []twiml.Element{noun}},
		twiml.VoiceRedirect{Url: b.JoinRefused(id, leg), Method: "POST"},
	)
}

// JoinSupervisor puts a supervisor's leg into the conference, muted. It neither starts the conference nor ends it. Who
// hears it is changed there (see callControl.SetVoice), so that nobody does before that is known.
func JoinSupervisor(b Base, id call.ID, leg call.LegKey) string {
	room := conferenceNoun(b, id)
	room.ParticipantLabel = string(leg)
	room.StartConferenceOnEnter = "false"
	room.EndConferenceOnExit = "false"
	room.Muted = "true"
	room.WaitUrl = b.Wait(id, firstHeldTurn)
	room.WaitMethod = "POST"
	return document(
		twiml.VoiceDial{InnerElements: []twiml.Element{room}},
		twiml.VoiceRedirect{Url: b.JoinRefused(id, leg), Method: "POST"},
	)
}

const (
	// AcceptKey accepts a call at an outside number.
	AcceptKey = "1"
	// askFor is how long an outside party is asked to accept the call, as spoken estimates it. A phone
	// that screens its calls answers by itself, transcribes what it hears first, and only then rings
	// its owner, who needs the remaining time to read it and answer. The call's limit for screening
	// (screeningLimit) must be longer. See
	// https://allthings.how/how-to-turn-on-call-screening-on-iphone-ios-26
	askFor = 43 * time.Second
	// askPause is the pause between two repetitions of the question.
	askPause = 3 * time.Second
	// letterTime is how long a letter of spoken text lasts, at some 150 words a minute.
	letterTime = 65 * time.Millisecond
	// sentencePause is the pause that ends a sentence.
	sentencePause = 300 * time.Millisecond
)

// Ask asks whoever has answered at an outside number to accept the call with a key, which goes to
// Base.Accept. A machine presses no key: then the document ends and so does the leg, so no voicemail
// ever gets a caller. The question tells nothing about the caller.
func Ask(b Base, question prompt.Words, id call.ID, leg call.LegKey) string {
	var one time.Duration
	for _, sentence := range question.Sentences {
		one += time.Duration(utf8.RuneCountInString(sentence)) * letterTime
	}
	times := int(askFor / (one + askPause))
	var words []twiml.Element
	for i := range times {
		if i > 0 {
			words = append(words, twiml.VoicePause{Length: seconds(askPause)})
		}
		words = append(words, say(question)...)
	}
	// The time-out of a <Gather> begins after its words.
	rest := askFor - time.Duration(times)*one - time.Duration(times-1)*askPause
	return document(twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: strconv.Itoa(int(rest / time.Second)),
		Action: b.Accept(id, leg), Method: "POST", InnerElements: words,
	}, twiml.VoiceHangup{})
}

// conferenceNoun holds the attributes that every leg gives the conference. The beep is off: a caller must not
// hear agents come and go.
func conferenceNoun(b Base, id call.ID) twiml.VoiceConference {
	return twiml.VoiceConference{
		Name:                 string(id),
		Beep:                 "false",
		MaxParticipants:      strconv.Itoa(conferenceSize),
		StatusCallback:       b.ConferenceEvents(id),
		StatusCallbackMethod: "POST",
		StatusCallbackEvent:  subscribedEvents,
	}
}

// Introduction is the first piece of the hold music, eight seconds, below the music's base address.
const Introduction = "/00.wav"

// Turn is one turn of music for a waiting or held party.
//
// If Twilio cannot fetch a piece it skips it without a sound, as we expect of <Play>
// (https://www.twilio.com/docs/voice/twiml/play). Unless the turn before is known to have been heard, Words must
// therefore last at least five seconds, or turns would follow each other too fast.
type Turn struct {
	Words prompt.Words  // said first
	Music string        // address of the piece played after them; "" is silence
	Pause time.Duration // silence instead of music; at least a second
	Next  string        // address of the next turn
}

// Waiting is one turn's document. It uses only the verbs that a waitUrl and a holdUrl may contain
// (Play, Say, Pause, Redirect: https://www.twilio.com/docs/voice/twiml/conference),
// and always ends with a redirect to the next turn: after the end of such a document there is silence.
func Waiting(t Turn) string {
	verbs := say(t.Words)
	if t.Music != "" {
		verbs = append(verbs, twiml.VoicePlay{Url: t.Music})
	} else {
		verbs = append(verbs, twiml.VoicePause{Length: seconds(max(t.Pause, time.Second))})
	}
	return document(append(verbs, twiml.VoiceRedirect{Url: t.Next, Method: "POST"})...)
}

// Goodbye says the sentences and ends the leg.
func Goodbye(words prompt.Words) string {
	return document(append(say(words), twiml.VoiceHangup{})...)
}

// Announcement says the sentences to one participant, over what they hear.
func Announcement(words prompt.Words) string { return document(say(words)...) }

// lastWords are what a caller hears before the call is ended, by reason.
var lastWords = map[call.Reason]prompt.Key{
	call.ReasonAgentEnded: prompt.LastWords,
	call.ReasonMaxWait:    prompt.NobodyCame,
	call.ReasonKept:       prompt.PlaceKept,
	call.ReasonNobodyCame: prompt.NobodyCame,
}

// LastWords tells the caller why the call ends, and ends it. For every other reason the caller hears that the call has
// ended. One such case is a caller who is still there though their leg was reported as ended: after four hours Twilio
// ends the <Dial> (https://www.twilio.com/docs/voice/twiml/dial#timeLimit), and its report may look as if the caller
// had hung up.
//
// If the line takes a message instead, they are asked for one (see AskForMessage).
func LastWords(b Base, id call.ID, line settings.Values, why call.Reason) string {
	if TakesMessage(line, why) {
		return document(twiml.VoiceRedirect{Url: b.Message(id), Method: "POST"})
	}
	if why == call.ReasonClosed {
		return Goodbye(line.ClosedWords())
	}
	return Goodbye(line.Book().Say(cmp.Or(lastWords[why], prompt.CallEnded)))
}

// HoldOn says the sentences, waits for pause, at least a second, and asks again at url. It is the
// answer when there is no better one.
func HoldOn(url string, pause time.Duration, words prompt.Words) string {
	return Waiting(Turn{Words: words, Pause: pause, Next: url})
}

// Fallback is what a caller hears when the API does not answer: words and music, then another try, for
// as long as the caller stays. It is a static file beside the music and needs no function. Twilio knows its
// address from the deployment, so it is in English whatever the line's language is.
func Fallback(b Base, music string) string {
	return Waiting(Turn{
		Words: prompt.Book{}.Say(prompt.HoldTheLine), Music: music + Introduction, Next: string(b) + "/incoming",
	})
}

// Spoken estimates how long the words last: some fifteen letters a second.
func Spoken(words prompt.Words) (lasts time.Duration) {
	for _, s := range words.Sentences {
		if s != "" {
			lasts += time.Duration(utf8.RuneCountInString(s))*letterTime + sentencePause
		}
	}
	return lasts
}

func say(words prompt.Words) []twiml.Element {
	verbs := make([]twiml.Element, 0, len(words.Sentences)+2)
	for _, s := range words.Sentences {
		if s != "" {
			verbs = append(verbs, twiml.VoiceSay{Message: s, Language: words.Language, Voice: words.Voice})
		}
	}
	return verbs
}

// seconds rounds up: Twilio would make 0 of a pause below a second.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// document renders the verbs. The library leaves out empty attributes and writes the others in random
// order, so tests compare documents as parsed XML.
func document(verbs ...twiml.Element) string {
	doc, response := twiml.CreateDocument()
	twiml.AddAllVerbs(response, verbs)
	s, err := twiml.ToXML(doc)
	if err != nil { // it writes to memory and cannot fail
		panic("twiml: " + err.Error())
	}
	return s
}

// firstHeldTurn is the first turn of a party on hold: turn 0 greets a new caller.
const firstHeldTurn = 1

// TakesMessage says whether a caller whose call ends for that reason is asked for a message.
func TakesMessage(line settings.Values, why call.Reason) bool {
	switch why {
	case call.ReasonClosed:
		return line.Voicemail.Closed
	case call.ReasonMaxWait:
		return line.Voicemail.LongestWait
	case call.ReasonNobodyOnline, call.ReasonMessage:
		return true // no call ends for that reason otherwise
	}
	return false
}
