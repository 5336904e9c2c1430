// Command sizes reports types with more than 40 methods, structs with more than 25 fields and files of more than 500
// lines. It is given the files to look at; types of test files and of packages that only tests import may be larger.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	maxMethods = 40
	maxFields  = 25
	maxLines   = 500
)

func main() {
	var c count
	for _, name := range os.Args[1:] {
		source, err := os.ReadFile(name)
		if err == nil {
			err = c.add(name, source)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	for _, problem := range c.problems() {
		fmt.Println(problem)
	}
	if len(c.problems()) > 0 {
		os.Exit(1)
	}
}

// forTests says whether the file is one of a test, or of a package that helps tests.
func forTests(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(filepath.Base(filepath.Dir(name)), "test")
}

// count is how many methods each type has, in whatever files of its package, and what else is too large.
type count struct {
	methods map[string]int
	large   []string
}

func (c *count) add(name string, source []byte) error {
	if n := bytes.Count(source, []byte("\n")); n > maxLines {
		c.large = append(c.large, fmt.Sprintf("%s: %d lines, more than %d", name, n, maxLines))
	}
	if filepath.Ext(name) != ".go" || forTests(name) {
		return nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil {
				if c.methods == nil {
					c.methods = map[string]int{}
				}
				c.methods[filepath.Dir(name)+"."+receiver(n.Recv.List[0].Type)]++
			}
		case *ast.TypeSpec:
			if s, is := n.Type.(*ast.StructType); is && fields(s) > maxFields {
				c.large = append(c.large, fmt.Sprintf("%s: %s has %d fields, more than %d", name, n.Name, fields(s),
					maxFields))
			}
		}
		return true
	})
	return nil
}

// receiver is the name of a method's type.
func receiver(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// fields counts an embedded struct as one.
func fields(s *ast.StructType) (n int) {
	for _, f := range s.Fields.List {
		n += max(1, len(f.Names))
	}
	return n
}

func (c *count) problems() []string {
	all := slices.Clone(c.large)
	for name, n := range c.methods {
		if n > maxMethods {
			all = append(all, fmt.Sprintf("%s has %d methods, more than %d", name, n, maxMethods))
		}
	}
	slices.Sort(all)
	return all
}
