package servicetest

import (
	"encoding/json"
	"testing"
	"time"
)

// asJSON is the form in which two values are compared.
func asJSON(t TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func equal(t TB, got, want any) {
	t.Helper()
	if g, w := asJSON(t, got), asJSON(t, want); g != w {
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

// eventually reads a list that may lag until it has the wanted content.
func eventually[T any](t *testing.T, want T, ask func() (T, error)) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Second)
	for {
		got, err := ask()
		if err == nil && asJSON(t, got) == asJSON(t, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %s, %v\nwant %s", asJSON(t, got), err, asJSON(t, want))
		}
	}
}
