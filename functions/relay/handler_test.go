package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/shared/notice"
	"warmtransfer/shared/notice/noticetest"
	"warmtransfer/shared/service/servicetest"
)

var t0 = time.Date(2026, 11, 22, 10, 16, 49, 0, time.UTC)

// shelf is a bus that takes so many notices of each batch, and refuses some of them for ever.
type shelf struct {
	takes, refuses int
	err            error
	got            []notice.Notice
}

func (s *shelf) Put(_ context.Context, list []notice.Notice) (int, int, error) {
	n := len(list)
	if s.err != nil {
		n = min(n, s.takes)
	}
	s.got = append(s.got, list[:n]...)
	return n, s.refuses, s.err
}

// saved is the record of the save of a call, as the table's stream has it.
func saved(t *testing.T, n int, news string) events.DynamoDBEventRecord {
	t.Helper()
	c := servicetest.EndedCall(n, t0, "+15550199", "alice")
	c.Version = int64(n)
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return change(n, map[string]events.DynamoDBAttributeValue{
		"doc": events.NewStringAttribute(string(raw)), "news": events.NewStringAttribute(news),
	})
}

func change(n int, image map[string]events.DynamoDBAttributeValue) events.DynamoDBEventRecord {
	return events.DynamoDBEventRecord{
		Change: events.DynamoDBStreamRecord{SequenceNumber: fmt.Sprint("seq", n), NewImage: image},
	}
}

func relay(t *testing.T, bus *shelf, records ...events.DynamoDBEventRecord) (again []string, log string) {
	t.Helper()
	var out bytes.Buffer
	log1 := slog.New(slog.NewJSONHandler(&out, nil))
	h := handler{bus: bus, may: notice.Leave{Stack: "line"}, log: log1, clock: time.Now}
	answer, err := h.relay(t.Context(), events.DynamoDBEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range answer.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	if strings.Contains(out.String(), "5550199") || strings.Contains(out.String(), "alice") {
		t.Errorf("N9: %s", out.String())
	}
	return again, out.String()
}

func TestF235WhatIsSavedIsToldInItsForm(t *testing.T) {
	bus := &shelf{}
	again, log := relay(t, bus, saved(t, 1, "answered"), saved(t, 2, "ended"), saved(t, 3, "answered ended"))
	if again != nil || len(bus.got) != 4 || !strings.Contains(log, `"EventsSent":4`) ||
		!strings.Contains(log, `"EventsFailed":0`) {
		t.Fatalf("again %v, %d sent: %s", again, len(bus.got), log)
	}
	for _, n := range bus.got {
		raw, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := noticetest.Check(raw); err != nil || strings.Contains(string(raw), "5550199") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestF231F232F233TheFirstThatWasNotTakenIsHandedOutAgain(t *testing.T) {
	for takes, want := range map[int]string{0: "seq1", 1: "seq2", 2: "seq3", 3: "seq3"} {
		bus := &shelf{takes: takes, err: errors.New("down")}
		again, log := relay(t, bus, saved(t, 1, "answered"), saved(t, 2, "ended"), saved(t, 3, "answered ended"))
		if len(again) != 1 || again[0] != want || !strings.Contains(log, `"EventsFailed":1`) {
			t.Errorf("%d taken: again %v: %s", takes, again, log)
		}
		first := append([]notice.Notice{}, bus.got...)
		bus.err, bus.got = nil, nil
		again, _ = relay(t, bus, saved(t, 1, "answered"))
		if again != nil || takes > 0 && bus.got[0].ID != first[0].ID {
			t.Errorf("sent again as %v, and %v left", bus.got, again)
		}
	}
}

func TestF232WhatIsNeverTakenKeepsNothingBack(t *testing.T) {
	if again, log := relay(t, &shelf{refuses: 1}, saved(t, 1, "ended"), saved(t, 2, "ended")); again != nil ||
		!strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"EventsFailed":1`) {
		t.Errorf("again %v: %s", again, log)
	}
}

func TestF235WhatCannotBeReadIsLeftOut(t *testing.T) {
	text := events.NewStringAttribute
	bus := &shelf{}
	again, log := relay(t, bus,
		change(1, nil),
		change(2, map[string]events.DynamoDBAttributeValue{"news": text("ended"), "doc": text("{")}),
		change(3, map[string]events.DynamoDBAttributeValue{"news": events.NewNumberAttribute("1"), "doc": text("{}")}),
		saved(t, 4, "later"), // of a newer version
		saved(t, 5, "ended"),
	)
	if again != nil || len(bus.got) != 1 || !strings.Contains(log, `"unread":3`) ||
		!strings.Contains(log, `"EventsFailed":3`) {
		t.Errorf("again %v, %d sent: %s", again, len(bus.got), log)
	}
}
