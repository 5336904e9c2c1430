package sdk

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// sourceOf is the folder of a package's source. The program itself may not know it: with -trimpath it has no paths.
func sourceOf(pkg string) (string, error) {
	if dir, ok := folders.Load(pkg); ok {
		return dir.(string), nil
	}
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		return "", fmt.Errorf("where is the source of %s: %w", pkg, err)
	}
	dir := strings.TrimSpace(string(out))
	folders.Store(pkg, dir)
	return dir, nil
}

var folders sync.Map // map[string]string by the package

var readComments sync.Map // map[string]string by the struct's reflect.Type

// commentsOf tells the comments of a struct's fields, by their names in Go.
func commentsOf(of reflect.Type) (map[string]string, error) {
	if c, ok := readComments.Load(of); ok {
		return c.(map[string]string), nil
	}
	c, err := readSource(of)
	if err == nil {
		readComments.Store(of, c)
	}
	return c, err
}

// readSource reads the comments from the library's source.
func readSource(of reflect.Type) (map[string]string, error) {
	comments := map[string]string{}
	if of.Name() == "" {
		return comments, nil
	}
	dir, err := sourceOf(of.PkgPath())
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(text, []byte("\ntype "+of.Name()+" struct {")) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == of.Name() {
				for _, field := range spec.Type.(*ast.StructType).Fields.List {
					comments[field.Names[0].Name] = field.Doc.Text()
				}
			}
			return true
		})
		return comments, nil
	}
	return nil, fmt.Errorf("the source of %s is not in %s", of, dir)
}

var (
	// choice is the sentence in a comment that names all values.
	choice = regexp.MustCompile("(?:[Cc]an be|May be|Either)[^.`]{0,4}(?:`.*?)?(?:\\.(?:\\s|$)|$)")
	quoted = regexp.MustCompile("`([\\w.-]+)`")
)

// words are the only values of a parameter or a field. For what is no text the comment only repeats the type.
func words(of, name string, t reflect.Type, comment string) []string {
	if known := facts[of+"."+name]; known != nil {
		return known
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.String {
		return nil
	}
	var list []string
	for _, word := range quoted.FindAllStringSubmatch(choice.FindString(comment), -1) {
		list = append(list, word[1])
	}
	slices.Sort(list)
	return slices.Compact(list)
}
