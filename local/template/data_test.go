package template

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestTableOutlivesTheStackAndCanBeBroughtBack(t *testing.T) {
	table := only(t, "AWS::DynamoDB::Table")
	p := at(table, "Properties")
	// A first deployment that fails leaves no empty table.
	for want, got := range map[string]string{
		"RetainExceptOnCreate (DeletionPolicy)": text(at(table, "DeletionPolicy")) + " (DeletionPolicy)",
		"Retain (UpdateReplacePolicy)":          text(at(table, "UpdateReplacePolicy")) + " (UpdateReplacePolicy)",
		"true (PITR)": text(at(p, "PointInTimeRecoverySpecification",
			"PointInTimeRecoveryEnabled")) + " (PITR)",
		"true (SSE)":      text(at(p, "SSESpecification", "SSEEnabled")) + " (SSE)",
		"PAY_PER_REQUEST": text(at(p, "BillingMode")),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestF116OnlyTheAttributeTtlExpiresItems(t *testing.T) {
	ttl := at(only(t, "AWS::DynamoDB::Table"), "Properties", "TimeToLiveSpecification")
	if text(at(ttl, "AttributeName")) != "ttl" || text(at(ttl, "Enabled")) != "true" {
		t.Error("ended conferences do not expire by ttl")
	}
	if !storeWords(t)["ttl"] {
		t.Error("shared/dynamo never writes ttl")
	}
}

// Every key, index and projected attribute of the table is one that shared/dynamo knows.
func TestTableIsTheOneThatTheStoreWritesTo(t *testing.T) {
	known := storeWords(t)
	p := at(only(t, "AWS::DynamoDB::Table"), "Properties")
	var names []string
	for _, a := range items(at(p, "AttributeDefinitions")) {
		names = append(names, text(at(a, "AttributeName")))
	}
	var indexes []string
	for _, i := range items(at(p, "GlobalSecondaryIndexes")) {
		indexes = append(indexes, text(at(i, "IndexName")))
		names = append(names, texts(at(i, "Projection", "NonKeyAttributes"))...)
	}
	for _, name := range append(names, indexes...) {
		if !known[name] {
			t.Errorf("shared/dynamo does not know %q", name)
		}
	}
	if !slices.Equal(indexes, []string{"live", "agents", "watch", "records"}) {
		t.Errorf("indexes %v", indexes)
	}
}

// storeWords are the string constants and struct tags of shared/dynamo.
func storeWords(t *testing.T) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	eachNode(t, "shared/dynamo", func(n ast.Node) {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		value, err := strconv.Unquote(lit.Value)
		if err != nil {
			return
		}
		words[value] = true
		for _, w := range strings.FieldsFunc(value,
			func(r rune) bool { return strings.ContainsRune("\"`:, =#()<>", r) }) {
			words[w] = true
		}
	})
	return words
}

// eachNode visits all nodes of one package's functions, values and types.
func eachNode(t *testing.T, in string, visit func(ast.Node)) {
	t.Helper()
	u := readCode(t)[in]
	if u == nil {
		t.Fatalf("%s holds no Go", in)
	}
	seen := map[*ast.File]bool{}
	for _, group := range []map[string][]reachable{u.named, u.methods} {
		for _, all := range group {
			for _, r := range all {
				if seen[r.file] {
					continue
				}
				seen[r.file] = true
				ast.Inspect(r.file, func(n ast.Node) bool {
					if n != nil {
						visit(n)
					}
					return true
				})
			}
		}
	}
}

// A decision made on a stale item could give one caller two owners. An index cannot be read consistently, so whatever
// it lists is loaded again before anything is decided (see service.Lists).
func TestF115ItemsAreReadConsistently(t *testing.T) {
	reads, others := 0, 0
	eachNode(t, "shared/dynamo", func(n ast.Node) {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return
		}
		if s, ok := lit.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "GetItemInput" {
			return
		}
		reads++
		if !consistent(lit) {
			others++
		}
	})
	// The line's settings, which callers hear of within half a minute anyway, and the lookout, by which nothing is
	// decided.
	if others != 2 {
		t.Errorf("%d kinds of GetItem of shared/dynamo do not ask for a consistent read", others)
	}
	if reads == 0 {
		t.Error("shared/dynamo reads no item; this test looks in the wrong place")
	}
}

// consistent tells whether ConsistentRead is set, by an expression that holds the word true.
func consistent(lit *ast.CompositeLit) bool {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if key, named := kv.Key.(*ast.Ident); !ok || !named || key.Name != "ConsistentRead" {
			continue
		}
		yes := false
		ast.Inspect(kv.Value, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == "true" {
				yes = true
			}
			return true
		})
		return yes
	}
	return false
}
