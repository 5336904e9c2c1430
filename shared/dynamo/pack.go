package dynamo

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A document is stored in one of two forms: as JSON, a string, or packed, as bytes. A write is paid by the kilobyte,
// and a call's JSON has one to three of them, mostly names and times; packed it has a third, so that each save is one
// unit.
//
// An item keeps its form when it is saved. Functions for which Compact was called change it, and make new items in it;
// new items of all others are JSON. So an operator can go back. The release before this one reads JSON only.

// form is how documents are stored.
type form int

const (
	formAsFound form = iota // as the item is stored; a new one as JSON
	formJSON
	formPacked
)

// packed1 is the first byte of a packed document: its format, which is DEFLATE (https://www.rfc-editor.org/rfc/rfc1951)
// with the dictionary usual1. Another dictionary is another format; what was written in an old one must be readable as
// long as items live.
const packed1 = 1

// usual1 is what documents of calls and agents mostly consist of. It must never change.
const usual1 = `` +
	`{"id":"a","name":"","schema":1,"version":1,"status":"available","since":"2026-","why":"missed","by":"",` +
	`"idle":"2026-","seen":"2026-","back":"2026-","freed":"2026-","claim":{"conference":"CA","leg":"","until":"2026-",` +
	`"for":"transfer","askers":[""],"since":"2026-","answered":"2026-"},"last":{"conference":"CA","outcome":"cancelled",` +
	`"at":"2026-","began":"2026-","caller":"+","with":""},"recent":[{"conference":"CA","outcome":"ended","at":"2026-",` +
	`"began":"2026-","caller":"+","rang":true}],"did":["consult ","complete ","end "]}` +
	`{"id":"CA","schema":1,"version":1,"state":"consult-ringing","since":"2026-","from":"+1","verified":true,` +
	`"arrived":"2026-","caller":{"joined":true,"held":true,"unholding":"2026-","told":true,"holding":"2026-","seq":1,` +
	`"heldAt":"2026-"},"callerOn":true,"room":"CF","started":true,"round":0,"entering":"2026-","turned":true,` +
	`"music":"2026-","musicEnds":"2026-","queued":"2026-","legs":[{"key":"","sid":"CA","agent":"","name":"",` +
	`"phase":"ringing","since":"2026-","deadline":"2026-","phase":"answered","letsWait":true,"joined":true,"seq":1}],` +
	`"gone":[{"key":"","sid":"CA","seq":1,"freed":{"agent":"","leg":"","outcome":"cancelled","talked":true,` +
	`"since":"2026-"}}],"offer":"","owner":"","transfer":{"kind":"consult","by":"","byName":"","to":"","toName":"",` +
	`"leg":"","byLeg":"","note":"","began":"2026-","outcome":"answered","ended":"2026-"},"hops":1,"dials":1,` +
	`"history":[{"at":"2026-","what":"arrive"},{"at":"2026-","what":"answer","agent":"","name":""},{"at":"2026-",` +
	`"what":"consult","agent":"","name":"","by":"","byName":""},{"at":"2026-","what":"complete","agent":""},` +
	`{"at":"2026-","what":"completed","agent":"","name":"","by":"","byName":"","outcome":"answered"},{"at":"2026-",` +
	`"what":"end","agent":"","name":""}],"requests":[{"key":"","agent":"","action":"complete"}],` +
	`"trail":{"legs":[{"key":"","agent":"","name":"","began":"2026-","answered":"2026-","ended":"2026-",` +
	`"outcome":"transferred","talk":0000000}],"caller":{"now":"talk","since":"2026-","wait":0000000,"talk":0000000,` +
	`"hold":0000000},"place":1},"reason":"agent-ended","ended":"2026-"}`

// packers are used again, since each has some hundred kilobytes.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriterDict(nil, flate.DefaultCompression, []byte(usual1))
	if err != nil { // only of a level that there is not
		panic(err)
	}
	return w
}}

// pack packs a document.
func pack(raw []byte) []byte {
	var to bytes.Buffer
	to.WriteByte(packed1)
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(&to)
	_, _ = w.Write(raw) // to memory it cannot fail
	_ = w.Close()
	return to.Bytes()
}

// maxDocument is more than any item has: calls and agents have some kilobytes.
const maxDocument = 4 << 20

var errForm = errors.New("the document has a form that this version does not know")

// unpack is the JSON of a packed document.
func unpack(packed []byte) ([]byte, error) {
	if len(packed) == 0 || packed[0] != packed1 {
		return nil, errForm
	}
	r := flate.NewReaderDict(bytes.NewReader(packed[1:]), []byte(usual1))
	raw, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil || len(raw) > maxDocument {
		return nil, errForm // what is wrong with it may hold a number
	}
	return raw, nil
}

// Document is the JSON of an item's document, and whether it was packed.
func Document(v types.AttributeValue) (raw []byte, packed bool, err error) {
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok {
		return []byte(text(v)), false, nil
	}
	raw, err = unpack(b.Value)
	return raw, true, err
}

// read reads an item's document.
func read(it item, v any) error {
	raw, _, err := Document(it[doc])
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// stored is the document as it is put into an item.
func (f form) stored(raw []byte, wasPacked bool) types.AttributeValue {
	if f == formPacked || f == formAsFound && wasPacked {
		return &types.AttributeValueMemberB{Value: pack(raw)}
	}
	return str(string(raw))
}
