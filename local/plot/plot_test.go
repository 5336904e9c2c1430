package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// What is drawn is XML, and a cost that is the same at each size is a level line.
func TestDraw(t *testing.T) {
	svg := Draw([]Chart{{
		Title: "A", Sizes: "calls", Costs: "units", Lines: []Line{
			{Name: "level", Points: []Point{{10, 5}, {10_000, 5}}},
			{Name: "rising", Before: true, Points: []Point{{10, 0.1}, {100, 1000}}},
		},
	}})
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		`d="M56.0 175.2L446.0 175.2"`, ">10,000<", ">0.1<", ">rising<", "stroke-dasharray",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}
