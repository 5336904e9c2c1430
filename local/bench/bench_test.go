package bench

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/gateway"
	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
)

// bareHandler is the minimum: aws-lambda-go and nothing else.
const bareHandler = `package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() (map[string]any, error) { return map[string]any{"statusCode": 204}, nil }) }
`

// start starts a stack and builds the bare handler beside its binaries.
func start(b *testing.B, change ...func(*stack.Options)) (s *stack.Stack, binaries string) {
	b.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		b.Fatal(err)
	}
	return startOf(b, root, change...)
}

// startOf is start for the functions of another checkout of this repository.
func startOf(b *testing.B, root string, change ...func(*stack.Options)) (s *stack.Stack, binaries string) {
	b.Helper()
	binaries = b.TempDir()
	t, err := sam.Load(filepath.Join(root, "template.yaml"), sam.Values{Parameters: map[string]string{
		"TwilioNumber": "+15550100", "TwilioAccountSid": "", "TwilioAuthToken": "", "TwilioApiKey": "",
		"TwilioApiSecret": "",
	}})
	if err != nil {
		b.Fatal(err)
	}
	if err := gateway.Build(context.Background(), root, t, binaries, os.Stderr); err != nil {
		b.Fatal(err)
	}
	source := filepath.Join(binaries, "bare.go")
	if err := os.WriteFile(source, []byte(bareHandler), 0o600); err != nil {
		b.Fatal(err)
	}
	build := exec.Command("go", "build", "-trimpath", "-tags=lambda.norpc", "-ldflags=-s -w", "-o",
		filepath.Join(binaries, "bare"), source)
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	o := stack.Options{Root: root, Headless: true, Binaries: binaries}
	for _, c := range change {
		c(&o)
	}
	s, err = stack.Start(context.Background(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	return s, binaries
}

// examples are each function's first request: none changes anything.
var examples = map[string]string{
	"bare": "token", "agents": "agents-me", "connect-agent": "connect-agent", "events": "events-call",
	"incoming": "incoming", "calls": "calls-rules",
	"token": "token", "transfer": "transfer", "wait": "wait",
}

// BenchmarkColdStart starts each function's process, and sends it its first request. Signatures are made up, so voice
// webhooks are refused after everything was read. Alone is a start that reaches neither the store nor the secret nor
// Twilio: each connection is refused at once. A bare handler starts in turn with them, for the ratios.
func BenchmarkColdStart(b *testing.B) {
	s, binaries := start(b)
	functions := []sam.Function{{CodeURI: "functions/bare", Timeout: 10 * time.Second}}
	for _, f := range s.Template.Functions {
		if examples[f.Folder()] != "" {
			functions = append(functions, f)
		}
	}
	for _, f := range functions {
		name := f.Folder()
		event, err := os.ReadFile(filepath.Join("..", "..", "events", examples[name]+".json"))
		if err != nil {
			b.Fatal(err)
		}
		env := s.Gateway.Environment(f)
		b.Run(name, func(b *testing.B) {
			var bare, bareAlone, alone, next, first []float64
			var resident float64
			for b.Loop() {
				bare = append(bare, coldStart(b, functions[0], binaries, nil, event).next)
				bareAlone = append(bareAlone, aloneMs(b, filepath.Join(binaries, "bare")))
				alone = append(alone, aloneMs(b, filepath.Join(binaries, name)))
				c := coldStart(b, f, binaries, env, event)
				next, first, resident = append(next, c.next), append(first, c.first), max(resident, c.resident)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(next), "ms-to-next")
			b.ReportMetric(median(alone), "ms-alone")
			b.ReportMetric(median(alone)/median(bareAlone), "x-bare-alone")
			b.ReportMetric(median(next)/median(bare), "x-bare")
			b.ReportMetric(median(first), "ms-to-response")
			b.ReportMetric(resident, "MiB-resident")
			b.ReportMetric(zipMiB(b, filepath.Join(binaries, name)), "MiB-zip")
		})
	}
}

// cold is one cold start: the ms until the process asks for work, and until it has answered its first request.
type cold struct{ next, first, resident float64 }

// coldStart starts a function.
func coldStart(b *testing.B, f sam.Function, binaries string, env []string, event []byte) (c cold) {
	b.Helper()
	name := f.Folder()
	fn := runner.New(runner.Config{
		Name: name, Bootstrap: filepath.Join(binaries, name), Env: env, Timeout: f.Timeout,
		Reserved: -1, ARN: "arn:aws:lambda:us-east-1:000000000000:function:" + name, Output: io.Discard,
	})
	defer fn.Close()
	began := time.Now()
	if err := fn.Warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	c.next = ms(began)
	in := runner.Invocation{RequestID: "bench", TraceID: "bench", Payload: event}
	if _, err := fn.Invoke(in, f.Timeout); err != nil {
		b.Fatal(err)
	}
	c.first, c.resident = ms(began), residentMiB(b, fn.PIDs())
	return c
}

// aloneMs is how long a function's process takes without any connection: in an empty environment it reads its settings,
// and ends since they are missing.
func aloneMs(b *testing.B, bootstrap string) float64 {
	b.Helper()
	cmd := exec.Command(bootstrap)
	cmd.Env = []string{}
	began := time.Now()
	err := cmd.Run()
	took := ms(began)
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != 1 {
		b.Fatalf("%s in an empty environment: %v", bootstrap, err)
	}
	return took
}

// isService reports whether a variable of the environment is a service's address.
func isService(name string) bool {
	return strings.HasPrefix(name, "AWS_ENDPOINT_URL_") || name == "TWILIO_API_URL"
}

// BenchmarkIncoming is a caller's first webhook with an agent to be rung, when Twilio takes 50 ms to answer a REST
// request.
func BenchmarkIncoming(b *testing.B) {
	s, _ := start(b)
	if _, err := s.Network.AddFault(faults.Rule{Kind: "rest", Do: "delay", DelayMs: 50}); err != nil {
		b.Fatal(err)
	}
	agents := []string{"alice", "bob", "carol", "dave"}
	for _, id := range agents {
		if err := s.Network.SetScripted(id, true); err != nil {
			b.Fatal(err)
		}
	}
	var took []float64
	for n := 0; b.Loop(); n++ {
		if _, err := s.Agent(agents[n%len(agents)]).Set(context.Background(), "available"); err != nil {
			b.Fatal(err)
		}
		caller, err := s.Network.PlaceCall(nil, "+15550199", s.Number)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Network.Idle(context.Background()); err != nil {
			b.Fatal(err)
		}
		if err := s.Network.Hangup(caller); err != nil {
			b.Fatal(err)
		}
		if err := s.Network.Idle(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	for _, r := range s.Network.Records(0) {
		if r.Event == "voice" && bytes.HasSuffix([]byte(r.URL), []byte("/incoming")) {
			took = append(took, r.Millis)
		}
	}
	b.ReportMetric(median(took), "ms-incoming")
}

func ms(since time.Time) float64 { return float64(time.Since(since).Microseconds()) / 1000 }

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

var rss = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func residentMiB(b *testing.B, pids []int) float64 {
	b.Helper()
	if len(pids) != 1 {
		b.Fatalf("%d processes", len(pids))
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pids[0]))
	if err != nil {
		b.Fatal(err)
	}
	found := rss.FindSubmatch(status)
	if found == nil {
		b.Fatal("the process has no VmRSS")
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}

// zipMiB packs a binary as "sam package" does.
func zipMiB(b *testing.B, path string) float64 {
	b.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("bootstrap")
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return float64(packed.Len()) / (1 << 20)
}
