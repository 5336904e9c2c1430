package twilio

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/twilio/twilio-go/twiml"

	"warmtransfer/shared/conference"
)

// ContentType is that of every TwiML document.
const ContentType = "text/xml; charset=utf-8"

const (
	// roomSize: caller, transferor and target, and one more for the moment in which a leg
	// that is being taken out and its successor are both there (N10).
	roomSize = 4
	// roomEvents are the room's events that we are told. Only those that the first party
	// to join asks for are sent, so everybody asks for the same.
	roomEvents = "start end join leave hold"
)

// CallerRoom puts the caller into her conference's room, where she hears the wait
// turns until an agent joins. The room ends with her, always: Twilio silently ignores
// a change of that flag on a held leg, so it is never changed. When the room ends and
// she is still there, Dial's action asks what is to become of her; no verb after Dial
// would be executed. The limit ends the Dial, not the call, so she is asked about then
// too; 0 is Twilio's own limit of four hours.
func CallerRoom(b Base, id conference.ID, round int, limit time.Duration) string {
	return document(callerDial(b, id, round, limit))
}

// CallerRoomLater lets the caller hear words and these pieces of music, then puts her into the room.
// So there is no request between two tries, and none sooner than the words last.
func CallerRoomLater(b Base, id conference.ID, round int, words string, music ...string) string {
	verbs := say([]string{words})
	for _, piece := range music {
		verbs = append(verbs, twiml.VoicePlay{Url: piece})
	}
	return document(append(verbs, callerDial(b, id, round, 0))...)
}

func callerDial(b Base, id conference.ID, round int, limit time.Duration) twiml.Element {
	room := room(b, id)
	room.ParticipantLabel = conference.CallerLabel
	room.StartConferenceOnEnter = "false"
	room.EndConferenceOnExit = "true"
	room.WaitUrl = b.Wait(id, 0)
	room.WaitMethod = "POST"
	dial := twiml.VoiceDial{
		Action: b.AfterRoom(id, round), Method: "POST",
		InnerElements: []twiml.Element{room},
	}
	if limit > 0 {
		dial.TimeLimit = seconds(limit)
	}
	return dial
}

// AgentRoom puts an agent's leg into the conference's room and starts it. Ends is
// whether the room ends when this leg leaves.
//
// A leg that the room does not take goes on with the next verb
// (https://www.twilio.com/docs/api/errors/16025), and so does one whose room has ended: what
// becomes of it is asked.
func AgentRoom(b Base, id conference.ID, leg conference.LegKey, ends bool) string {
	room := room(b, id)
	room.ParticipantLabel = string(leg)
	room.StartConferenceOnEnter = "true"
	room.EndConferenceOnExit = strconv.FormatBool(ends)
	return document(
		twiml.VoiceDial{InnerElements: []twiml.Element{room}},
		twiml.VoiceRedirect{Url: b.FellOut(id, leg), Method: "POST"},
	)
}

const (
	// AcceptKey takes a call at an outside number.
	AcceptKey = "1"
	// askFor is how long an outside party is asked to take the call, by the reckoning of spoken. A phone that screens
	// its calls answers by itself, takes down what it hears first, and rings its owner only then, who needs the rest of
	// the time to read it and pick up. conference's acceptWithin must be longer.
	// See https://allthings.how/how-to-turn-on-call-screening-on-iphone-ios-26
	askFor = 43 * time.Second
	// askPause lies between two times of asking.
	askPause = 3 * time.Second
	// letterTime is how long a letter of spoken text lasts, at some 150 words a minute.
	letterTime = 65 * time.Millisecond
)

// Ask asks whoever has picked up at an outside number to take the call by a key, which is
// sent to Base.Accept. It may be a machine, which presses none, so that the document runs
// out and the leg ends: no voicemail ever gets a caller. Line is the line's own name, which is
// said first, or "". The words tell nothing about the caller.
func Ask(b Base, line string, id conference.ID, leg conference.LegKey) string {
	question := "A caller is being transferred to you. Press 1 to accept."
	if line != "" {
		question = "This is " + line + ". " + question
	}
	one := spoken(question)
	times := int(askFor / (one + askPause))
	var words []twiml.Element
	for i := range times {
		if i > 0 {
			words = append(words, twiml.VoicePause{Length: seconds(askPause)})
		}
		words = append(words, twiml.VoiceSay{Message: question})
	}
	// The time of a Gather begins when its words have been said.
	rest := askFor - time.Duration(times)*one - time.Duration(times-1)*askPause
	return document(twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: strconv.Itoa(int(rest / time.Second)),
		Action: b.Accept(id, leg), Method: "POST", InnerElements: words,
	}, twiml.VoiceHangup{})
}

// spoken is about how long it takes to say the words.
func spoken(words string) time.Duration {
	return time.Duration(utf8.RuneCountInString(words)) * letterTime
}

// Closed is what a new caller hears while the line is closed.
func Closed() string {
	return Goodbye("Thank you for calling.", "This line is closed at the moment.", "Please call again later. Goodbye.")
}

// room is what every leg says about the room. The beep is off: a caller must not hear
// agents come and go.
func room(b Base, id conference.ID) twiml.VoiceConference {
	return twiml.VoiceConference{
		Name:                 string(id),
		Beep:                 "false",
		MaxParticipants:      strconv.Itoa(roomSize),
		StatusCallback:       b.RoomEvents(id),
		StatusCallbackMethod: "POST",
		StatusCallbackEvent:  roomEvents,
	}
}

// Introduction is the first piece of the hold music, eight seconds of it, below the
// music's base address.
const Introduction = "/00.wav"

// Turn is one turn of what a waiting or held party hears.
type Turn struct {
	Words []string      // said first, one sentence each
	Music string        // address of the piece played after them; "" is silence
	Pause time.Duration // the silence, if there is no music; at least a second
	// A piece that cannot be had is passed over without a sound. So where a turn is not known to have
	// been heard the words are to take five seconds at least.
	Next string // where the next turn is
}

// Waiting is one turn. It only uses what a waitUrl and a holdUrl may contain (Play,
// Say, Pause, Redirect), and it always goes on to the next turn: where such a document
// runs out there is silence.
func Waiting(t Turn) string {
	verbs := say(t.Words)
	if t.Music != "" {
		verbs = append(verbs, twiml.VoicePlay{Url: t.Music})
	} else {
		verbs = append(verbs, twiml.VoicePause{Length: seconds(max(t.Pause, time.Second))})
	}
	return document(append(verbs, twiml.VoiceRedirect{Url: t.Next, Method: "POST"})...)
}

// Goodbye says the sentences and ends the call.
func Goodbye(words ...string) string {
	return document(append(say(words), twiml.VoiceHangup{})...)
}

// Announcement says the sentences to one party of a room, over what it hears.
func Announcement(words ...string) string { return document(say(words)...) }

// lastWords are what a caller hears before her call is ended, by why.
var lastWords = map[conference.Reason][]string{
	conference.ReasonAgentEnded: {"Thank you for calling. Goodbye."},
	conference.ReasonMaxWait: {
		"We are sorry that nobody could take your call.", "Please call again later. Goodbye.",
	},
}

// LastWords tells the caller why her call ends, and ends it. Whatever else it is, such as
// that she was taken to have left and has not (after four hours her part of the room ends
// by itself, and the word of it may be as if she had hung up), she hears that it has ended.
func LastWords(why conference.Reason) string {
	words := lastWords[why]
	if words == nil {
		words = []string{"We are sorry that this call has ended.", "Please call again. Goodbye."}
	}
	return Goodbye(words...)
}

// HoldOn says the sentences, waits, and asks again at url: the answer when we could
// not find a better one. Pause is at least a second.
func HoldOn(url string, pause time.Duration, words ...string) string {
	return Waiting(Turn{Words: words, Pause: pause, Next: url})
}

// HoldTheLine takes some six seconds to say: it keeps a document that asks again from asking more
// often where its music cannot be had.
const HoldTheLine = "Please hold the line. We are sorry that this takes a moment. We will be with you shortly."

// Fallback is what a caller hears when the API itself does not answer: she is not hung up
// on, hears music and tries again, for as long as she likes. It is a file, lies beside the
// music, and needs no function.
func Fallback(b Base, music string) string {
	return Waiting(Turn{Words: []string{HoldTheLine}, Music: music + Introduction, Next: string(b) + "/incoming"})
}

// Spoken is about how long it takes to say a sentence: some fifteen characters a second.
func Spoken(words string) time.Duration {
	if words == "" {
		return 0
	}
	return time.Duration(len(words))*65*time.Millisecond + 300*time.Millisecond
}

func say(words []string) []twiml.Element {
	verbs := make([]twiml.Element, 0, len(words)+2)
	for _, w := range words {
		if w != "" {
			verbs = append(verbs, twiml.VoiceSay{Message: w})
		}
	}
	return verbs
}

// seconds rounds up: a pause shorter than a second would become none.
func seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// document renders the verbs. The library drops empty attributes and writes them in
// random order, so documents are compared as parsed XML, never as text.
func document(verbs ...twiml.Element) string {
	doc, response := twiml.CreateDocument()
	twiml.AddAllVerbs(response, verbs)
	s, err := twiml.ToXML(doc)
	if err != nil { // its writer is in memory and cannot fail
		panic("twiml: " + err.Error())
	}
	return s
}
