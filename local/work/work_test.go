package work_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"warmtransfer/local/work"
)

func TestAGaugeIsIdleWhenAllIsDone(t *testing.T) {
	g := work.NewGauge()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 { // the second time after it has been idle
		if err := g.Idle(t.Context()); err != nil || g.Count() != 0 {
			t.Errorf("%d under way, %v", g.Count(), err)
		}
		g.Begin()
		goOn := make(chan struct{})
		g.Go(func() { <-goOn })
		if err := g.Idle(ended); !errors.Is(err, context.Canceled) || g.Count() != 2 {
			t.Errorf("%d under way, %v", g.Count(), err)
		}
		g.Done()
		close(goOn)
		if err := g.Idle(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAQueueRunsInOrderUntilItIsClosed(t *testing.T) {
	g := work.NewGauge()
	q := work.NewQueue(g.Go)
	var ran []int
	hold := make(chan struct{})
	q.Add(func() { <-hold })
	for i := range 5 {
		q.Add(func() {
			ran = append(ran, i)
			if i == 4 {
				q.Add(func() { ran = append(ran, 5) }) // from inside
			}
		})
	}
	close(hold)
	settle(t, g)
	if !slices.Equal(ran, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("ran %v", ran)
	}
	q.Close()
	q.Add(func() { t.Error("a closed queue runs") })
	settle(t, g)
}

func TestAQueueKeepsTheOrderAndEndsFromInside(t *testing.T) {
	var tasks sync.WaitGroup
	q := work.NewQueue(tasks.Go)
	var got []int
	for i := range 100 {
		q.Add(func() { got = append(got, i) })
	}
	q.Add(func() {
		q.Add(func() { got = append(got, -2) }) // is forgotten
		q.Close()
	})
	tasks.Wait()
	q.Add(func() { got = append(got, -1) })
	q.Close()
	tasks.Wait()
	if len(got) != 100 || !slices.IsSorted(got) || got[0] != 0 {
		t.Errorf("done in the order %v, want 0 to 99", got)
	}
}

func settle(t *testing.T, g *work.Gauge) {
	t.Helper()
	if err := g.Idle(t.Context()); err != nil {
		t.Fatalf("it does not come to rest: %v", err)
	}
}
