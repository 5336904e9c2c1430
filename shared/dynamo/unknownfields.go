package dynamo

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"sync"
)

// unknownFields holds the parts of an item that this version of the program does not know, and the item's
// version. A deployment may be rolled back while calls go on (F131). This version then rewrites items
// of the newer one, and must not lose what the newer one needs when it comes back.
//
// The domain's types have no place for unknown parts. So the store remembers them from a load to the
// save of that version, and reads the item once more if it has forgotten them.
type unknownFields struct {
	version int64
	attrs   item   // attributes that this version does not know
	stored  object // the document, and what this version makes of it when it reads and
	known   object // writes it; nil if that is the same
	packed  bool   // the document was packed
}

type object = map[string]any

// decodeItem decodes an item's document, and returns the parts that it does not know.
func decodeItem[T any](it item) (*T, unknownFields, error) {
	v, r := new(T), unknownFields{version: integer(it[version])}
	raw, packed, err := Document(it[doc])
	if err != nil {
		return nil, r, err
	}
	r.packed = packed
	if err := json.Unmarshal(raw, v); err != nil {
		return nil, r, err
	}
	for name, value := range it {
		if !ours[name] {
			if r.attrs == nil {
				r.attrs = item{}
			}
			r.attrs[name] = value
		}
	}
	again, err := json.Marshal(v)
	if err != nil || bytes.Equal(raw, again) { // the usual case: this version wrote it
		return v, r, err
	}
	return v, r, errors.Join(decode(raw, &r.stored), decode(again, &r.known))
}

// decode keeps numbers as they are written.
func decode(raw []byte, to *object) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(to)
}

// into puts v's document and the unknown parts into the item that is to be written.
func (r unknownFields) into(it item, v any, f form) error {
	maps.Copy(it, r.attrs)
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if r.stored != nil {
		var next object
		if err := decode(raw, &next); err != nil {
			return err
		}
		restore(next, r.stored, r.known)
		if raw, err = json.Marshal(next); err != nil {
			return err
		}
	}
	it[doc] = f.stored(raw, r.packed)
	return nil
}

// restore adds to next the members of stored that this version does not know, at every depth where
// next still describes the same thing.
func restore(next, stored, known object) {
	for name, was := range stored {
		k, isKnown := known[name]
		n, stays := next[name]
		switch {
		case !isKnown && !stays:
			next[name] = was
		case isKnown && stays:
			within(n, was, k)
		}
	}
}

func within(next, stored, known any) {
	switch n := next.(type) {
	case object:
		s, ok := stored.(object)
		k, ok2 := known.(object)
		if ok && ok2 && !different(n, k) {
			restore(n, s, k)
		}
	case []any:
		s, ok := stored.([]any)
		k, ok2 := known.([]any)
		if !ok || !ok2 || len(s) != len(k) {
			return
		}
		for _, e := range n {
			if i := find(k, e); i >= 0 {
				within(e, s[i], k[i])
			}
		}
	}
}

// names are the members that identify a leg, claim, request or transfer.
var names = []string{"key", "leg"}

// different reports whether two objects are known to be two things, and not one that has changed.
func different(a, b object) bool {
	for _, name := range names {
		if a[name] != b[name] {
			return true
		}
	}
	return false
}

// find is the index of the same thing in a list, by its name, or by its whole content if it has no
// name; -1 if it is not in the list.
func find(list []any, e any) int {
	o, ok := e.(object)
	for i, l := range list {
		if was, isObject := l.(object); ok && isObject && named(o) && !different(o, was) || reflect.DeepEqual(l, e) {
			return i
		}
	}
	return -1
}

func named(o object) bool {
	for _, name := range names {
		if o[name] != nil {
			return true
		}
	}
	return false
}

// memory holds the unknown parts of the items that were read or written last.
type memory struct {
	mu      sync.Mutex
	entries map[string]unknownFields
}

// memorySize is far more than the items in use at any time. Forgetting one costs a read.
const memorySize = 256

func (m *memory) put(key string, r unknownFields) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, there := m.entries[key]; !there && len(m.entries) >= memorySize {
		for other := range m.entries {
			delete(m.entries, other)
			break
		}
	}
	m.entries[key] = r
}

func (m *memory) get(key string, version int64) (unknownFields, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.entries[key]
	return r, ok && r.version == version
}
