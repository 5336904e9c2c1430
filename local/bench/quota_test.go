package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/local/gateway/runner"
	"warmtransfer/local/gateway/sam"
)

const (
	// fullCPU is the memory at which Lambda gives a function one whole processor, in MB.
	fullCPU = 1769
	// period is how often a function's share of the processor is renewed.
	period = 20 * time.Millisecond
)

// BenchmarkColdStartUnderQuota starts each function's process with a whole processor, as Lambda does, and sends it
// its first request with the share of one that its memory pays for. The store, the secret and the phone network are
// behind TLS, the most expensive part then. "opened" is the function as it is shipped: it has opened its connections
// before it asked for work. "unopened" could not: all connections were refused until then.
func BenchmarkColdStartUnderQuota(b *testing.B) {
	if err := mayLimit(); err != nil {
		b.Skip("no processor can be limited: needs root and cgroup v1 at "+cgroups+":", err)
	}
	s, binaries := start(b)
	d := newDesk(b, s)
	a := newAuthority(b)
	functions := []sam.Function{{CodeURI: "functions/bare", MemoryMB: 256, Timeout: 10 * time.Second}}
	for _, f := range s.Template.Functions {
		if examples[f.Folder()] != "" {
			functions = append(functions, f)
		}
	}
	for _, f := range functions {
		env, tunnels := behindTLS(b, a, s.Gateway.Environment(f))
		b.Run(f.Folder(), func(b *testing.B) {
			r := &round{f: f, env: env, tunnels: tunnels, bootstrap: filepath.Join(binaries, f.Folder())}
			var opened, unopened, ready []float64
			for b.Loop() {
				_, first := r.run(b, d, false)
				unopened = append(unopened, first)
				next, first := r.run(b, d, true)
				ready, opened = append(ready, next), append(opened, first)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(ready), "ms-to-next")
			b.ReportMetric(median(opened), "ms-opened")
			b.ReportMetric(median(unopened), "ms-unopened")
		})
	}
}

// behindTLS puts every HTTP address that the environment names behind a tunnel, except our own.
func behindTLS(b *testing.B, a authority, env []string) ([]string, []*tunnel) {
	b.Helper()
	env = slices.Concat(env, a.env)
	var tunnels []*tunnel
	for i, e := range env {
		name, address, _ := strings.Cut(e, "=")
		if !isService(name) {
			continue
		}
		t := newTunnel(b, a, address)
		env[i], tunnels = name+"="+t.url, append(tunnels, t)
	}
	return env, tunnels
}

// round is one function's cold start.
type round struct {
	f         sam.Function
	bootstrap string
	env       []string
	tunnels   []*tunnel
}

// run measures, in ms, how long the process takes to ask for work, with a whole processor, and then to answer its first
// request, with its share.
func (r *round) run(b *testing.B, d *desk, open bool) (next, first float64) {
	b.Helper()
	name := r.f.Folder()
	if !open {
		for _, t := range r.tunnels {
			t.shut()
		}
	}
	fn := runner.New(runner.Config{
		Name: name, Bootstrap: r.bootstrap, Env: r.env, Timeout: r.f.Timeout,
		Reserved: -1, ARN: "arn:aws:lambda:us-east-1:000000000000:function:" + name, Output: io.Discard,
	})
	defer fn.Close()
	began := time.Now()
	if err := fn.Warm(context.Background()); err != nil {
		b.Fatal(err)
	}
	next = ms(began)
	if !open {
		for _, t := range r.tunnels {
			t.unshut(b)
		}
	}
	payload, after := d.request(name)
	defer limit(b, fn.PIDs(), r.f.MemoryMB)()
	began = time.Now()
	out, err := fn.Invoke(runner.Invocation{RequestID: "bench", TraceID: "bench", Payload: payload}, r.f.Timeout)
	if err != nil {
		b.Fatal(err)
	}
	first = ms(began)
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(out, &answer); err != nil || answer.StatusCode >= http.StatusBadRequest {
		b.Fatalf("%s answers %s", name, out)
	}
	after()
	return next, first
}

// cgroups is the file system that divides processors between groups.
const cgroups = "/sys/fs/cgroup/cpu"

// mayLimit says why no process can be limited here, or nil.
func mayLimit() error {
	dir, err := os.MkdirTemp(cgroups, "bench-")
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(dir, "cpu.cfs_quota_us"))
	return errors.Join(err, os.Remove(dir))
}

// limit gives processes the share of one processor that Lambda gives for so much memory. The returned function removes
// the group when they have ended.
func limit(b *testing.B, pids []int, memoryMB int) (undo func()) {
	b.Helper()
	dir, err := os.MkdirTemp(cgroups, "bench-")
	if err != nil {
		b.Fatal(err)
	}
	quota := period * time.Duration(memoryMB) / fullCPU
	write := func(file string, n int64) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(strconv.FormatInt(n, 10)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write("cpu.cfs_period_us", period.Microseconds())
	write("cpu.cfs_quota_us", quota.Microseconds())
	for _, pid := range pids {
		write("cgroup.procs", int64(pid))
	}
	return func() {
		for _, pid := range pids { // a group with processes in it cannot be removed
			_ = os.WriteFile(filepath.Join(cgroups, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600)
		}
		if err := os.Remove(dir); err != nil {
			b.Error(err)
		}
	}
}
