package httpapitest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Verb is one element of a TwiML document.
type Verb struct {
	Name  string
	Attrs map[string]string
	Text  string
	Inner []*Verb
}

// String is a canonical form: attributes in the order of their names.
func (v *Verb) String() string {
	var b strings.Builder
	b.WriteString("<" + v.Name)
	for _, k := range slices.Sorted(maps.Keys(v.Attrs)) {
		fmt.Fprintf(&b, " %s=%q", k, v.Attrs[k])
	}
	b.WriteString(">" + v.Text)
	for _, in := range v.Inner {
		b.WriteString(in.String())
	}
	return b.String() + "</" + v.Name + ">"
}

// Parse reads a document; an error says why it is not TwiML.
func Parse(doc string) (*Verb, error) {
	root := &Verb{}
	open := []*Verb{root}
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			v := &Verb{Name: token.Name.Local, Attrs: map[string]string{}}
			for _, a := range token.Attr {
				v.Attrs[a.Name.Local] = a.Value
			}
			top.Inner = append(top.Inner, v)
			open = append(open, v)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.Text += strings.TrimSpace(string(token))
		}
	}
	if len(root.Inner) != 1 || root.Inner[0].Name != "Response" {
		return nil, errors.New("not one Response")
	}
	return root.Inner[0], nil
}

// TwiML is the answer's document; anything but 200 and TwiML fails the test.
func (a Answer) TwiML(t testing.TB) *Verb {
	t.Helper()
	if a.Status != 200 || a.Header["Content-Type"] != "text/xml; charset=utf-8" {
		t.Fatalf("answered %d %s, want TwiML: %s", a.Status, a.Header["Content-Type"], a.Body)
	}
	v, err := Parse(a.Body)
	if err != nil {
		t.Fatalf("answered %s: %v", a.Body, err)
	}
	return v
}

// Is compares the answer's document with another one as parsed XML.
func (a Answer) Is(t testing.TB, want string) {
	t.Helper()
	w, err := Parse("<Response>" + want + "</Response>")
	if err != nil {
		t.Fatalf("the test's own document is not TwiML: %v", err)
	}
	if got := a.TwiML(t).String(); got != w.String() {
		t.Errorf("the answer is\n  %s\nwant\n  %s", got, w)
	}
}

// Verbs are the names of the document's verbs in order.
func (v *Verb) Verbs() []string {
	var names []string
	for _, in := range v.Inner {
		names = append(names, in.Name)
	}
	return names
}

// Find is the first element of that name, or an empty one.
func (v *Verb) Find(name string) *Verb {
	for _, in := range v.Inner {
		if in.Name == name {
			return in
		}
		if found := in.Find(name); found.Name != "" {
			return found
		}
	}
	return &Verb{}
}

// Empty asserts an answer of that status with an empty body.
func (a Answer) Empty(t testing.TB, status int) {
	t.Helper()
	if a.Status != status || a.Body != "" {
		t.Errorf("answered %d %q, want an empty %d", a.Status, a.Body, status)
	}
}
