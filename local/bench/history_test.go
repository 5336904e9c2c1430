package bench

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/env"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service/servicetest"
)

var records = flag.Int("records", 100_000, "records in BenchmarkHistory")

// openTable is the store of a stack, as a function opens it, for a writer that no function stands for.
func openTable(b *testing.B, url, table string) *dynamo.Store {
	b.Helper()
	vars := map[string]string{
		"TABLE_NAME": table, "AWS_REGION": sam.Region, "AWS_ENDPOINT_URL_DYNAMODB": url,
		"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
	}
	r := env.New(func(name string) string { return vars[name] })
	s := dynamo.Open(r)
	if err := r.Err(); err != nil {
		b.Fatal(err)
	}
	s.KeepRecords(90 * 24 * time.Hour)
	s.Compact(true) // as in a new stack
	return s
}

// fill writes so many records of the last 88 days, of twenty agents and a thousand callers. One in a thousand has the
// outcome abandoned, and one in ten a note.
func fill(b *testing.B, s *dynamo.Store, n int, now time.Time) {
	b.Helper()
	work := make(chan int)
	var writers sync.WaitGroup
	for range 16 {
		writers.Go(func() {
			for i := range work {
				ended := now.Add(-time.Duration(i) * 88 * 24 * time.Hour / time.Duration(n))
				who := []agent.ID{agent.ID(fmt.Sprintf("agent%d", i%20)), agent.ID(fmt.Sprintf("agent%d", (i+7)%20))}
				if i%1000 == 999 {
					who = nil
				}
				c := servicetest.EndedCall(i, ended, fmt.Sprintf("+1500555%04d", i%1000), who...)
				err := s.SaveCall(context.Background(), c)
				for err != nil { // a busy machine
					err = s.SaveCall(context.Background(), c)
				}
				if i%10 == 0 && len(who) > 0 {
					note := record.Note{
						By: record.Party{ID: string(who[0])}, At: ended, Text: "Wants a letter.", Code: "order",
						Version: 1,
					}
					_ = s.SaveNote(context.Background(), c.ID, note, time.Hour)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	writers.Wait()
}

// BenchmarkHistory is a page of the history through the gateway, the authorizer and the function, with so many records.
func BenchmarkHistory(b *testing.B) {
	s, _ := start(b)
	now := time.Now().UTC()
	began := time.Now()
	filled := newFiller(b, s.Store, s.TableName)
	fill(b, openTable(b, filled.URL, s.TableName), *records, now)
	if err := filled.done(); err != nil {
		b.Fatal(err)
	}
	_, _ = fmt.Fprintf(os.Stderr, "%d records written in %v\n", *records, time.Since(began).Round(time.Second))
	page := func(search map[string]any) (p archive.Page) {
		err := s.Agent("erin").Call(context.Background(), http.MethodPost, "/calls/search", search, &p)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	middle := ""
	for range min(40, *records/200) {
		middle = page(map[string]any{"limit": 100, "cursor": middle}).Next
	}
	for name, search := range map[string]map[string]any{
		"first": {}, "of-an-agent": {"agent": "agent3"}, "of-a-caller": {"caller": "+15005550003"},
		"deep": {"cursor": middle}, "hundred": {"limit": 100},
		"one-in-a-thousand": {"outcome": "abandoned"}, "text": {"text": "letter"},
	} {
		b.Run(name, func(b *testing.B) {
			var took []float64
			for b.Loop() {
				began := time.Now()
				page(search)
				took = append(took, ms(began))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(took), "ms-median")
			b.ReportMetric(high(took), "ms-p95")
		})
	}
}

// high is the value that one in twenty exceeds. The list is sorted, as median leaves it.
func high(all []float64) float64 { return all[min(len(all)-1, len(all)*19/20)] }
