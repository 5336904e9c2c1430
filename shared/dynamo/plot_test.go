package dynamo

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"warmtransfer/local/plot"
)

var updatePlot = flag.Bool("update-plot", false, "count anew what docs/cost.svg shows, and draw it")

// What docs/cost.json holds, and docs/cost.svg shows, is what is counted; with -short of small lines only.
func TestThePlotOfCostsIsWhatIsCounted(t *testing.T) {
	data, picture := filepath.Join("..", "..", "docs", "cost.json"), filepath.Join("..", "..", "docs", "cost.svg")
	largest := 10_000
	if testing.Short() && !*updatePlot {
		largest = 100
	}
	counted := counts(t, largest)
	if *updatePlot {
		raw, err := json.MarshalIndent(counted, "", " ")
		must(t, err)
		must(t, os.WriteFile(data, append(raw, '\n'), 0o644))
		must(t, os.WriteFile(picture, []byte(plot.Draw(counted)), 0o644))
	}
	raw, err := os.ReadFile(data)
	must(t, err)
	var charts []plot.Chart
	must(t, json.Unmarshal(raw, &charts))
	drawn, err := os.ReadFile(picture)
	must(t, err)
	const anew = "go test ./shared/dynamo -run ThePlotOfCosts -update-plot counts and draws it anew"
	if string(drawn) != plot.Draw(charts) {
		t.Errorf("%s does not show what %s holds; %s", picture, data, anew)
	}
	for i, c := range counted {
		for k, l := range c.Lines {
			var kept []plot.Point
			if i < len(charts) && k < len(charts[i].Lines) && charts[i].Lines[k].Name == l.Name {
				kept = slices.DeleteFunc(charts[i].Lines[k].Points, func(p plot.Point) bool { return p.Size > largest })
			}
			if !slices.Equal(kept, l.Points) {
				t.Errorf("%s, %s: counted %v, %s has %v; %s", c.Title, l.Name, l.Points, data, kept, anew)
			}
		}
	}
}

// counts are the charts, for lines of so many calls and agents at most. What the first release cost was counted then,
// with the same meter.
func counts(t *testing.T, largest int) []plot.Chart {
	t.Helper()
	small := func(all ...plot.Point) []plot.Point {
		return slices.DeleteFunc(all, func(p plot.Point) bool { return p.Size > largest })
	}
	overAgents, overCalls := map[string][]plot.Point{}, map[string][]plot.Point{}
	var sweeps []plot.Point
	add := func(to map[string][]plot.Point, size int, m *metered) {
		for name, u := range m.events() {
			to[name] = append(to[name], plot.Point{Size: size, Cost: u.Read + u.Write})
		}
	}
	for _, size := range []int{10, 100, 1000, 5000, 10_000} {
		if size > largest {
			break
		}
		if size <= 5000 {
			m := meteredStore(t)
			m.hires(size, 0)
			add(overAgents, size, m)
		}
		if size != 5000 {
			m := meteredStore(t)
			m.carries(size)
			m.hires(10, 0)
			_, u := m.sweep()
			sweeps = append(sweeps, plot.Point{Size: size, Cost: float64(u.All()) + float64(m.network.asked.Load())})
			add(overCalls, size, m)
		}
	}
	events := func(of map[string][]plot.Point) (lines []plot.Line) {
		for _, name := range []string{"arrival", "join", "music turn", "heartbeat"} {
			lines = append(lines, plot.Line{Name: name, Points: of[name]})
		}
		return lines
	}
	return []plot.Chart{{
		Title: "An event, by agents", Sizes: "agents", Costs: "read and write units", Lines: append(events(overAgents),
			plot.Line{Name: "music turn, first release", Before: true, Points: small(
				plot.Point{Size: 10, Cost: 4.5}, plot.Point{Size: 100, Cost: 25.5}, plot.Point{Size: 200, Cost: 48.5},
				plot.Point{Size: 5000, Cost: 51})}),
	}, {
		Title: "An event, by live calls", Sizes: "live calls", Costs: "read and write units", Lines: events(overCalls),
	}, {
		Title: "A sweep, by live calls", Sizes: "live calls", Costs: "requests to the store and to Twilio",
		Lines: []plot.Line{
			{Name: "sweep", Points: sweeps},
			{Name: "sweep, first release; the last was cut off", Before: true, Points: small(
				plot.Point{Size: 10, Cost: 48}, plot.Point{Size: 100, Cost: 1280}, plot.Point{Size: 1000, Cost: 12_600},
				plot.Point{Size: 10_000, Cost: 23_000})},
		},
	}}
}
