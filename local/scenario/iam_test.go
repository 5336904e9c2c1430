package scenario

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/iam"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// asked is what the functions of all tests have asked of AWS.
var asked struct {
	mu   sync.Mutex
	uses map[iam.Use]bool
}

// anyTable stands for the tables; each test has its own.
const anyTable = "calls"

// wantNothingRefused asserts that the functions of this test have asked for nothing that their roles do not allow.
func (l *line) wantNothingRefused() {
	l.t.Helper()
	for _, u := range l.Guard.Refused() {
		if !slices.Contains(l.lacks, u.Function+": "+u.Action) {
			l.t.Errorf("the template does not allow %s", u)
		}
	}
	asked.mu.Lock()
	defer asked.mu.Unlock()
	if asked.uses == nil {
		asked.uses = map[iam.Use]bool{}
	}
	for _, u := range l.Guard.Used() {
		u.Resource = strings.Replace(u.Resource, l.TableName, anyTable, 1)
		asked.uses[u] = true
	}
}

// wantNothingIdle is the other direction: each function has used in some scenario what its role allows. Only all
// scenarios together use everything, so a run of some asserts nothing.
func wantNothingIdle(functions []sam.Function) error {
	for _, part := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(part).Value.String() != "" {
			return nil
		}
	}
	functions = slices.DeleteFunc(slices.Clone(functions), func(f sam.Function) bool {
		return !f.Started() // CloudFormation starts it, and its own tests do
	})
	idle := iam.Idle(functions, slices.Collect(maps.Keys(asked.uses)))
	reads := []string{
		"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
	}
	idle = slices.DeleteFunc(idle, func(u iam.Use) bool { // by these Lambda reads a stream for a function
		return slices.Contains(reads, u.Action)
	})
	if len(idle) > 0 {
		return fmt.Errorf("the template allows what no scenario needs: %v", idle)
	}
	return nil
}

// without removes actions from a function's role.
func without(function string, actions ...string) func(*stack.Options) {
	return func(o *stack.Options) {
		before := o.Change
		o.Change = func(t *sam.Template) {
			if before != nil {
				before(t)
			}
			for _, f := range t.Functions {
				for i := range f.Statements {
					if s := &f.Statements[i]; f.Folder() == function {
						s.Actions = slices.DeleteFunc(s.Actions, func(a string) bool {
							return slices.Contains(actions, a)
						})
					}
				}
			}
		}
	}
}

// A role without one of its statements loses no call: what the functions cannot do is like a service that is down, and
// the caller hears music or speech.
func TestCallerIsKeptByFunctionsThatMayNotDoTheirWork(t *testing.T) {
	t.Parallel()
	chosen := sample(5)
	for _, function := range []string{"incoming", "wait", "connect-agent"} {
		for _, action := range []string{"secretsmanager:GetSecretValue", "dynamodb:GetItem", "dynamodb:PutItem",
			"dynamodb:Query"} {
			if !chosen() {
				continue
			}
			t.Run(function+" without "+action, func(t *testing.T) {
				t.Parallel()
				actions := []string{action}
				if action == "dynamodb:GetItem" { // one by one or in a batch
					actions = append(actions, "dynamodb:BatchGetItem")
				}
				l := open(t, without(function, actions...))
				for _, action := range actions {
					l.lacks = append(l.lacks, function+": "+action)
				}
				l.gap = 5 * time.Second
				// so that each has work
				l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
				l.online("alice")
				caller := l.dial("+15550199")
				for n := range 8 {
					l.pass(9 * time.Second)
					l.wantLive(caller)
					if n > 3 { // Alice does not answer the first time
						l.takes("alice")
					}
					l.waitsOrTalks(caller)
				}
				l.wantNoGap(caller)
				// Neither an arrival nor an answer needs a list. Incoming and connect-agent ask for one when a caller
				// must be offered to somebody else.
				needless := function != "wait" && action == "dynamodb:Query"
				if len(l.Guard.Refused()) == 0 && !needless {
					t.Error("nothing was refused")
				}
			})
		}
	}
}

// F421: functions that may not ask for a batch, or not yet, ask for each part, and nothing is refused to anybody.
func TestF421FunctionsThatMayNotAskForABatch(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) {
		for _, function := range []string{"connect-agent", "events", "transfer"} {
			without(function, "dynamodb:BatchGetItem")(o)
		}
	})
	for _, function := range []string{"connect-agent", "events", "transfer"} {
		l.lacks = append(l.lacks, function+": dynamodb:BatchGetItem")
	}
	l.online("alice", "bob")
	caller := l.talks("alice")
	l.presses("alice", "consult", "bob")
	l.pass(5 * time.Second)
	l.answers("bob")
	l.pass(5 * time.Second)
	l.presses("alice", "complete", "")
	l.pass(5 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.hangs(caller)
	l.settle()
	if len(l.Guard.Refused()) == 0 {
		t.Error("nothing was refused")
	}
}
