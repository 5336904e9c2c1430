package journal

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/notation"
)

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func TestTheLastRecordsAreKept(t *testing.T) {
	j := New(clock.NewManual(start), 8)
	for range 50 {
		j.Add(Record{Kind: KindREST, Body: strings.Repeat("x", BodyLimit+1), Response: "y"})
	}
	j.Warn("CA1", &notation.Problem{Code: 11200, Text: "HTTP retrieval failure"})
	list := j.Records(0)
	if len(list) != 8 || list[0].N != 44 || list[7].N != 51 {
		t.Fatalf("%d records from #%d, want 8 from #44", len(list), list[0].N)
	}
	if last := list[7]; last.Kind != KindWarning || last.SID != "CA1" || last.Code != 11200 || !last.At.Equal(start) {
		t.Errorf("the warning is %+v", last)
	}
	if len(list[0].Body) != BodyLimit || list[0].Response != "y" {
		t.Errorf("a body of %d bytes is kept, and %q", len(list[0].Body), list[0].Response)
	}
	if rest := j.Records(49); len(rest) != 2 || rest[0].N != 50 {
		t.Errorf("after 49: %+v", rest)
	}
}

func TestAStreamThatDoesNotKeepUpIsClosed(t *testing.T) {
	j := New(clock.NewManual(start), 8)
	slow, stop := j.Events()
	quick, stopQuick := j.Events()
	defer stopQuick()
	for n := range streamLimit + 1 {
		j.Emit(Event{Event: "call"})
		if e := <-quick; e.Event != "call" || !e.At.Equal(start) {
			t.Fatalf("event %d is %+v", n, e)
		}
	}
	count := 0
	for range slow {
		count++
	}
	if count != streamLimit {
		t.Errorf("%d events came before the stream was closed, want %d", count, streamLimit)
	}
	stop() // once more does no harm
	j.Close()
	if _, open := <-quick; open {
		t.Error("a stream outlives the journal")
	}
}

func TestFlat(t *testing.T) {
	if got := Flat(url.Values{"a": {"1", "2"}, "b": {}}); len(got) != 1 || got["a"] != "1" {
		t.Errorf("got %v", got)
	}
	if Flat(nil) != nil {
		t.Error("an empty form is not nil")
	}
}
