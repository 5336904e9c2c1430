// Package plot draws what an event costs over the size of the line, as an SVG. It knows numbers and names, and not what
// they were counted of.
package plot

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Point is a cost at one size.
type Point struct {
	Size int     `json:"size"`
	Cost float64 `json:"cost"`
}

// Line is what one thing costs.
type Line struct {
	Name   string  `json:"name"`
	Before bool    `json:"before,omitempty"` // in an earlier release: drawn broken
	Points []Point `json:"points"`
}

// Chart is one diagram; both axes are logarithmic.
type Chart struct {
	Title string `json:"title"`
	Sizes string `json:"sizes"` // what the size is, below the axis
	Costs string `json:"costs"` // what the cost is
	Lines []Line `json:"lines"`
}

const (
	wide, high            = 460, 320
	left, right, top, low = 56, 14, 44, 48
	legend                = 18 // the height of a name
)

// colours are told apart in print and by people who do not see red and green:
// https://jfly.uni-koeln.de/color/
var colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00"}

// Draw draws charts beside each other.
func Draw(charts []Chart) string {
	most := 0
	for _, c := range charts {
		most = max(most, len(c.Lines))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" `+
		`font-size="12">`+"\n", wide*len(charts), high+legend*(most+1))
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	for i, c := range charts {
		fmt.Fprintf(&b, `<g transform="translate(%d 0)">`+"\n", i*wide)
		c.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (c Chart) draw(b *strings.Builder) {
	sizes, costs := c.scales()
	fmt.Fprintf(b, `<text x="%d" y="20" font-weight="bold">%s</text>`+"\n", left, c.Title)
	fmt.Fprintf(b, `<text x="%d" y="36" fill="#555">%s</text>`+"\n", left, c.Costs)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", wide-right, high-8, c.Sizes)
	for _, at := range sizes.marks() {
		x := sizes.place(at)
		fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#ddd"/>`, x, top, high-low)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x, high-low+18, short(at))
	}
	for _, at := range costs.marks() {
		y := costs.place(at)
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#ddd"/>`, left, y, wide-right)
		fmt.Fprintf(b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left-6, y+4, short(at))
	}
	for i, l := range c.Lines {
		colour, broken := colours[i%len(colours)], ""
		if l.Before {
			broken = ` stroke-dasharray="5 4"`
		}
		path, step := "", "M"
		for _, p := range l.Points {
			x, y := sizes.place(float64(p.Size)), costs.place(p.Cost)
			path += fmt.Sprintf("%s%.1f %.1f", step, x, y)
			step = "L"
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour)
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="2"%s/>`+"\n", path, colour, broken)
		y := high + legend*i + 10
		fmt.Fprintf(b, `<path d="M%d %dh26" stroke="%s" stroke-width="2"%s/>`, left, y-4, colour, broken)
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`+"\n", left+34, y, l.Name)
	}
}

// scale places numbers on an axis, by their logarithm.
type scale struct{ least, most, from, to float64 }

func (s scale) place(v float64) float64 {
	part := (math.Log10(max(v, s.least)) - math.Log10(s.least)) / (math.Log10(s.most) - math.Log10(s.least))
	return s.from + part*(s.to-s.from)
}

// marks are the powers of ten.
func (s scale) marks() (all []float64) {
	for v := s.least; v <= s.most*1.001; v *= 10 {
		all = append(all, v)
	}
	return all
}

// scales hold all points, from one power of ten to another.
func (c Chart) scales() (sizes, costs scale) {
	var x, y []float64
	for _, l := range c.Lines {
		for _, p := range l.Points {
			x, y = append(x, float64(p.Size)), append(y, p.Cost)
		}
	}
	return scale{below(slices.Min(x)), above(slices.Max(x)), left, wide - right},
		scale{below(slices.Min(y)), above(slices.Max(y)), high - low, top}
}

func below(v float64) float64 { return math.Pow(10, math.Floor(math.Log10(v))) }

func above(v float64) float64 { return math.Pow(10, math.Ceil(math.Log10(v))) }

// short is a number for an axis: 10000 is "10,000".
func short(v float64) string {
	if v < 1 {
		return fmt.Sprintf("%g", v)
	}
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
