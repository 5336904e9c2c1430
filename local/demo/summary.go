package demo

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"warmtransfer/local/twiliosim/journal"
)

// row is one kind of request with its cost.
type row struct {
	kind, what string
	millis     []float64
	failed     []string // which requests failed, and why
}

// summary prints every webhook and REST request of the call, by kind.
func (d *demo) summary() {
	var rows []*row
	for _, r := range d.s.Network.Records(0) {
		if r.Kind != "webhook" && r.Kind != "rest" {
			continue
		}
		rows = add(rows, r)
	}
	_, _ = fmt.Fprintf(d.out, "\nWhat went over the wire:\n  %-8s %-34s %5s %10s\n", "", "", "times", "median ms")
	webhooks, rest := 0, 0
	var failed []string
	for _, r := range rows {
		slices.Sort(r.millis)
		_, _ = fmt.Fprintf(d.out, "  %-8s %-34s %5d %10.1f\n", r.kind, r.what, len(r.millis), r.millis[len(r.millis)/2])
		failed = append(failed, r.failed...)
		if r.kind == "webhook" {
			webhooks += len(r.millis)
		} else {
			rest += len(r.millis)
		}
	}
	_, _ = fmt.Fprintf(d.out, "\n%d webhooks and %d REST calls. The longest that the caller heard nothing: %.2f s.\n",
		webhooks, rest, d.gap.Seconds())
	explain(d.out, failed)
}

// explain prints which requests failed, and whether that matters.
func explain(out io.Writer, failed []string) {
	if len(failed) == 0 {
		return
	}
	slices.Sort(failed)
	_, _ = fmt.Fprintf(out, "%d of them failed:\n", len(failed))
	for _, f := range failed {
		_, _ = fmt.Fprintf(out, "  %s\n", f)
	}
}

// failure says what became of a request, "" if it is well.
func failure(r journal.Record) string {
	gone := r.Status == http.StatusNotFound || r.Code == legIsOver
	switch {
	case r.Status != 0 && r.Status < 400:
		return ""
	case r.Kind == "rest" && gone && r.Event == "CreateUserDefinedMessage":
		return fmt.Sprintf("%s, %d: a page was to be told of a change, and its leg was over already. "+
			"The page knows by itself: this is as it should be.", r.Event, r.Status)
	case r.Kind == "rest" && gone:
		return fmt.Sprintf("%s, %d: the leg was over already, which is what was wanted. This is as it should be.",
			r.Event, r.Status)
	}
	return fmt.Sprintf("%s %s, status %d, code %d %s: this should not be; see the function's log.",
		r.Kind, r.Event, r.Status, r.Code, r.Error)
}

// legIsOver is Twilio's code for a call that is not in progress.
const legIsOver = 21220

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
	if why := failure(r); why != "" {
		rows[i].failed = append(rows[i].failed, why)
	}
	return rows
}
