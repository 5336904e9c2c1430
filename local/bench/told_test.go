package bench

import (
	"context"
	"slices"
	"testing"
	"time"
)

// BenchmarkToldAndShown measures how long a page at rest shows what is no longer so: another page of the agent sets the
// status; the push channel tells, the page asks, and has the answer. What the browser takes to draw it is not in it.
func BenchmarkToldAndShown(b *testing.B) {
	s, _ := start(b)
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	bob := s.Agent("bob")
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err := bob.Set(ctx, "away")
	must(err)
	page, err := bob.Channel(ctx)
	must(err)
	defer page.Close()
	var told, shown []float64
	for n := 0; b.Loop(); n++ {
		status := []string{"available", "away"}[n%2]
		began := time.Now()
		done := make(chan error, 1)
		go func() {
			_, err := bob.Set(ctx, status)
			done <- err
		}()
		_, _, err := page.Told(ctx)
		must(err)
		told = append(told, ms(began))
		me, err := bob.Me(ctx)
		must(err)
		if string(me.Agent.Status) != status {
			b.Fatalf("told, and shown %s in place of %s", me.Agent.Status, status)
		}
		shown = append(shown, ms(began))
		must(<-done)
	}
	slices.Sort(told)
	slices.Sort(shown)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(told), "ms-told")
	b.ReportMetric(median(shown), "ms-shown")
	b.ReportMetric(shown[len(shown)*95/100], "ms-shown-p95")
}
