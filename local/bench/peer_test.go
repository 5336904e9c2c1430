package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
)

// peer is the tutorial's own sample, https://github.com/TwilioDevEd/warm-transfer-node, in a process of its own. Its
// code is used as it is: peer.js stands between it and what is not here, a database and Twilio.
type peer struct {
	url string
	pid int
	c   *http.Client
}

// startPeer starts the sample in a checkout whose packages are installed.
func startPeer(b *testing.B, dir string) *peer {
	b.Helper()
	twilio := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(twilioTakes)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"sid":"CA%032x","status":"queued"}`, time.Now().UnixNano())
	}))
	b.Cleanup(twilio.Close)
	between, err := filepath.Abs("peer.js")
	if err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command("node", "-r", between, filepath.Join("bin", "www"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NODE_ENV=production", fmt.Sprintf("PORT=%d", port), "PEER_TWILIO="+twilio.URL,
		fmt.Sprintf("PEER_STORE_MS=%d", storeTakes.Milliseconds()), "TWILIO_ACCOUNT_SID="+stack.MadeUp().SID,
		"TWILIO_AUTH_TOKEN="+stack.MadeUp().AuthToken, "TWILIO_NUMBER="+stack.MadeUp().Number)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := &peer{
		url: fmt.Sprintf("http://127.0.0.1:%d", port), pid: cmd.Process.Pid,
		c: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	for end := time.Now().Add(20 * time.Second); p.ask("wait", 0) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatal("the peer does not answer")
		}
	}
	return p
}

func (*peer) title() string { return "peer-" }

func (p *peer) prepare(_ *testing.B, name string) load {
	return load{
		pids: func() []int { return []int{p.pid} },
		ask: func(worker int) (func() error, func()) {
			return func() error { return p.ask(name, worker) }, func() {}
		},
	}
}

// peerPaths are the sample's addresses of what our functions do.
var peerPaths = map[string]string{
	"token": "/token/agent1/", "wait": "/conference/wait/",
	"transfer": "/conference/agent1/call/", "incoming": "/conference/connect/client/",
}

// ask sends a request like those of our functions.
func (p *peer) ask(name string, worker int) error {
	form := url.Values{
		"CallSid": {fmt.Sprintf("CA%032x", worker)}, "AccountSid": {stack.MadeUp().SID}, "From": {"+15550199"},
		"To": {stack.MadeUp().Number}, "CallStatus": {"ringing"}, "Direction": {"inbound"},
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.url+peerPaths[name],
		strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.c.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the peer's %s: %s", name, resp.Status)
	}
	return nil
}
