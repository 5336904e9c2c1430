package call

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// fill sets a value and everything in it at random, also fields that are not exported.
func fill(v reflect.Value, r *rand.Rand) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		if r.IntN(4) == 0 {
			return
		}
		v.Set(reflect.ValueOf(t0.Add(time.Duration(1+r.IntN(90)) * time.Second)))
		return
	}
	if v.Type() == reflect.TypeFor[State]() {
		v.SetString(string(States[r.IntN(len(States))]))
		return
	}
	if v.Type() == reflect.TypeFor[Mode]() {
		v.SetString(string(Modes[r.IntN(len(Modes))]))
		return
	}
	if v.Type() == reflect.TypeFor[Phase]() {
		v.SetString(string([]Phase{LegPlanned, LegDialing, LegRinging, LegScreened, LegAnswered}[r.IntN(5)]))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(1 + r.IntN(4)))
	case reflect.String:
		v.SetString([]string{"", "a", "b", "c"}[r.IntN(4)]) // few, so that keys fit together
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), r)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 4))
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(k, r)
		fill(e, r)
		v.SetMapIndex(k, e)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f, r)
			}
		}
	default:
		panic(fmt.Sprint("a kind of field that the test cannot fill: ", v.Type()))
	}
}

func random(seed uint64) *Call {
	r := rand.New(rand.NewPCG(seed, 1))
	c := &Call{}
	fill(reflect.ValueOf(c).Elem(), r)
	for _, l := range c.Legs { // what a fill cannot reach
		c.unlisted = append(c.unlisted, l.SID)
	}
	c.forceReconcile, c.callerLost = r.IntN(2) == 0, r.IntN(2) == 0
	return c
}

// leaves calls f for every place of a value that can be set, with a way to change what is there.
func leaves(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Kind() == reflect.Map:
		f(path, v)
	case v.Kind() == reflect.Pointer:
		leaves(v.Elem(), path, f)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), fmt.Sprint(path, "[", i, "]"), f)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				leaves(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	default:
		f(path, v)
	}
}

func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Map:
		v.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), reflect.ValueOf(t0))
	default:
		v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Second)))
	}
}

// Each field that is stored counts for Equal, and none is shared by a clone.
func TestEqualAndCloneKnowEveryField(t *testing.T) {
	seen := 0
	for seed := range uint64(20) {
		c := random(seed)
		stored, err := json.Marshal(c)
		must(t, err)
		n := c.Clone()
		if !n.Equal(c) {
			t.Fatal("a clone is another call")
		}
		var paths []string
		leaves(reflect.ValueOf(n).Elem(), "", func(path string, _ reflect.Value) { paths = append(paths, path) })
		for i := range paths {
			n := c.Clone()
			at := 0
			leaves(reflect.ValueOf(n).Elem(), "", func(_ string, v reflect.Value) {
				if at == i {
					alter(v)
				}
				at++
			})
			changed, err := json.Marshal(n)
			must(t, err)
			if same := string(changed) == string(stored); same != n.Equal(c) {
				t.Errorf("%s: equal %v, stored alike %v: see equal in value.go", paths[i], n.Equal(c), same)
			}
			if again, err := json.Marshal(c); err != nil || string(again) != string(stored) {
				t.Fatalf("%s: a change of the clone has changed the call", paths[i])
			}
			seen++
		}
	}
	if seen < 1000 {
		t.Errorf("only %d changes", seen)
	}
}

// Plan changes nothing and answers the same when it is asked twice.
func TestPlanIsPure(t *testing.T) {
	planned := map[string]bool{}
	for seed := range uint64(60_000) {
		c := random(seed)
		before, now := c.Clone(), t0.Add(time.Duration(seed%100)*time.Second)
		first := c.Plan(ring, now)
		c.Overdue(now)
		if !reflect.DeepEqual(c, before) {
			t.Fatalf("call %d: Plan has changed it", seed)
		}
		if second := c.Plan(ring, now); !slices.Equal(first, second) {
			t.Fatalf("call %d: planned %v, and then %v", seed, first, second)
		}
		for _, e := range first {
			planned[fmt.Sprintf("%T", e)] = true
		}
	}
	if len(planned) != 13 {
		t.Errorf("the test should plan each kind of effect: %v", planned)
	}
}

// The index by Due.Music misses no caller who hears nothing, and names none whose music goes on.
func TestF182MusicStopsWhenTheCallSays(t *testing.T) {
	stopped := 0
	for seed := range uint64(20_000) {
		c, now := random(seed), t0.Add(time.Duration(seed%200)*time.Second)
		if c.Since.IsZero() || now.Before(c.Since) {
			continue
		}
		at := c.Due().Music
		want := !at.IsZero() && !now.Before(at)
		if got := c.Hearing(now).MusicStopped(); got != want {
			t.Fatalf("call %d: music has stopped %v at %v, and stops at %v: %+v", seed, got, now, at, c)
		}
		if want {
			stopped++
		}
	}
	if stopped < 100 {
		t.Errorf("the music of only %d has stopped", stopped)
	}
}
