package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// front is this machine's way to AWS and to Twilio: a proxy that takes every host of theirs to the emulator or to the
// phone network, with TLS and a certificate of its own, and no other host anywhere. Nothing of a rehearsal leaves the
// machine, and nothing in it needs to know that it is one.
type front struct {
	Proxy   string // for HTTPS_PROXY
	Direct  string // the same emulator with TLS, for those who are told an address
	CAFile  string
	pin     string // of its key, for a browser
	roots   *x509.CertPool
	closers []io.Closer

	mu      sync.Mutex
	refused map[string]bool // hosts that somebody asked for
}

// theirs are the hosts that the emulator answers for, and Twilio's.
var (
	theirs   = []string{".amazonaws.com", ".cloudfront.net", ".amazoncognito.com"}
	twilio   = ".twilio.com"
	loopback = "127.0.0.1"
)

func startFront(dir, emulator string, phone http.Handler) (*front, error) {
	f := &front{CAFile: filepath.Join(dir, "ca.pem"), refused: map[string]bool{}}
	cert, err := f.certificate()
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(emulator)
	if err != nil {
		return nil, err
	}
	inside, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	f.Direct = "https://" + inside.Addr().String()
	f.serve(tls.NewListener(inside, &tls.Config{Certificates: []tls.Certificate{cert}}), route(to, phone))
	outside, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		f.Close()
		return nil, err
	}
	f.Proxy = "http://" + outside.Addr().String()
	f.serve(outside, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.connect(w, r,
			inside.Addr().String())
	}))
	return f, nil
}

func (f *front) serve(l net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quietLog()}
	f.closers = append(f.closers, s)
	go func() { _ = s.Serve(l) }() // it ends when it is closed
}

// Close stops it.
func (f *front) Close() {
	for _, c := range f.closers {
		_ = c.Close()
	}
}

// route takes Twilio's hosts to the phone network and all others to the emulator, which goes by the name of the host.
func route(emulator *url.URL, phone http.Handler) http.Handler {
	aws := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(emulator)
			r.Out.Host = r.In.Host
			r.Out.Header.Set("X-Forwarded-Proto", "https")
		},
		ErrorLog:  quietLog(),
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(hostOnly(r.Host), twilio) {
			phone.ServeHTTP(w, r)
			return
		}
		aws.ServeHTTP(w, r)
	})
}

func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

// connect answers CONNECT for the known hosts.
func (f *front) connect(w http.ResponseWriter, r *http.Request, inside string) {
	host := hostOnly(r.Host)
	known := strings.HasSuffix(host, twilio)
	for _, end := range theirs {
		known = known || strings.HasSuffix(host, end)
	}
	if r.Method != http.MethodConnect || !known {
		f.mu.Lock()
		f.refused[host] = true
		f.mu.Unlock()
		http.Error(w, "a rehearsal reaches nothing outside of this machine", http.StatusForbidden)
		return
	}
	far, err := net.DialTimeout("tcp", inside, 5*time.Second)
	if err != nil {
		http.Error(w, "the emulator has gone", http.StatusBadGateway)
		return
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go pipe(far, near, buffered.Reader)
	pipe(near, far, nil)
}

// pipe copies until one end has closed, and closes the other.
func pipe(to, from net.Conn, first *bufio.Reader) {
	var source io.Reader = from
	if first != nil {
		source = first
	}
	_, _ = io.Copy(to, source) // either end may go at any time
	_ = to.Close()
}

// client is one whose requests go through the front.
func (f *front) client() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: f.transport(), CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

func (f *front) transport() *http.Transport {
	proxy, _ := url.Parse(f.Proxy) // it was put together here
	return &http.Transport{
		MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, TLSClientConfig: &tls.Config{RootCAs: f.roots},
		Proxy: func(r *http.Request) (*url.URL, error) {
			if hostOnly(r.URL.Host) == loopback {
				return nil, nil
			}
			return proxy, nil
		},
	}
}

// certificate makes one for all hosts that are taken in, and writes it where programs are told to look for roots.
func (f *front) certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	names := []string{"localhost", "*.twilio.com", "voice-js.roaming.twilio.com", "*.cloudfront.net"}
	names = append(names, "*."+region+".amazonaws.com", "*.s3."+region+".amazonaws.com",
		"*.execute-api."+region+".amazonaws.com", "*.auth."+region+".amazoncognito.com")
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "rehearsal"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: names,
		IPAddresses: []net.IP{net.ParseIP(loopback)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	f.pin = pinOf(public)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	f.roots = x509.NewCertPool()
	if !f.roots.AppendCertsFromPEM(text) {
		return tls.Certificate{}, errors.New("the certificate that was just made cannot be read")
	}
	if err := os.WriteFile(f.CAFile, text, 0o600); err != nil {
		return tls.Certificate{}, fmt.Errorf("write the certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
