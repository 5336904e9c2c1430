// Package storetest gives tests a table in a real server, quickly: one server for all tests of a test binary, and a
// table of its own for each.
package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/store"
)

// server is never closed: it ends with the process that started it.
var server = sync.OnceValues(func() (*store.Store, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	return store.Start(context.Background(), store.Options{Dir: filepath.Join(root, "local")})
})

var tables atomic.Int64

// Table makes an empty table as the template has it, and returns its name and its server.
func Table(t testing.TB) (*store.Store, string) {
	t.Helper()
	name := fmt.Sprintf("%s-%d", strings.Map(plain, t.Name()), tables.Add(1))
	name = name[max(0, len(name)-100):] // DynamoDB allows 255
	s, err := NewTable(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return s, name
}

// NewTable is Table for what is no test.
func NewTable(ctx context.Context, name string) (*store.Store, error) {
	s, err := server()
	if err != nil {
		return nil, err
	}
	table, err := template()
	if err != nil {
		return nil, err
	}
	return s, s.CreateTable(ctx, table, name)
}

// plain keeps what a table's name may contain.
func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}

// Template is the one table of template.yaml.
func Template(t testing.TB) sam.Table {
	t.Helper()
	table, err := template()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func template() (sam.Table, error) {
	root, err := Root()
	if err != nil {
		return sam.Table{}, err
	}
	// The table depends on no parameter; the rest of the template needs these.
	tmpl, err := sam.Load(filepath.Join(root, "template.yaml"), sam.Values{Parameters: map[string]string{
		"TwilioNumber": "+15005550006", "TwilioAccountSid": "AC", "TwilioAuthToken": "x", "TwilioApiKey": "SK",
		"TwilioApiSecret": "x",
	}})
	if err != nil {
		return sam.Table{}, err
	}
	if len(tmpl.Tables) != 1 {
		return sam.Table{}, fmt.Errorf("%d tables in the template, want one", len(tmpl.Tables))
	}
	return tmpl.Tables[0], nil
}

// Root is the project's root, found from a test's folder upwards.
func Root() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no template.yaml in this folder or above it")
		}
	}
	return "", err
}
