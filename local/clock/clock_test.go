package clock

import (
	"slices"
	"testing"
	"time"
)

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func TestManualRunsDueFunctionsInOrder(t *testing.T) {
	m := NewManual(epoch)
	var ran []string
	note := func(name string) func() {
		return func() { ran = append(ran, name+"@"+m.Now().Sub(epoch).String()) }
	}
	m.AfterFunc(3*time.Second, note("third"))
	m.AfterFunc(time.Second, note("first"))
	m.AfterFunc(time.Second, note("second"))
	m.AfterFunc(2*time.Second, func() { m.AfterFunc(time.Second/2, note("added")) })
	m.AfterFunc(9*time.Second, note("later"))

	m.Advance(4 * time.Second)

	want := []string{"first@1s", "second@1s", "added@2.5s", "third@3s"}
	if !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	if left, ok := m.Next(); !ok || left != 5*time.Second {
		t.Errorf("Next() = %v, %v; want 5s, true", left, ok)
	}
	if got := m.Now().Sub(epoch); got != 4*time.Second {
		t.Errorf("the clock stands at +%v, want +4s", got)
	}
}

func TestManualStop(t *testing.T) {
	m := NewManual(epoch)
	ran := false
	timer := m.AfterFunc(time.Second, func() { ran = true })
	if !timer.Stop() {
		t.Error("the first Stop says that nothing waited")
	}
	if timer.Stop() {
		t.Error("the second Stop says that something waited")
	}
	m.Advance(time.Minute)
	if ran {
		t.Error("a stopped function ran")
	}
	if _, ok := m.Next(); ok {
		t.Error("something is still waiting")
	}
}

func TestManualNeverGoesBack(t *testing.T) {
	m := NewManual(epoch)
	m.Advance(-time.Hour)
	if !m.Now().Equal(epoch) {
		t.Errorf("the clock went to %v", m.Now())
	}
	ran := false
	m.AfterFunc(-time.Second, func() { ran = true })
	m.Advance(0)
	if !ran {
		t.Error("a function that is overdue did not run")
	}
}

func TestScaledClockIsFast(t *testing.T) {
	c := New(10000)
	before := c.Now()
	done := make(chan struct{})
	c.AfterFunc(10*time.Second, func() { close(done) })
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("ten seconds at speed 10000 took more than five")
	}
	if gone := c.Now().Sub(before); gone < 10*time.Second {
		t.Errorf("only %v went by", gone)
	}
}

func TestScaledClockStop(t *testing.T) {
	c := New(0) // 0 is life's speed
	timer := c.AfterFunc(time.Hour, func() { t.Error("a stopped function ran") })
	if !timer.Stop() || timer.Stop() {
		t.Error("Stop must tell once that something waited")
	}
}
