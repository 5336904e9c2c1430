package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

// inTransfer is a call of usual size: two legs, a transfer, some history.
func inTransfer(n int) *call.Call {
	c := caller(n)
	c.State, c.Owner = call.Consulting, "leg-1"
	c.Legs = []call.Leg{
		{Key: "leg-1", SID: "CA1", Agent: "alice", Name: "Alice", Phase: call.LegAnswered, Since: t0},
		{Key: "leg-2", SID: "CA2", Agent: "bob", Name: "Bob", Phase: call.LegAnswered, Since: t0},
	}
	c.Transfer = &call.Transfer{Kind: call.KindConsult, By: "alice", To: "bob", Leg: "leg-2", Began: t0}
	for range 8 {
		c.History = append(c.History, call.Entry{At: t0, What: call.Consult, Agent: "bob", By: "alice"})
	}
	return c
}

func BenchmarkLoad(b *testing.B) {
	s, c := open(b), inTransfer(1)
	must(b, s.SaveCall(b.Context(), c))
	for b.Loop() {
		_, err := s.Call(b.Context(), c.ID)
		must(b, err)
	}
}

func BenchmarkSave(b *testing.B) {
	s, c := open(b), inTransfer(1)
	for b.Loop() {
		must(b, s.SaveCall(b.Context(), c))
	}
}

// The processor time of this process for a call and agents, by one request and by one for each, on the one thread that
// a function has.
func BenchmarkAtOnce(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s, c := open(b), inTransfer(1)
	s.Compact(true)
	must(b, s.SaveCall(b.Context(), c))
	keys := []string{callKey(c.ID), agentKey("alice"), agentKey("bob")}
	for _, id := range []agent.ID{"alice", "bob"} {
		must(b, s.SaveAgent(b.Context(), agent.New(id, "An Agent", t0)))
	}
	used := func() time.Duration {
		var u syscall.Rusage
		must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for n := 2; n <= len(keys); n++ {
		for name, load := range map[string]func(context.Context, []string) map[string]got{
			"batch": s.getAll, "each": s.getEach,
		} {
			b.Run(fmt.Sprint(name, "/items=", n), func(b *testing.B) {
				began := used()
				for b.Loop() {
					for _, g := range load(b.Context(), keys[:n]) {
						must(b, g.err)
					}
				}
				b.ReportMetric(float64((used()-began).Microseconds())/float64(b.N), "µs-cpu")
			})
		}
	}
}

func BenchmarkLineOfAHundred(b *testing.B) {
	s := open(b)
	for i := range 100 {
		must(b, s.SaveCall(b.Context(), caller(i)))
	}
	for b.Loop() {
		_, err := s.Queue(b.Context())
		must(b, err)
	}
}

// canned gives every request the same answer, so that only our side is measured.
type canned []byte

func (c canned) Do(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewReader(c)), ContentLength: int64(len(c)),
	}, nil
}

func answering(b *testing.B, answer any) *Store {
	b.Helper()
	raw, err := json.Marshal(answer)
	must(b, err)
	return New(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: canned(raw), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(at(b, "http://127.0.0.1:1",
			"t").client.Options().Credentials.Retrieve),
	}), "t")
}

func document(b *testing.B, v any) object {
	b.Helper()
	raw, err := json.Marshal(v)
	must(b, err)
	return object{"pk": object{"S": "x"}, "doc": object{"S": string(raw)}, "version": object{"N": "0"}}
}

// The CPU time of a load and a save without any network.
func BenchmarkOursLoad(b *testing.B) {
	s := answering(b, object{"Item": document(b, inTransfer(1))})
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Call(b.Context(), "CA1")
		must(b, err)
	}
}

func BenchmarkOursSave(b *testing.B) {
	s, c := answering(b, object{}), inTransfer(1)
	b.ReportAllocs()
	for b.Loop() {
		must(b, s.SaveCall(b.Context(), c))
	}
}

func BenchmarkOursAgents(b *testing.B) {
	for _, n := range []int{10, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var items []object
			for i := range n {
				a := agent.New(agent.ID(fmt.Sprint("agent", i)), "An Agent", time.Now())
				items = append(items, document(b, a))
			}
			s := answering(b, object{"Items": items, "Count": n})
			b.ReportAllocs()
			for b.Loop() {
				list, _, err := s.Agents(b.Context(), "")
				must(b, err)
				if len(list) != n {
					b.Fatalf("%d agents", len(list))
				}
			}
		})
	}
}
