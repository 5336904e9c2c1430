package demo

import (
	"fmt"
	"slices"
	"strings"

	"warmtransfer/local/twiliosim/journal"
)

// row is one kind of request with what it cost.
type row struct {
	kind, what string
	millis     []float64
	failed     int
}

// summary tells every webhook and REST call of the call, by kinds.
func (d *demo) summary() {
	var rows []*row
	for _, r := range d.s.Network.Records(0) {
		if r.Kind != "webhook" && r.Kind != "rest" {
			continue
		}
		rows = add(rows, r)
	}
	_, _ = fmt.Fprintf(d.out, "\nWhat went over the wire:\n  %-8s %-34s %5s %10s\n", "", "", "times", "median ms")
	webhooks, rest, failed := 0, 0, 0
	for _, r := range rows {
		slices.Sort(r.millis)
		_, _ = fmt.Fprintf(d.out, "  %-8s %-34s %5d %10.1f\n", r.kind, r.what, len(r.millis), r.millis[len(r.millis)/2])
		failed += r.failed
		if r.kind == "webhook" {
			webhooks += len(r.millis)
		} else {
			rest += len(r.millis)
		}
	}
	_, _ = fmt.Fprintf(d.out, "\n%d webhooks and %d REST calls, %d failed. The longest that the caller heard nothing: %.2f s.\n",
		webhooks, rest, failed, d.gap.Seconds())
}

// add counts a request among those of its kind. Ids in paths are left out.
func add(rows []*row, r journal.Record) []*row {
	what := r.Event
	if r.Kind == "webhook" {
		path := strings.Split(strings.TrimPrefix(r.URL, "http://"), "/")
		what = "/" + path[min(1, len(path)-1)] + " " + r.Event
	}
	i := slices.IndexFunc(rows, func(o *row) bool { return o.kind == r.Kind && o.what == what })
	if i < 0 {
		rows = append(rows, &row{kind: r.Kind, what: what})
		i = len(rows) - 1
	}
	rows[i].millis = append(rows[i].millis, r.Millis)
	if r.Status == 0 || r.Status >= 400 {
		rows[i].failed++
	}
	return rows
}
