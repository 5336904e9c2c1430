package store

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"gopkg.in/yaml.v3"

	"warmtransfer/local/gateway/sam"
)

const installedIn = ".." // local/node_modules

func start(t *testing.T, o Options) *Store {
	t.Helper()
	o.Dir = installedIn
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// table is the template's table, written out here: storetest's tests read the template itself.
func table(t *testing.T) sam.Table {
	t.Helper()
	var table sam.Table
	err := yaml.Unmarshal([]byte(`
AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, { AttributeName: dir, AttributeType: S }, { AttributeName: rank, AttributeType: S }]
KeySchema: [{ AttributeName: pk, KeyType: HASH }]
GlobalSecondaryIndexes:
  - IndexName: all
    KeySchema: [{ AttributeName: dir, KeyType: HASH }, { AttributeName: rank, KeyType: RANGE }]
    Projection: { ProjectionType: ALL }
  - IndexName: some
    KeySchema: [{ AttributeName: rank, KeyType: HASH }]
    Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [state, queued] }
`), &table)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func key(v string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: v}}
}

func TestATableIsMadeAsDescribed(t *testing.T) {
	s, want, name := start(t, Options{}), table(t), "calls"
	if err := s.CreateTable(t.Context(), want, name); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateTable(t.Context(), want, name); err != nil {
		t.Errorf("a table that is there already: %v", err)
	}
	out, err := s.Client().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Table; len(got.KeySchema) != 1 || *got.KeySchema[0].AttributeName != "pk" ||
		got.TableStatus != types.TableStatusActive {
		t.Errorf("keys %v, %s", got.KeySchema, got.TableStatus)
	}
	found := map[string]types.GlobalSecondaryIndexDescription{}
	for _, i := range out.Table.GlobalSecondaryIndexes {
		found[*i.IndexName] = i
	}
	for _, i := range want.Indexes {
		got, ok := found[i.Name]
		switch {
		case !ok || len(got.KeySchema) != len(i.Keys):
			t.Errorf("index %s: %v, want keys %v", i.Name, got.KeySchema, i.Keys)
		case string(got.Projection.ProjectionType) != i.Projection.Kind ||
			len(got.Projection.NonKeyAttributes) != len(i.Projection.Include):
			t.Errorf("index %s projects %v, want %v", i.Name, got.Projection, i.Projection)
		}
	}
}

func TestDataIsKeptWhenAFolderIsGiven(t *testing.T) {
	name, dir := "kept", filepath.Join(t.TempDir(), "new", "data")
	first := start(t, Options{Data: dir})
	if err := first.CreateTable(t.Context(), table(t), name); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Client().PutItem(t.Context(),
		&dynamodb.PutItemInput{TableName: &name, Item: key("a")}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, Options{Data: dir})
	if err := second.CreateTable(t.Context(), table(t), name); err != nil {
		t.Fatal(err)
	}
	out, err := second.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &name, Key: key("a")})
	if err != nil || out.Item == nil {
		t.Errorf("after a restart: %v, %v", out, err)
	}
}

func TestCloseEndsTheProcess(t *testing.T) {
	s := start(t, Options{})
	idle := &http.Client{} // an open idle connection must not delay the close
	res, err := idle.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	<-s.Done()
	if conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://")); err == nil {
		_ = conn.Close()
		t.Error("it still listens")
	}
}

func TestAStoreThatWasKilledSaysSo(t *testing.T) {
	s := start(t, Options{})
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Close(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("close: %v", err)
	}
}

func TestABusyPortIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := Start(t.Context(), Options{Dir: installedIn, Port: l.Addr().(*net.TCPAddr).Port})
	if s != nil || err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestWhatIsNotInstalledIsNamedWithTheCommandThatHelps(t *testing.T) {
	if _, err := Start(t.Context(), Options{Dir: t.TempDir()}); err == nil ||
		!strings.Contains(err.Error(), "npm ci --prefix") {
		t.Errorf("without dynalite: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Start(t.Context(), Options{Dir: installedIn}); err == nil ||
		!strings.Contains(err.Error(), "Node.js") {
		t.Errorf("without Node.js: %v", err)
	}
}

func TestStartStopsWhenItIsNotWantedAnyMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{Dir: installedIn}); err == nil {
		// The server may have started before the context was checked; then it serves.
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// orphan is set in the process that TestTheProcessEndsWithItsParent kills.
const orphan = "WARMTRANSFER_STORE_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphan) == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), Options{Dir: installedIn})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString(s.URL() + "\n")
	<-time.After(24 * time.Hour) // until it is killed; a process without cgo would not stay in "select {}"
}

// A developer's program that is killed cannot close anything.
func TestTheProcessEndsWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), orphan+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "http://")
	if err != nil || !ok {
		t.Fatalf("the parent says %q, %v", line, err)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	// The server's end of this connection closes when its process ends.
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	if n, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server did not go away: %d bytes, %v", n, err)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var l tail
	for range 3 {
		_, _ = l.Write([]byte(strings.Repeat("x", tailBytes)))
	}
	_, _ = l.Write([]byte("the end\n"))
	if got := l.String(); len(got) >= tailBytes || !strings.HasSuffix(got, "the end") {
		t.Errorf("%d bytes, the last %q", len(got), got[max(0, len(got)-10):])
	}
}

// A client that disconnects while it sends must not end the server.
func TestAClientThatBreaksOffEndsNothing(t *testing.T) {
	s, err := Start(t.Context(), Options{Dir: installedIn})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 20 {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c,
			"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n\r\n{")
		_ = c.(*net.TCPConn).SetLinger(0) // a reset, as when a process is killed
		_ = c.Close()
	}
	if _, err := s.Client().ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatalf("after clients broke off: %v", err)
	}
}
