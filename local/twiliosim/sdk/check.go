package sdk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
)

// Match finds which of some operations a request is for, and looks at the ids in its path.
func Match(method, path string, names []string) (Operation, error) {
	segments := strings.Split(strings.TrimSuffix(path, ".json"), "/")
	for _, name := range names {
		o, err := Learn(name)
		if err != nil {
			return o, err
		}
		pattern := strings.Split(strings.TrimSuffix(o.Path, ".json"), "/")
		isJSON := strings.HasSuffix(path, ".json")
		if o.Method != method || len(pattern) != len(segments) || isJSON != strings.HasSuffix(o.Path, ".json") {
			continue
		}
		var errs []error
		fits := true
		for i, p := range pattern {
			if p == "*" {
				errs = append(errs, checkSID(segments[i], sids[pattern[i-1]]))
			} else if p != segments[i] {
				fits = false
			}
		}
		if fits {
			return o, o.named(errs)
		}
	}
	return Operation{}, fmt.Errorf("%s %s is none of %q", method, path, names)
}

// CheckParameters tells which parameters Twilio does not take, or not with that value, and which are missing.
func (o Operation) CheckParameters(form url.Values) error {
	var errs []error
	for _, name := range required[o.Name] {
		if form.Get(name) == "" {
			errs = append(errs, fmt.Errorf("%s is missing", name))
		}
	}
	for name, values := range form {
		p, ok := o.Parameters[name]
		if !ok {
			errs = append(errs, fmt.Errorf("there is no parameter %q", name))
			continue
		}
		for _, value := range values {
			if err := p.check(value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
			errs = append(errs, checkSID(value, sids[name]))
			if n, err := strconv.Atoi(value); name == "PageSize" && (err != nil || n < 1 || n > pageMost) {
				errs = append(errs, fmt.Errorf("PageSize: %s, want 1 to %d", value, pageMost))
			}
		}
	}
	return o.named(errs)
}

// checkSID checks an id that begins with prefix; without one there is nothing to check.
func checkSID(id, prefix string) error {
	if prefix != "" && !regexp.MustCompile("^"+prefix+"[0-9a-fA-F]{32}$").MatchString(id) {
		return fmt.Errorf("%q is not %s and 32 hexadecimal digits", id, prefix)
	}
	return nil
}

func (p Parameter) check(value string) error {
	var err error
	switch {
	case p.Type == reflect.TypeFor[time.Time]():
		_, err = time.Parse(time.RFC3339, value)
	case p.Type.Kind() == reflect.Int:
		_, err = strconv.Atoi(value)
	case p.Type.Kind() == reflect.Bool && value != "true" && value != "false":
		err = fmt.Errorf("%q, want true or false", value)
	case p.Words != nil && value != "" && !slices.Contains(p.Words, value):
		err = fmt.Errorf("%q, want one of %q", value, p.Words)
	}
	return err
}

// CheckAnswer tells what in an answer Twilio would not write, and which of its fields are missing.
func (o Operation) CheckAnswer(status int, text []byte) error {
	errs := []error{o.checkStatus(status)}
	if o.Answer == nil {
		if len(text) > 0 {
			errs = append(errs, fmt.Errorf("an answer where Twilio has none: %s", text))
		}
		return o.named(errs)
	}
	return o.named(append(errs, checkText(text, o.Answer, true)))
}

// CheckPart is CheckAnswer of an answer that says only what a test needs.
func (o Operation) CheckPart(text []byte) error {
	return o.named([]error{checkText(text, o.Answer, false)})
}

// CheckError checks the answer of a request that was refused.
func CheckError(text []byte) error {
	return checkText(text, reflect.TypeFor[client.TwilioRestError](), true)
}

func (o Operation) checkStatus(status int) error {
	if status != o.Status {
		return fmt.Errorf("status %d, want %d", status, o.Status)
	}
	return nil
}

func (o Operation) named(errs []error) error {
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%s: %w", o.Name, err)
	}
	return nil
}

func checkText(text []byte, t reflect.Type, whole bool) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	return checkValue(v, t, place{whole: whole})
}

// place is where in an answer a value stands.
type place struct {
	of, name string // the struct and the field
	words    []string
	rfc2822  bool // the field's comment names the format
	whole    bool // whether every field must be there
}

func (p place) wrong(v any, want string) error {
	return fmt.Errorf("%s.%s is %v, want %s", p.of, p.name, v, want)
}

// unanswered are fields that Twilio sends sometimes only.
var unanswered = map[string]string{
	"TwilioRestError.details": "https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions shows none",
}

// sometimes are fields that are null although those of their name never are elsewhere.
var sometimes = map[string]string{
	"ApiV2010Recording.conference_sid": "a recording of a call has none",
}

func checkValue(v any, t reflect.Type, p place) error {
	if v == nil {
		if t.Kind() != reflect.Pointer || p.whole && always[p.name] && sometimes[p.of+"."+p.name] == "" {
			return p.wrong(v, "a value")
		}
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var ok bool
	switch {
	case t == reflect.TypeFor[time.Time]():
		s, _ := v.(string)
		_, err := time.Parse(time.RFC3339, s)
		ok = err == nil
	case t.Kind() == reflect.Struct:
		return checkStruct(v, t, p)
	case t.Kind() == reflect.Slice:
		return checkList(v, t, p)
	case t.Kind() == reflect.String:
		s, isText := v.(string)
		if isText {
			return checkString(s, p)
		}
	case t.Kind() == reflect.Int:
		n, _ := v.(json.Number)
		_, err := n.Int64()
		ok = err == nil
	case t.Kind() == reflect.Bool:
		_, ok = v.(bool)
	case t.Kind() == reflect.Map:
		_, ok = v.(map[string]any)
	}
	if !ok {
		return p.wrong(v, t.String())
	}
	return nil
}

func checkStruct(v any, t reflect.Type, p place) error {
	fields, ok := v.(map[string]any)
	if !ok {
		return p.wrong(v, t.String())
	}
	comments, err := comment(t)
	if err != nil {
		return err
	}
	var errs []error
	known := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = true
		value, there := fields[name]
		if !there {
			if p.whole && unanswered[t.Name()+"."+name] == "" {
				errs = append(errs, fmt.Errorf("%s.%s is missing", t.Name(), name))
			}
			continue
		}
		errs = append(errs, checkValue(value, f.Type, place{
			of: t.Name(), name: name, whole: p.whole, words: words(t.Name(), name, f.Type, comments[f.Name]),
			rfc2822: strings.Contains(comments[f.Name], "RFC 2822"),
		}))
	}
	for name, value := range fields {
		if !known[name] {
			errs = append(errs, fmt.Errorf("%s has no field %q (%v)", t.Name(), name, value))
		}
	}
	return errors.Join(errs...)
}

// comment reads the comments of a struct, which stands in the package of one of the library's functions.
func comment(t reflect.Type) (map[string]string, error) {
	if !strings.Contains(t.PkgPath(), "/rest/") {
		return nil, nil
	}
	return commentsOf(t)
}

func checkList(v any, t reflect.Type, p place) error {
	list, ok := v.([]any)
	if !ok {
		return p.wrong(v, t.String())
	}
	var errs []error
	for _, entry := range list {
		errs = append(errs, checkValue(entry, t.Elem(), p))
	}
	return errors.Join(errs...)
}

func checkString(s string, p place) error {
	if p.rfc2822 {
		if _, err := time.Parse(time.RFC1123Z, s); err != nil {
			return p.wrong(s, "a date of RFC 2822")
		}
	}
	if p.words != nil && !slices.Contains(p.words, s) {
		return p.wrong(s, fmt.Sprintf("one of %q", p.words))
	}
	prefix := sids[p.of+"."+p.name]
	if prefix == "" {
		prefix = sids[p.name]
	}
	if err := checkSID(s, prefix); err != nil {
		return fmt.Errorf("%s.%s: %w", p.of, p.name, err)
	}
	if shape := shapes[p.name]; shape != nil && !shape.MatchString(s) {
		return p.wrong(s, shape.String())
	}
	return nil
}
