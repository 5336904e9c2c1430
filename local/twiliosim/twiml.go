package twiliosim

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
)

// verb is one element of a TwiML document.
type verb struct {
	name  string
	attrs map[string]string
	text  string // the character data directly inside, trimmed
	kids  []verb
}

func (v verb) attr(name, otherwise string) string {
	if s, ok := v.attrs[name]; ok {
		return s
	}
	return otherwise
}

func (v verb) flag(name string, otherwise bool) bool {
	s, ok := v.attrs[name]
	if !ok {
		return otherwise
	}
	return strings.EqualFold(s, "true")
}

// kid is the first child of that name.
func (v verb) kid(name string) (verb, bool) {
	i := slices.IndexFunc(v.kids, func(k verb) bool { return k.name == name })
	if i < 0 {
		return verb{}, false
	}
	return v.kids[i], true
}

// problem is an error of Twilio's list that concerns a document.
type problem struct {
	code int
	text string
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s", p.code, p.text) }

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
		"maxSpeechTime profanityFilter speechModel enhanced debug partialResultCallback partialResultCallbackMethod bargeIn",
	"Dial": "action method timeout hangupOnStar timeLimit callerId record trim recordingStatusCallback " +
		"recordingStatusCallbackMethod recordingStatusCallbackEvent answerOnBridge ringTone recordingTrack sequential " +
		"referUrl referMethod events callReason",
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
	"Response": "Say Play Pause Redirect Hangup Reject Gather Dial",
	"Gather":   "Say Play Pause",
	"Dial":     "Conference Number Client",
	"Client":   "Identity Parameter",
}

// parseDocument reads what a webhook was answered: TwiML, a sound file (which is played
// once) or plain text (which is spoken). The problems are schema warnings, the error is a
// *problem that keeps the document from being used.
func parseDocument(contentType string, body []byte, url string) ([]verb, []*problem, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && len(body) > 0 {
		return nil, nil, &problem{12300, "invalid Content-Type " + contentType}
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, nil, nil
	case strings.HasPrefix(media, "audio/"):
		return []verb{{name: "Play", text: url}}, nil, nil
	case media == "text/plain":
		return []verb{{name: "Say", text: string(body)}}, nil, nil
	case media != "text/xml" && media != "application/xml" && media != "text/html":
		return nil, nil, &problem{12300, "invalid Content-Type " + media}
	}
	root, err := parseXML(body)
	if err != nil {
		return nil, nil, &problem{12100, "document parse failure: " + err.Error()}
	}
	if root.name != "Response" {
		return nil, nil, &problem{12100, "document parse failure: the root is " + root.name + ", not Response"}
	}
	var warnings []*problem
	verbs := checkVerbs(root, &warnings)
	return verbs, warnings, nil
}

// checkVerbs is v's children that may stand there; the others become warnings.
func checkVerbs(v verb, warnings *[]*problem) []verb {
	var kept []verb
	for _, k := range v.kids {
		if !slices.Contains(strings.Fields(nests[v.name]), k.name) {
			*warnings = append(*warnings, &problem{12200, fmt.Sprintf("schema: %s may not stand in %s", k.name, v.name)})
			continue
		}
		for a := range k.attrs {
			if !slices.Contains(strings.Fields(known[k.name]), a) {
				*warnings = append(*warnings, &problem{12200, fmt.Sprintf("schema: %s has no attribute %s", k.name, a)})
			}
		}
		k.kids = checkVerbs(k, warnings)
		kept = append(kept, k)
	}
	return kept
}

// parseXML reads one element with everything in it.
func parseXML(body []byte) (verb, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var stack []*verb
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return verb{}, errors.New("no element")
		}
		if err != nil {
			return verb{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			v := &verb{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				v.attrs[a.Name.Local] = a.Value
			}
			stack = append(stack, v)
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		case xml.EndElement:
			done := stack[len(stack)-1]
			done.text = strings.TrimSpace(done.text)
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				return *done, trailing(d)
			}
			up := stack[len(stack)-1]
			up.kids = append(up.kids, *done)
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
