package bench

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// authority is a self-signed certificate for this machine's loopback.
type authority struct {
	tls *tls.Config
	env []string // with which a process trusts it
}

// bundle is where Debian and others keep the trusted authorities. A function reads all of them before its first
// connection, some 140 in one file.
const bundle = "/etc/ssl/certs/ca-certificates.crt"

func newAuthority(b *testing.B) authority {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		b.Fatal(err)
	}
	others, err := os.ReadFile(bundle)
	if err != nil {
		b.Log("the only authority is our own:", err)
	}
	file := filepath.Join(b.TempDir(), "ca.pem")
	if err := os.WriteFile(file, append(others, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})...),
		0o600); err != nil {
		b.Fatal(err)
	}
	return authority{
		tls: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}},
			MinVersion: tls.VersionTLS12},
		env: []string{"SSL_CERT_FILE=" + file, "SSL_CERT_DIR=" + b.TempDir()}, // no other file
	}
}

// tunnel is an HTTPS address in front of an HTTP one. While it is shut, connections are refused, so that a function
// which starts meanwhile has none open.
type tunnel struct {
	url, to string
	tls     *tls.Config

	mu   sync.Mutex
	open net.Listener
	live map[net.Conn]struct{}
	done sync.WaitGroup
}

func newTunnel(b *testing.B, a authority, to string) *tunnel {
	b.Helper()
	u, err := url.Parse(to)
	if err != nil {
		b.Fatal(err)
	}
	t := &tunnel{to: u.Host, tls: a.tls, live: map[net.Conn]struct{}{}, url: "https://127.0.0.1:0"}
	t.unshut(b)
	t.url = "https://" + t.open.Addr().String()
	b.Cleanup(t.shut)
	return t
}

// unshut accepts connections, at the same address as before.
func (t *tunnel) unshut(b *testing.B) {
	b.Helper()
	l, err := net.Listen("tcp", t.url[len("https://"):])
	if err != nil {
		b.Fatal(err)
	}
	t.open = l
	t.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.done.Go(func() { t.carry(c) })
		}
	})
}

// shut refuses connections and closes the open ones.
func (t *tunnel) shut() {
	_ = t.open.Close()
	t.mu.Lock()
	for c := range t.live {
		_ = c.Close()
	}
	t.mu.Unlock()
	t.done.Wait()
}

func (t *tunnel) carry(c net.Conn) {
	in := tls.Server(c, t.tls)
	out, err := net.Dial("tcp", t.to)
	if err != nil {
		_ = c.Close()
		return
	}
	t.mu.Lock()
	t.live[c], t.live[out] = struct{}{}, struct{}{}
	t.mu.Unlock()
	back := make(chan struct{})
	go func() {
		_, _ = io.Copy(in, out)
		_ = in.Close()
		close(back)
	}()
	_, _ = io.Copy(out, in)
	_ = out.Close()
	<-back
	t.mu.Lock()
	delete(t.live, c)
	delete(t.live, out)
	t.mu.Unlock()
}
