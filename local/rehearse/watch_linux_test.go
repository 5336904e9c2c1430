package main

import (
	"os/exec"
	"testing"
)

func TestProcessorsCountWhatChildrenUse(t *testing.T) {
	before := processors()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo; cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has counted, and lives
		t.Fatal(err)
	}
	living := processors()
	_ = in.Close()
	_ = cmd.Wait()
	if living <= before || processors() < living {
		t.Errorf("before %v, while it lives %v, afterwards %v", before, living, processors())
	}
}
