package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// A regular expression of a package is compiled at each start of each function that imports it, some 0.1 ms the first
// one: so none is. Publish, which no caller waits for, may have some.
func TestNoExpressionIsCompiledAsAFunctionStarts(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, dir := range []string{"shared", "functions"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			helper := strings.HasSuffix(filepath.Dir(path), "test") || strings.HasSuffix(path, "_test.go")
			publish := filepath.Base(filepath.Dir(path)) == "publish"
			if err != nil || helper || publish || filepath.Ext(path) != ".go" {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				if g, ok := decl.(*ast.GenDecl); ok && compiles(g) {
					t.Errorf("%s compiles a regular expression before main", path)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// compiles says whether the declaration of variables has a call of the package regexp, outside functions.
func compiles(g *ast.GenDecl) (found bool) {
	ast.Inspect(g, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			found = found || ok && x.Name == "regexp" && strings.HasPrefix(n.Sel.Name, "MustCompile")
		}
		return true
	})
	return found
}
