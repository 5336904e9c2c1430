// Command layers reports, for each package, how many uses run back up its layers. The files of a package are laid in
// a row so that as few uses as can be found run from a lower file to a higher one; those are reported, with their share
// of all uses between two files of the package. A use is a declaration that names one of another file: a type, a
// function, a method, a constant or a field.
//
//	go run ./local/lint/layers [-v] [-max PERCENT] PACKAGE...
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

func main() {
	verbose := flag.Bool("v", false, "list the layers and each use that runs back up")
	limit := flag.Float64("max", 100, "the most uses in a hundred that may run back up; more is an error")
	flag.Parse()
	packages, err := load(flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	failed := false
	for _, p := range packages {
		r := p.uses.measure()
		if r.all == 0 {
			continue
		}
		tooMany := 100*float64(r.back) > *limit*float64(r.all)
		failed = failed || tooMany
		if *verbose || tooMany || *limit == 100 {
			fmt.Printf("%s: %d of %d uses run back up (%.1f %%), %d of %d arrows between files\n",
				p.path, r.back, r.all, 100*float64(r.back)/float64(r.all), r.backArrows, r.arrows)
		}
		if *verbose || tooMany {
			fmt.Print(r.text())
		}
	}
	if failed {
		os.Exit(1)
	}
}

// pkg is one package and the uses between its files.
type pkg struct {
	path string
	uses uses
}

// load asks the go command for the packages and for what the compiler knows of all that they import.
func load(patterns []string) ([]pkg, error) {
	c := exec.Command("go", append([]string{"list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export,DepOnly"},
		patterns...)...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	type listed struct {
		ImportPath, Dir, Export string
		GoFiles                 []string
		DepOnly                 bool
	}
	exports := map[string]string{}
	var wanted []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		exports[l.ImportPath] = l.Export
		if !l.DepOnly {
			wanted = append(wanted, l)
		}
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var all []pkg
	for _, w := range wanted {
		var parsed []*ast.File
		for _, name := range w.GoFiles {
			f, err := parser.ParseFile(files, filepath.Join(w.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			parsed = append(parsed, f)
		}
		u, err := usesOf(files, w.ImportPath, parsed, imports)
		if err != nil {
			return nil, err
		}
		all = append(all, pkg{w.ImportPath, u})
	}
	return all, nil
}

// usesOf is every use of a declaration of another file.
func usesOf(files *token.FileSet, path string, parsed []*ast.File, imports types.Importer) (uses, error) {
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: imports}
	own, err := config.Check(path, files, parsed, &info)
	if err != nil {
		return nil, err
	}
	file := func(p token.Pos) string { return filepath.Base(files.Position(p).Filename) }
	u := uses{}
	for _, f := range parsed {
		for _, d := range f.Decls {
			ast.Inspect(d, func(n ast.Node) bool {
				id, is := n.(*ast.Ident)
				if !is {
					return true
				}
				o := origin(info.Uses[id])
				if o == nil || o.Pkg() != own || file(o.Pos()) == file(d.Pos()) {
					return true
				}
				u[use{file(d.Pos()), nameOf(d), file(o.Pos()), o.Name()}] = true
				return true
			})
		}
	}
	return u, nil
}

// origin is the declaration itself where an instance of a generic one is used.
func origin(o types.Object) types.Object {
	switch o := o.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Var:
		return o.Origin()
	}
	return o
}

func nameOf(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				return s.Name.Name
			case *ast.ValueSpec:
				return s.Names[0].Name
			}
		}
	}
	return ""
}

// use is one declaration that names another, in another file.
type use struct{ from, user, to, used string }

type uses map[use]bool

// result is the uses of one package over the best row of its files.
type result struct {
	row                           []string // the lowest first
	all, back, arrows, backArrows int
	backUses                      []use
}

func (u uses) measure() result {
	weight := map[[2]string]int{}
	names := map[string]bool{}
	for x := range u {
		weight[[2]string{x.from, x.to}]++
		names[x.from], names[x.to] = true, true
	}
	r := result{row: best(names, weight), all: len(u), arrows: len(weight)}
	at := map[string]int{}
	for i, name := range r.row {
		at[name] = i
	}
	for pair := range weight {
		if at[pair[0]] < at[pair[1]] {
			r.backArrows++
		}
	}
	for x := range u {
		if at[x.from] < at[x.to] {
			r.backUses = append(r.backUses, x)
		}
	}
	r.back = len(r.backUses)
	slices.SortFunc(r.backUses, func(a, b use) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.user, b.user),
			cmp.Compare(a.used, b.used))
	})
	return r
}

func (r result) text() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "  from the lowest: %v\n", r.row)
	for _, x := range r.backUses {
		fmt.Fprintf(&b, "  %s: %s uses %s of %s\n", x.from, x.user, x.used, x.to)
	}
	return b.String()
}

// best lays the files in a row. It begins with who is used most and uses least, and moves one file at a time to where
// fewer uses run back up, until no move helps.
func best(names map[string]bool, weight map[[2]string]int) []string {
	row := make([]string, 0, len(names))
	balance := map[string]int{}
	for name := range names {
		row = append(row, name)
	}
	for pair, n := range weight {
		balance[pair[0]] += n
		balance[pair[1]] -= n
	}
	slices.SortFunc(row, func(a, b string) int {
		return cmp.Or(cmp.Compare(balance[a], balance[b]), cmp.Compare(a, b))
	})
	for moved := true; moved; {
		moved = false
		for _, name := range slices.Clone(row) {
			moved = move(row, name, weight) || moved
		}
	}
	return row
}

// move puts the file where the fewest of its uses run back up, and says whether that is better than where it was.
func move(row []string, name string, weight map[[2]string]int) bool {
	from := slices.Index(row, name)
	gain, best, to := 0, 0, from
	for _, way := range []int{-1, 1} {
		gain = 0
		for i := from + way; i >= 0 && i < len(row); i += way {
			// name steps over row[i]: what it uses of it and what that uses of it change their direction.
			up, down := weight[[2]string{row[i], name}], weight[[2]string{name, row[i]}]
			gain += way * (down - up)
			if gain > best {
				best, to = gain, i
			}
		}
	}
	if to == from {
		return false
	}
	copy(row[from:], row[from+1:])
	copy(row[to+1:], row[to:len(row)-1])
	row[to] = name
	return true
}
