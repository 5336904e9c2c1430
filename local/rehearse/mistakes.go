package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// mistake is one that was made or could be, and what the rehearsal has to say of it.
type mistake struct {
	name  string
	swaps [][2]string // texts of the built template, and what takes their place: the first of each alone
	named string      // the rehearsal's error holds it
}

var known = []mistake{
	{"digit", [][2]string{{"b689b0a8-53d0-40ab-baf2-68738e2966ac", "b689b0a8-53d0-40ab-baf2-38738e2966ac"}}, "origin request policy does not exist"},
}

func mistakes() (names []string) {
	for _, m := range known {
		names = append(names, m.name)
	}
	return names
}

func (m mistake) make(template string) (string, error) {
	for _, s := range m.swaps {
		if !strings.Contains(template, s[0]) {
			return "", fmt.Errorf("the mistake %s cannot be made: the built template has no %q", m.name, s[0])
		}
		template = strings.Replace(template, s[0], s[1], 1)
	}
	return template, nil
}

// find makes a mistake and expects it to be found, and named.
func find(ctx context.Context, limit time.Duration, keep, browser bool, name string) error {
	for _, m := range known {
		if m.name != name {
			continue
		}
		fmt.Println("-- on purpose:", name)
		err := rehearse(ctx, limit, keep, browser, &m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			return fmt.Errorf("the mistake %s was not found", name)
		}
		if !strings.Contains(err.Error(), m.named) {
			return fmt.Errorf("the mistake %s is not named (want %q) in: %w", name, m.named, err)
		}
		fmt.Printf("   found: %s\n", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	return nil
}

// changed writes a copy of the deployed template in which every old is new.
func (r *rehearsal) changed(old, new string) (string, error) {
	text, err := os.ReadFile(r.built)
	if err != nil {
		return "", err
	}
	if !strings.Contains(string(text), old) {
		return "", fmt.Errorf("the built template has no %q", old)
	}
	path := filepath.Join(filepath.Dir(r.built), "template-changed.yaml")
	r.closers = append(r.closers, func() { _ = os.Remove(path) })
	return path, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, new)), 0o600)
}
