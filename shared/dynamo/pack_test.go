package dynamo

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// packedIn says whether an item's document is packed.
func packedIn(it item) bool {
	_, packed := it[doc].(*types.AttributeValueMemberB)
	return packed
}

// F316: an item is read in both forms. A function that chooses the form changes it with its next save; the others keep
// it, whether they have loaded the item or have forgotten it.
func TestF316AnItemKeepsItsForm(t *testing.T) {
	server, table := storetest.Table(t)
	another := func() *Store { return at(t, server.URL(), table) } // another function, which has loaded nothing
	keeps, chooses := another(), another()
	c := caller(1)
	must(t, keeps.SaveCall(t.Context(), c))
	if packedIn(rawItem(t, keeps, callKey(c.ID))) {
		t.Fatal("a function that does not choose packs new items, which the release before cannot read")
	}
	for _, packs := range []bool{true, false, true} {
		chooses.Compact(packs)
		for _, s := range []*Store{chooses, keeps, another()} {
			c.Dials++
			must(t, s.SaveCall(t.Context(), c))
			if got := packedIn(rawItem(t, keeps, callKey(c.ID))); got != packs {
				t.Fatalf("packed: %v, want %v", got, packs)
			}
			got, err := keeps.Call(t.Context(), c.ID)
			must(t, err)
			if asJSON(got) != asJSON(c) {
				t.Fatalf("got %s, want %s", asJSON(got), asJSON(c))
			}
		}
	}
}

// F316: what a newer version has added to an item stays in it when it is packed and unpacked.
func TestF316PackingKeepsWhatANewerVersionAdded(t *testing.T) {
	s := open(t)
	c := byANewerVersion(t, s)
	for _, packs := range []bool{true, false} {
		s.Compact(packs)
		c, err := s.Call(t.Context(), c.ID)
		must(t, err)
		c.Dials++
		must(t, s.SaveCall(t.Context(), c))
		it := rawItem(t, s, callKey(c.ID))
		raw, packed, err := Document(it[doc])
		must(t, err)
		if packed != packs || strings.Count(string(raw), `"newer"`) != 6 || text(it["newer"]) != "attribute" {
			t.Errorf("packed %v: %s", packed, raw)
		}
	}
}

// F316: a form that only a newer version knows is no call, and nothing is saved over it.
func TestF316AFormOfANewerVersion(t *testing.T) {
	server, table := storetest.Table(t)
	s := at(t, server.URL(), table)
	c := caller(1)
	s.Compact(true)
	must(t, s.SaveCall(t.Context(), c))
	for name, packed := range map[string][]byte{"newer": {packed1 + 1, 3, 0}, "broken": {packed1, 0xff}, "empty": {}} {
		it := rawItem(t, s, callKey(c.ID))
		it[doc] = &types.AttributeValueMemberB{Value: packed}
		putRaw(t, s, it)
		if _, err := s.Call(t.Context(), c.ID); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		other := at(t, server.URL(), table)
		if err := other.SaveCall(t.Context(), c); !errors.Is(err, service.ErrUnavailable) {
			t.Errorf("%s: saved over it: %v", name, err)
		}
	}
}

// Each text comes back as it was.
func TestPackedTextsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(rapid.StringN(0, 5000, -1).Draw(t, "text"))
		if got, err := unpack(pack(raw)); err != nil || !bytes.Equal(got, raw) {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

// A document that unpacks to more than any item has is refused, and does not fill the memory.
func TestAPackedDocumentHasALimit(t *testing.T) {
	if raw, err := unpack(pack(make([]byte, maxDocument+1))); err == nil {
		t.Errorf("%d bytes", len(raw))
	}
}

// F317: a transferred call is one unit in each save: packed it stays below a kilobyte with all its attributes.
func TestF317APackedCallIsOneWriteUnit(t *testing.T) {
	s := open(t)
	s.Compact(true)
	c := servicetest.EndedCall(1, t0, "+15005550123", "alice", "bob")
	must(t, s.SaveCall(t.Context(), c))
	it := rawItem(t, s, callKey(c.ID))
	raw, _, err := Document(it[doc])
	must(t, err)
	packed := len(it[doc].(*types.AttributeValueMemberB).Value)
	t.Logf("%d bytes of JSON, %d packed", len(raw), packed)
	if packed*5 > len(raw)*2 {
		t.Errorf("%d bytes of JSON are packed into %d", len(raw), packed)
	}
}

// F316: other systems are told of a call whose item is packed.
func TestF316AStreamOfPackedItems(t *testing.T) {
	c := servicetest.EndedCall(1, t0, "+15005550123", "alice")
	image := map[string]events.DynamoDBAttributeValue{
		news: events.NewStringAttribute("ended"), doc: events.NewBinaryAttribute(pack([]byte(asJSON(c)))),
	}
	got, said, err := Changed(image)
	if err != nil || got.ID != c.ID || len(said) != 1 || said[0] != call.NewsEnded {
		t.Errorf("%+v, %v, %v", got, said, err)
	}
	image[doc] = events.NewBinaryAttribute([]byte{0})
	if _, _, err := Changed(image); !errors.Is(err, errNoCall) {
		t.Errorf("a broken document: %v", err)
	}
}

func BenchmarkPack(b *testing.B) {
	raw := []byte(asJSON(servicetest.EndedCall(1, t0, "+15005550123", "alice", "bob")))
	b.Run("pack", func(b *testing.B) {
		for b.Loop() {
			pack(raw)
		}
	})
	packed := pack(raw)
	b.Run("unpack", func(b *testing.B) {
		for b.Loop() {
			_, _ = unpack(packed)
		}
	})
}
