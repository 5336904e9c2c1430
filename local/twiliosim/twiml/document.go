// Package twiml reads and runs TwiML documents.
//
// A Player runs one document after the other for one listener. It holds no lock and waits
// for nothing: what has to be waited for (an answer, the end of a sound) is asked of its
// Host, who calls it back. It refuses to know calls and conferences: their verbs are
// handed to whoever started the Player.
package twiml

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"warmtransfer/local/twiliosim/notation"
)

// Verb is one element of a TwiML document.
type Verb struct {
	Name     string
	Attrs    map[string]string
	Text     string // the character data directly inside, trimmed
	Children []Verb
}

// Attr is the value of an attribute, or otherwise if it is not there.
func (v Verb) Attr(name, otherwise string) string {
	if s, ok := v.Attrs[name]; ok {
		return s
	}
	return otherwise
}

// Flag is an attribute that is true or false.
func (v Verb) Flag(name string, otherwise bool) bool {
	s, ok := v.Attrs[name]
	if !ok {
		return otherwise
	}
	return strings.EqualFold(s, "true")
}

// Child is the first child of that name.
func (v Verb) Child(name string) (Verb, bool) {
	i := slices.IndexFunc(v.Children, func(c Verb) bool { return c.Name == name })
	if i < 0 {
		return Verb{}, false
	}
	return v.Children[i], true
}

// known lists the verbs and nouns that the interpreter takes, with their attributes.
// Anything else is reported as 12200 and passed over, as Twilio does.
var known = map[string]string{
	"Say":      "voice language loop",
	"Play":     "loop digits",
	"Pause":    "length",
	"Redirect": "method",
	"Hangup":   "",
	"Reject":   "reason",
	"Gather": "input action method timeout speechTimeout numDigits finishOnKey actionOnEmptyResult language hints " +
		"maxSpeechTime profanityFilter speechModel enhanced debug partialResultCallback " +
		"partialResultCallbackMethod bargeIn",
	"Record": "action method timeout finishOnKey maxLength playBeep trim recordingStatusCallback " +
		"recordingStatusCallbackMethod recordingStatusCallbackEvent transcribe transcribeCallback " +
		"recordingConfigurationId",
	"Dial": "action method timeout hangupOnStar timeLimit callerId record trim recordingStatusCallback " +
		"recordingStatusCallbackMethod recordingStatusCallbackEvent answerOnBridge ringTone recordingTrack " +
		"sequential referUrl referMethod events callReason",
	"Conference": "muted beep startConferenceOnEnter endConferenceOnExit participantLabel jitterBufferSize waitUrl " +
		"waitMethod maxParticipants record region coach trim statusCallback statusCallbackMethod statusCallbackEvent " +
		"recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent recordingConfigurationId " +
		"eventCallbackUrl",
	"Number": "sendDigits url method statusCallback statusCallbackMethod statusCallbackEvent byoc " +
		"machineDetection callerId",
	"Client":    "url method statusCallback statusCallbackMethod statusCallbackEvent",
	"Identity":  "",
	"Parameter": "name value",
}

// nests says which elements may stand inside which.
var nests = map[string]string{
	"Response": "Say Play Pause Redirect Hangup Reject Gather Dial Record",
	"Gather":   "Say Play Pause",
	"Dial":     "Conference Number Client",
	"Client":   "Identity Parameter",
}

// Parse reads what a webhook was answered: TwiML, a sound file (which is played
// once) or plain text (which is spoken). The problems are schema warnings, the error is a
// *notation.Problem that keeps the document from being used.
func Parse(contentType string, body []byte, url string) ([]Verb, []*notation.Problem, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && len(body) > 0 {
		return nil, nil, &notation.Problem{Code: 12300, Text: "invalid Content-Type " + contentType}
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, nil, nil
	case strings.HasPrefix(media, "audio/"):
		return []Verb{{Name: "Play", Text: url}}, nil, nil
	case media == "text/plain":
		return []Verb{{Name: "Say", Text: string(body)}}, nil, nil
	case media != "text/xml" && media != "application/xml" && media != "text/html":
		return nil, nil, &notation.Problem{Code: 12300, Text: "invalid Content-Type " + media}
	}
	root, err := parseXML(body)
	if err != nil {
		return nil, nil, &notation.Problem{Code: 12100, Text: "document parse failure: " + err.Error()}
	}
	if root.Name != "Response" {
		return nil, nil, &notation.Problem{
			Code: 12100, Text: "document parse failure: the root is " + root.Name + ", not Response",
		}
	}
	var warnings []*notation.Problem
	verbs := checkVerbs(root, &warnings)
	return verbs, warnings, nil
}

// checkVerbs is v's children that may stand there; the others become warnings.
func checkVerbs(v Verb, warnings *[]*notation.Problem) []Verb {
	warn := func(format string, args ...any) {
		*warnings = append(*warnings, &notation.Problem{Code: 12200, Text: fmt.Sprintf(format, args...)})
	}
	var kept []Verb
	for _, k := range v.Children {
		if !slices.Contains(strings.Fields(nests[v.Name]), k.Name) {
			warn("schema: %s may not stand in %s", k.Name, v.Name)
			continue
		}
		for a := range k.Attrs {
			if !slices.Contains(strings.Fields(known[k.Name]), a) {
				warn("schema: %s has no attribute %s", k.Name, a)
			}
		}
		k.Children = checkVerbs(k, warnings)
		kept = append(kept, k)
	}
	return kept
}

// parseXML reads one element with everything in it.
func parseXML(body []byte) (Verb, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var stack []*Verb
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return Verb{}, errors.New("no element")
		}
		if err != nil {
			return Verb{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			v := &Verb{Name: t.Name.Local, Attrs: map[string]string{}}
			for _, a := range t.Attr {
				v.Attrs[a.Name.Local] = a.Value
			}
			stack = append(stack, v)
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].Text += string(t)
			}
		case xml.EndElement:
			done := stack[len(stack)-1]
			done.Text = strings.TrimSpace(done.Text)
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return *done, trailing(d)
			}
			up := stack[len(stack)-1]
			up.Children = append(up.Children, *done)
		}
	}
}

// trailing refuses anything but space and comments after the root element.
func trailing(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return errors.New("more than one root element")
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return errors.New("text after the root element")
			}
		}
	}
}

// Method is an attribute that names a method: GET or POST.
func (v Verb) Method(attr, otherwise string) string {
	m := strings.ToUpper(v.Attr(attr, ""))
	if m != http.MethodGet && m != http.MethodPost {
		return cmp.Or(otherwise, http.MethodPost)
	}
	return m
}

// Number is an attribute that is a whole number, or otherwise if it is none.
func (v Verb) Number(attr string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(v.Attr(attr, "")))
	if err != nil {
		return otherwise
	}
	return n
}

// loops is how often a sound is to be heard; 0 is for ever.
func (v Verb) loops() int { return max(v.Number("loop", 1), 0) }

// Resolve is where ref leads that stands in the document at base.
func Resolve(base, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return base
	}
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}
