package twilio

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/settings"
)

// element is a piece of a parsed document.
type element struct {
	name     string
	attrs    []string // name="value", sorted: the library writes them in random order
	text     string
	children []*element
}

// String is a canonical form, without the indents between elements.
func (e *element) String() string {
	var b strings.Builder
	text := e.text
	if len(e.children) > 0 {
		text = strings.TrimSpace(text)
	}
	b.WriteString("<" + strings.Join(append([]string{e.name}, e.attrs...), " ") + ">" + text)
	for _, c := range e.children {
		b.WriteString(c.String())
	}
	b.WriteString("</" + e.name + ">")
	return b.String()
}

func parse(t rapid.TB, doc string) *element {
	t.Helper()
	root := &element{}
	open := []*element{root}
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, doc)
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local}
			for _, a := range token.Attr {
				e.attrs = append(e.attrs, a.Name.Local+`="`+a.Value+`"`)
			}
			slices.Sort(e.attrs)
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.CharData:
			top.text += string(token)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
	if len(root.children) != 1 || root.children[0].name != "Response" {
		t.Fatalf("not a TwiML document:\n%s", doc)
	}
	return root.children[0]
}

// like fails the test unless both documents have the same canonical form.
func like(t *testing.T, doc, want string) {
	t.Helper()
	if got, want := parse(t, doc).String(), parse(t, want).String(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

const roomAttributes = `beep="false" maxParticipants="6" statusCallback="https://phone.example.com/events/conference/` +
	caller + `#rc=5&amp;rp=4xx,5xx,ct,rt"
	statusCallbackMethod="POST" statusCallbackEvent="join leave hold"`

func TestCallersConferenceIsTheClassics(t *testing.T) {
	like(t, JoinCaller(base, caller, 3),
		`<Response><Dial action="https://phone.example.com/incoming/`+caller+`/3" method="POST">
		<Conference startConferenceOnEnter="false" endConferenceOnExit="true"
		waitUrl="https://phone.example.com/wait/`+caller+`/0#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500" waitMethod="POST" participantLabel="caller" `+roomAttributes+`>`+caller+`</Conference>
		</Dial></Response>`)
}

func TestAgentRoom(t *testing.T) {
	for ends, flag := range map[bool]string{true: "true", false: "false"} {
		like(t, JoinAgent(base, caller, "k1", ends), `<Response><Dial>
			<Conference startConferenceOnEnter="true" endConferenceOnExit="`+flag+`" participantLabel="k1" `+roomAttributes+`>`+caller+`</Conference>
			</Dial><Redirect method="POST">https://phone.example.com/connect-agent/`+caller+`/k1/room</Redirect></Response>`)
	}
}

// A supervisor's leg joins muted, and neither starts the conference nor ends it.
func TestF219SupervisorRoom(t *testing.T) {
	like(t, JoinSupervisor(base, caller, "k1"), `<Response><Dial>
		<Conference startConferenceOnEnter="false" endConferenceOnExit="false" muted="true" participantLabel="k1"
		waitUrl="https://phone.example.com/wait/`+caller+`/1#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500" waitMethod="POST"
		`+roomAttributes+`>`+caller+`</Conference>
		</Dial><Redirect method="POST">https://phone.example.com/connect-agent/`+caller+`/k1/room</Redirect></Response>`)
}

func TestF181ACallerWhomTheRoomHasNotTakenHearsWordsAndMusicFirst(t *testing.T) {
	doc := parse(t, JoinCallerLater(base, caller, 3, prompt.Book{}.Say(prompt.HoldTheLine), "https://music.example/01.wav",
		"https://music.example/02.wav"))
	var verbs []string
	for _, v := range doc.children {
		verbs = append(verbs, v.name)
	}
	if want := []string{"Say", "Play", "Play", "Dial"}; !slices.Equal(verbs, want) {
		t.Fatalf("the document has %v, want %v", verbs, want)
	}
	if got, want := doc.children[3].String(),
		parse(t, JoinCaller(base, caller, 3)).children[0].String(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if d := Spoken(prompt.Book{}.Say(prompt.HoldTheLine)); d < 5*time.Second {
		t.Errorf("without music the next try would come after %v", d)
	}
}

func TestF182F183ATurnsAddressTellsWhatWasHeardBefore(t *testing.T) {
	for _, h := range []Heard{{Due: t0}, {Due: t0.Add(1234 * time.Millisecond), Failing: 7},
		{Due: t0, Own: true}, {Due: t0, Skip: 25}, {Due: t0, Failing: 3, Skip: 2}} {
		address, _, _ := strings.Cut(base.NextWait(caller, 12, h), "#")
		name, found := strings.CutPrefix(address, string(base)+"/wait/"+caller+"/")
		turn, got, err := ReadTurn(name)
		if !found || turn != 12 || !got.Due.Equal(h.Due) || got.Failing != h.Failing ||
			got.Own != h.Own || got.Skip != h.Skip || err != nil {
			t.Errorf("%s is read as %d, %+v, %v", address, turn, got, err)
		}
	}
	for name, turn := range map[string]int{"0": 0, "7": 7, "7.x": 7, "7.": 7, "7.!.1": 7} {
		if got, before, err := ReadTurn(name); got != turn || before.Failing != 0 || err != nil &&
			before.Due.IsZero() != true {
			t.Errorf("%q is read as %d, %+v, %v", name, got, before, err)
		}
	}
	for _, name := range []string{"", "x", "-1", "1.2.3.4.5", "99999999999999999999"} {
		if _, _, err := ReadTurn(name); err == nil {
			t.Errorf("%q is a turn", name)
		}
	}
}

// Answering alone does not let anybody in: the question tells nothing about the caller, and the
// document ends without a key. The line's name comes first, which a phone that screens its calls
// shows to its owner, and there are 40 to 45 s to decide.
func TestF201AskAnOutsidePartyByNameForLongEnough(t *testing.T) {
	const question = `A caller is being transferred to you. Press 1 to accept.`
	for line, said := range map[string]string{
		"":                                   question,
		"Example Telephone":                  "This is Example Telephone. " + question,
		"Brown &amp; Sons":                   "This is Brown &amp; Sons. " + question,
		strings.Repeat("Long name ", 4)[:40]: "This is " + strings.Repeat("Long name ", 4)[:40] + ". " + question,
	} {
		doc := parse(t, Ask(base, prompt.Book{}.Accept(strings.ReplaceAll(line, "&amp;", "&")), caller, "k1"))
		gather := doc.children[0]
		var words []string
		var lasts time.Duration
		for _, verb := range gather.children {
			switch verb.name {
			case "Say":
				words = append(words, verb.text)
				lasts += time.Duration(len(verb.text))*65*time.Millisecond + 300*time.Millisecond
			case "Pause":
				lasts += 3 * time.Second
			}
		}
		timeout := 0
		for _, a := range gather.attrs {
			if v, ok := strings.CutPrefix(a, `timeout="`); ok {
				timeout, _ = strconv.Atoi(strings.TrimSuffix(v, `"`))
			}
		}
		lasts += time.Duration(timeout) * time.Second
		if lasts < 40*time.Second || lasts > 46*time.Second || timeout < 3 {
			t.Errorf("%q: the question lasts %v, the last time %d s", line, lasts, timeout)
		}
		for _, w := range words {
			if w != strings.ReplaceAll(said, "&amp;", "&") {
				t.Errorf("%q: says %q", line, w)
			}
		}
		if len(words) < 3 || doc.children[1].name != "Hangup" || gather.name != "Gather" {
			t.Errorf("%q: said %d times, then %s", line, len(words), doc.children[1].name)
		}
	}
}

// The first participant to join decides which events are sent.
func TestEverybodyAsksForTheSameEvents(t *testing.T) {
	callback := func(doc string) (out []string) {
		for _, a := range parse(t, doc).children[0].children[0].attrs {
			if strings.HasPrefix(a, "statusCallback") {
				out = append(out, a)
			}
		}
		return out
	}
	a, b := callback(JoinCaller(base, caller, 0)), callback(JoinAgent(base, caller, "k1", false))
	if !slices.Equal(a, b) || len(a) != 3 {
		t.Errorf("caller %v, agent %v", a, b)
	}
}

func TestTurns(t *testing.T) {
	next := base.Wait(caller, 2)
	for name, c := range map[string]struct{ doc, want string }{
		"words and music": {
			Waiting(Turn{Words: prompt.Plain("Thank you for calling.", "", "You are next."),
				Music: "https://m.example/1.mp3", Next: next}),
			`<Say>Thank you for calling.</Say><Say>You are next.</Say><Play>https://m.example/1.mp3</Play>`,
		},
		"music": {Waiting(Turn{Music: "https://m.example/1.mp3", Pause: time.Minute,
			Next: next}), `<Play>https://m.example/1.mp3</Play>`},
		"pause": {Waiting(Turn{Pause: 1500 * time.Millisecond, Next: next}),
			`<Pause length="2"></Pause>`},
		"no pause would be a storm of requests": {Waiting(Turn{Next: next}), `<Pause length="1"></Pause>`},
		"F008 hold on": {HoldOn(next, 10*time.Second, prompt.Plain("One moment, please.")),
			`<Say>One moment, please.</Say><Pause length="10"></Pause>`},
	} {
		t.Run(name, func(t *testing.T) {
			like(t, c.doc, `<Response>`+c.want+`<Redirect method="POST">`+strings.ReplaceAll(next, "&", "&amp;")+
				`</Redirect></Response>`)
		})
	}
}

func TestGoodbye(t *testing.T) {
	like(t, Goodbye(prompt.Plain("All our agents have gone home.", "Goodbye.")),
		`<Response><Say>All our agents have gone home.</Say><Say>Goodbye.</Say><Hangup></Hangup></Response>`)
}

func TestF268WordsAreSaidInTheirLanguageAndVoice(t *testing.T) {
	german := settings.Values{Language: "de", Voice: "Polly.Hans", LastWords: "Danke & tschüss."}
	const said = `language="de-DE" voice="Polly.Hans"`
	like(t, LastWords("https://x.example", "CA1", german, call.ReasonAgentEnded),
		`<Response><Say `+said+`>Danke &amp; tschüss.</Say><Hangup></Hangup></Response>`)
	like(t, LastWords("https://x.example", "CA1", german, call.ReasonMaxWait), `<Response>
		<Say `+said+`>Leider konnte niemand Ihren Anruf entgegennehmen.</Say>
		<Say `+said+`>Bitte rufen Sie später wieder an. Auf Wiederhören.</Say><Hangup></Hangup></Response>`)
	question := parse(t, Ask(base, german.Book().Accept("Beispiel"), caller, "k1")).children[0].children[0]
	if !strings.HasPrefix(question.text, "Hier ist Beispiel. ") || !slices.Contains(question.attrs, `language="de-DE"`) {
		t.Errorf("asked %s", question)
	}
}

// The reason may be one of a newer version: the caller still hears words before the end (N2).
func TestLastWordsAreNeverNone(t *testing.T) {
	said := map[string]bool{}
	for _, why := range []call.Reason{call.ReasonAgentEnded, call.ReasonMaxWait, call.ReasonCallerLeft, "later", ""} {
		verbs := parse(t, LastWords("https://x.example", "CA1", settings.Values{}, why)).children
		if len(verbs) < 2 || verbs[0].name != "Say" || verbs[0].text == "" || verbs[len(verbs)-1].name != "Hangup" {
			t.Fatalf("%q: %v", why, verbs)
		}
		said[verbs[0].text] = true
	}
	if len(said) != 3 {
		t.Errorf("said: %v", said)
	}
}

// F010: any other verb in a waitUrl or holdUrl is an error and leaves the caller in silence, and
// so does a document that ends.
func TestF010OnlyTheVerbsOfAWaitURL(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := parse(t, Waiting(Turn{
			Words: prompt.Plain(rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "words")...),
			Music: rapid.SampledFrom([]string{"", "https://m.example/1.mp3"}).Draw(t, "music"),
			Pause: time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "pause")),
			Next:  base.Wait(caller, 1),
		}))
		for i, verb := range doc.children {
			if !slices.Contains([]string{"Say", "Play", "Pause", "Redirect"}, verb.name) {
				t.Errorf("verb %s", verb.name)
			}
			if last := i == len(doc.children)-1; last != (verb.name == "Redirect") {
				t.Errorf("the document does not end, and only end, in Redirect: %s", doc)
			}
		}
		if len(doc.children) < 2 {
			t.Errorf("a turn of no length: %s", doc)
		}
	})
}

func TestF158WhatStrangersWriteIsText(t *testing.T) {
	const evil = `<Say>x</Say> & "quotes" ' ]]> <!-- --> &amp; <![CDATA[`
	for name, doc := range map[string]string{
		"said":       Waiting(Turn{Words: prompt.Plain(evil), Next: base.Wait(caller, 1)}),
		"last words": Goodbye(prompt.Plain(evil)),
	} {
		if say := parse(t, doc).children[0]; say.name != "Say" || say.text != evil || len(say.children) != 0 {
			t.Errorf("%s: %s", name, say)
		}
	}
	room := parse(t, JoinAgent(base, call.ID(evil), call.LegKey(evil), false)).children[0].children[0]
	if room.text != evil || len(room.children) != 0 || !slices.Contains(room.attrs, `participantLabel="`+evil+`"`) {
		t.Errorf("room: %s", room)
	}
}

// F164: no address holds the caller's number.
func TestF164AddressesCarryIDsInThePathOnly(t *testing.T) {
	for got, want := range map[string]string{
		base.DialEnded(caller, 2):          "/incoming/" + caller + "/2",
		base.Wait(caller, 7):               "/wait/" + caller + "/7" + askAgain,
		base.Connect(caller, "k1"):         "/connect-agent/" + caller + "/k1",
		base.ConnectAgain(caller, "k1", 1): "/connect-agent/" + caller + "/k1/1",
		base.Accept(caller, "k1"):          "/connect-agent/" + caller + "/k1/accept",
		base.ConferenceEvents(caller):      "/events/conference/" + caller + tellAgain,
		base.LegEvents(caller, "k1"):       "/events/leg/" + caller + "/k1" + tellAgain,
	} {
		sent, _, _ := strings.Cut(got, "#")
		if got != string(base)+want || strings.ContainsAny(sent, "?+") {
			t.Errorf("address %s, want %s%s", got, base, want)
		}
	}
}
