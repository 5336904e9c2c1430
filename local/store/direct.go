package store

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Direct answers the requests of AWS clients as the server itself does, by a shorter way to it: over connections
// without HTTP, on which the server checks a request with the same code and spends a quarter of the time. What the
// short way does not know is given to next, as everything about tables is, and a request that is not signed.
//
// It is safe for concurrent use. The returned function closes its connections.
func (s *Store) Direct(next http.Handler) (h http.Handler, end func()) {
	d := &direct{address: strings.TrimPrefix(s.url, "http://"), next: next}
	return d, d.close
}

// direct has as many connections as it has answered requests at once.
type direct struct {
	address string
	next    http.Handler

	mu     sync.Mutex
	idle   []*link
	closed bool
}

// link is a connection, with at most one request on its way.
type link struct {
	conn net.Conn
	in   *bufio.Reader
}

const (
	jsonType = "application/x-amz-json-1.0"
	maxFrame = 17 << 20 // more than dynalite accepts over HTTP, and more than DynamoDB answers
)

func (d *direct) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !plain(r) {
		d.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // a client that disconnects gets no answer
	}
	status, answer, err := d.ask(r.Header.Get("X-Amz-Target"), body)
	if err != nil {
		panic(http.ErrAbortHandler) // as if the server had closed this connection
	}
	if status == 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
		d.next.ServeHTTP(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", jsonType)
	header.Set("Content-Length", strconv.Itoa(len(answer)))
	header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(answer)), 10))
	header.Set("X-Amzn-Requestid", rand.Text())
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a client that is gone needs none
}

// plain tells whether a request has what every signed request of an SDK has. Others are for the server to refuse.
func plain(r *http.Request) bool {
	signed := r.Header.Get("Authorization")
	for _, part := range []string{"Credential=", "SignedHeaders=", "Signature="} {
		if !strings.Contains(signed, part) {
			return false
		}
	}
	return strings.HasPrefix(signed, "AWS4-") && r.Header.Get("X-Amz-Date") != "" && r.Method == http.MethodPost &&
		r.Header.Get("Content-Type") == jsonType && r.Header.Get("Origin") == "" && r.URL.RawQuery == "" &&
		r.ContentLength > 0 && r.ContentLength < maxFrame
}

// ask returns the server's status and answer; status 0 means that it does not know the short way for this.
func (d *direct) ask(target string, body []byte) (status int, answer []byte, err error) {
	l, err := d.take()
	if err != nil {
		return 0, nil, err
	}
	status, answer, err = l.exchange(target, body)
	if err != nil {
		_ = l.conn.Close()
		return 0, nil, err
	}
	d.giveBack(l)
	return status, answer, nil
}

func (l *link) exchange(target string, body []byte) (status int, answer []byte, err error) {
	size := len(target) + 1 + len(body)
	out := make([]byte, 0, 4+size)
	out = binary.BigEndian.AppendUint32(out, uint32(size))
	out = append(append(append(out, target...), '\n'), body...)
	if _, err := l.conn.Write(out); err != nil {
		return 0, nil, err
	}
	var head [6]byte
	if _, err := io.ReadFull(l.in, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 2 || n > maxFrame {
		return 0, nil, errors.New("the local store: a frame without sense")
	}
	answer = make([]byte, n-2)
	_, err = io.ReadFull(l.in, answer)
	return int(binary.BigEndian.Uint16(head[4:])), answer, err
}

var errClosed = errors.New("the way to the local store is closed")

// take is the connection that was used last, or a new one.
func (d *direct) take() (*link, error) {
	d.mu.Lock()
	closed, n := d.closed, len(d.idle)
	if n > 0 && !closed {
		l := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		return l, nil
	}
	d.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	conn, err := net.Dial("tcp", d.address)
	if err != nil {
		return nil, err
	}
	l := &link{conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}
	if err := l.upgrade(d.address); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

// upgrade changes the connection from HTTP to frames (RFC 9110, section 7.8).
func (l *link) upgrade(host string) error {
	_, err := io.WriteString(l.conn,
		"GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: Upgrade\r\nUpgrade: frames\r\n\r\n")
	if err != nil {
		return err
	}
	resp, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return errors.New("the local store knows no frames: " + resp.Status)
	}
	return nil
}

func (d *direct) giveBack(l *link) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = l.conn.Close()
		return
	}
	d.idle = append(d.idle, l)
}

func (d *direct) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, l := range d.idle {
		_ = l.conn.Close()
	}
	d.idle = nil
}
