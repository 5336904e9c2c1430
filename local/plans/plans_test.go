package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestThePlansAreTheLibrarysOfThisVersion(t *testing.T) {
	want, err := plans()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "shared", "dialplan", "plans.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("plans.txt is not what the library of go.mod says; go run ./local/plans writes it")
	}
	if lines := bytes.Count(want, []byte("\n")); lines < 240 {
		t.Errorf("%d regions", lines)
	}
}
