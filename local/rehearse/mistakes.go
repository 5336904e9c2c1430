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
	name string
	// In the built template, after the text `after`, the first `old` becomes `new`.
	after, old, new string
	named           []string // the rehearsal's error holds them
}

var known = []mistake{
	{"digit", "", "b689b0a8-53d0-40ab-baf2-68738e2966ac", "b689b0a8-53d0-40ab-baf2-38738e2966ac",
		[]string{"PageDistribution", "origin request policy does not exist: b689b0a8-53d0-40ab-baf2-38738e2966ac"}},
	{"policy", "PathPattern: /agents*", "b689b0a8-53d0-40ab-baf2-68738e2966ac",
		"59781a5b-3903-41f3-afcb-af62929ccde1", // Managed-CORS-CustomOrigin
		[]string{"token", "does not pass Authorization on"}},
	{"statement", "\n  TransferFunction:\n", "          - dynamodb:PutItem\n", "", []string{"transfer",
		"dynamodb:PutItem"}},
	{"authorizer", "\n  AgentsFunction:\n", "            Auth:\n              Authorizer: Agent\n", "",
		[]string{"GET /agents has no authorizer"}},
	{"return", "\n  Publish:\n", "https://${PageDistribution.DomainName}/",
		"https://${PageDistribution.DomainName}/elsewhere",
		[]string{"return", "sign-in does not let agents return to"}},
	{"alias", "", "AutoPublishAlias: live", "AutoPublishAlias: other", []string{"has no alias live"}},
	{"version", "\n  WaitFunction:\n", "AutoPublishAliasAllProperties: true", "AutoPublishAliasAllProperties: false",
		[]string{"the alias points at version", "reaches no caller"}},
}

func mistakes() (names []string) {
	for _, m := range known {
		names = append(names, m.name)
	}
	return names
}

func (m mistake) make(template string) (string, error) {
	head, tail, found := strings.Cut(template, m.after)
	before, after, there := strings.Cut(tail, m.old)
	if !found || !there {
		return "", fmt.Errorf("the mistake %s cannot be made: the built template has no %q", m.name, m.old)
	}
	return head + m.after + before + m.new + after, nil
}

// find makes a mistake and expects it to be found, and named.
func find(ctx context.Context, limit time.Duration, keep bool, name string) error {
	for _, m := range known {
		if m.name != name {
			continue
		}
		fmt.Println("-- on purpose:", name)
		err := rehearse(ctx, limit, keep, false, &m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			return fmt.Errorf("the mistake %s was not found", name)
		}
		for _, want := range m.named {
			if !strings.Contains(err.Error(), want) {
				return fmt.Errorf("the mistake %s is not named (want %q) in: %w", name, want, err)
			}
		}
		for line := range strings.Lines(err.Error()) {
			if strings.Contains(line, m.named[len(m.named)-1]) {
				fmt.Printf("   found: %s\n", strings.TrimSpace(line))
			}
		}
	}
	return nil
}

// changed writes a copy of the deployed template in which every old is new.
func (r *rehearsal) changed(old, new string) (string, error) {
	text, err := os.ReadFile(r.uploaded)
	if err != nil {
		return "", err
	}
	if !strings.Contains(string(text), old) {
		return "", fmt.Errorf("the deployed template has no %q", old)
	}
	path := filepath.Join(r.dir, "changed.yaml")
	return path, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, new)), 0o600)
}
