package twiml

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"warmtransfer/local/twiliosim/notation"
)

func TestParseDocument(t *testing.T) {
	for name, c := range map[string]struct {
		media, body string
		verbs       []string
		warnings    int
		code        int
	}{
		"empty":                {"text/xml", "", nil, 0, 0},
		"empty without a type": {"", "", nil, 0, 0},
		"one Verb":             {"text/xml", "<Response><Say>Hello</Say></Response>", []string{"Say"}, 0, 0},
		"with a declaration": {"application/xml",
			`<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>`, []string{"Hangup"}, 0, 0},
		"with a character set": {"text/xml; charset=utf-8", "<Response><Hangup/></Response>", []string{"Hangup"}, 0,
			0},
		"as HTML": {"text/html", "<Response><Hangup/></Response>", []string{"Hangup"}, 0, 0},
		"comments": {"text/xml", "<!-- a --><Response><!-- b --><Hangup/></Response><!-- c -->",
			[]string{"Hangup"}, 0, 0},
		"a sound file":          {"audio/wav", "RIFF", []string{"Play"}, 0, 0},
		"plain text":            {"text/plain", "Hello", []string{"Say"}, 0, 0},
		"an unknown Verb":       {"text/xml", "<Response><Sing/><Hangup/></Response>", []string{"Hangup"}, 1, 0},
		"an unknown attribute":  {"text/xml", `<Response><Say pitch="x">a</Say></Response>`, []string{"Say"}, 1, 0},
		"Client outside a Dial": {"text/xml", "<Response><Client>a</Client></Response>", nil, 1, 0},
		"lower case":            {"text/xml", "<response><Say>a</Say></response>", nil, 0, 12100},
		"another root":          {"text/xml", "<html></html>", nil, 0, 12100},
		"two roots":             {"text/xml", "<Response/><Response/>", nil, 0, 12100},
		"text behind":           {"text/xml", "<Response/>x", nil, 0, 12100},
		"not closed":            {"text/xml", "<Response><Say>", nil, 0, 12100},
		"only text":             {"text/xml", "Hello", nil, 0, 12100},
		"JSON":                  {"application/json", "{}", nil, 0, 12300},
		"no type":               {"", "<Response/>", nil, 0, 12300},
	} {
		verbs, warnings, err := Parse(c.media, []byte(c.body), "http://a/b")
		var names []string
		for _, v := range verbs {
			names = append(names, v.Name)
		}
		code := 0
		if p := (*notation.Problem)(nil); errors.As(err, &p) {
			code = p.Code
		}
		if !slices.Equal(names, c.verbs) || len(warnings) != c.warnings || code != c.code {
			t.Errorf("%s: %v, %d warnings, error %v; want %v, %d, %d", name, names, len(warnings), err, c.verbs,
				c.warnings, c.code)
		}
	}
}

func TestEveryAttributeThatIsUsedIsKnown(t *testing.T) {
	const doc = `<Response><Dial action="a" method="POST" timeLimit="1" timeout="1" callerId="x" hangupOnStar="true" answerOnBridge="true">
		<Conference muted="false" beep="false" startConferenceOnEnter="true" endConferenceOnExit="true" participantLabel="x"
		waitUrl="a" waitMethod="POST" maxParticipants="4" statusCallback="a" statusCallbackMethod="POST" statusCallbackEvent="start"
		jitterBufferSize="small" record="do-not-record" region="us1" coach="CA1">x</Conference></Dial></Response>`
	verbs, warnings, err := Parse("text/xml", []byte(doc), "")
	if err != nil || len(warnings) != 0 || len(verbs) != 1 {
		t.Errorf("%d verbs, %v, %v", len(verbs), warnings, err)
	}
}

const callerDoc = `<Dial action="/after" method="POST"><Conference startConferenceOnEnter="false"
	endConferenceOnExit="true" participantLabel="caller" beep="false" waitUrl="/wait/0" statusCallback="/events"
	statusCallbackEvent="start end join leave mute hold modify announcement">room</Conference></Dial>`

// FuzzParseDocument: whatever an application answers, the interpreter neither fails nor
// takes what may not stand there.
func FuzzParseDocument(f *testing.F) {
	for _, doc := range []string{callerDoc, `<Gather><Say>x</Say></Gather>`, `<Say>&lt;</Say>`, `<![CDATA[x]]>`,
		`<!DOCTYPE a [<!ENTITY b "c">]>`} {
		f.Add("text/xml", []byte("<Response>"+doc+"</Response>"))
	}
	f.Add("audio/wav", []byte("RIFF\x00\x00\x00\x00WAVEfmt "))
	f.Add("text/plain; charset=\"", []byte("x"))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		verbs, _, err := Parse(media, body, "http://127.0.0.1/x")
		if p := (*notation.Problem)(nil); err != nil && (!errors.As(err, &p) || len(verbs) > 0) {
			t.Errorf("error %v with %d verbs", err, len(verbs))
		}
		var check func(parent string, verbs []Verb)
		check = func(parent string, verbs []Verb) {
			for _, v := range verbs {
				if !slices.Contains(strings.Fields(nests[parent]), v.Name) {
					t.Errorf("%s stands in %s", v.Name, parent)
				}
				check(v.Name, v.Children)
			}
		}
		check("Response", verbs)
	})
}
