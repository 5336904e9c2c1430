package scenario

import (
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

// meter counts the store's operations.
type meter struct {
	mu    sync.Mutex
	count map[string]int
}

func (m *meter) between(t *testing.T) func(*stack.Options) {
	m.count = map[string]int{}
	return viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		m.mu.Lock()
		m.count[op]++
		m.mu.Unlock()
		store.ServeHTTP(w, r)
	})
}

func (m *meter) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.count)
}

// costRow is a row of the table in docs/operations.md: an operation, and how often a call needs it.
var costRow = regexp.MustCompile(
	`(?m)^\| (function invocations|store reads|store writes|index queries|REST calls|messages to pages) \| (\d+) \|`)

// A call of three minutes that is handed over by consult costs what the operations document says. The counts vary with
// the order in which webhooks arrive, so they may differ by a fifth, or by two; a larger difference is a decision and
// changes the table.
func TestCostOfATransferredCallIsAsTheOperatorWasTold(t *testing.T) {
	t.Parallel()
	m := &meter{}
	l := open(t, m.between(t))
	l.online("alice", "bob")
	m.reset()
	logged := strings.Count(l.log.String(), "gateway | ")
	records := int64(len(l.Network.Records(0)))
	l.pages = map[string]bool{} // polling pages are priced by the hour, not by the call

	l.handedOver(time.Minute, 20*time.Second)

	got := map[string]int{"function invocations": strings.Count(l.log.String(), "gateway | ") - logged}
	for op, n := range m.count {
		switch op {
		case "GetItem":
			got["store reads"] += n
		case "PutItem":
			got["store writes"] += n
		case "Query":
			got["index queries"] += n
		default:
			t.Errorf("%d times the operation %s", n, op)
		}
	}
	for _, r := range l.Network.Records(records) {
		switch {
		case r.Kind == "rest" && r.Event == "CreateUserDefinedMessage":
			got["messages to pages"]++
		case r.Kind == "rest":
			got["REST calls"]++
		}
	}
	t.Log(got)
	doc, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, row := range costRow.FindAllStringSubmatch(string(doc), -1) {
		told[row[1]], _ = strconv.Atoi(row[2])
	}
	for what, n := range got {
		want := told[what]
		if (n*5 > want*6 || n*5 < want*4) && max(n-want, want-n) > 2 {
			t.Errorf("%s: %d in this call, docs/operations.md says %d", what, n, want)
		}
	}
}

// handedOver plays a whole call that alice hands over to bob by consult. Each talk and each consult lasts that long.
func (l *line) handedOver(talk, consult time.Duration) {
	l.t.Helper()
	caller := l.dial("+15550199")
	l.pass(15 * time.Second) // one turn with speech, one with music
	l.answers("alice")
	l.pass(talk)
	_, err := l.agent("bob").Beat(l.ctx) // the one heartbeat without which bob counts as away
	l.must(err)
	l.presses("alice", "consult", "bob")
	l.pass(5 * time.Second)
	l.answers("bob")
	l.pass(consult)
	l.presses("alice", "complete", "")
	l.pass(talk)
	l.together(caller, l.legTo("bob"))
	l.presses("bob", "end", "")
	l.pass(5 * time.Second)
	l.wantOver(caller)
}
