package sdk

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"sync"
)

// sourceOf is the file that a function of the library was compiled from. A build with -trimpath does not
// know it.
func sourceOf(f reflect.Value) string {
	file, _ := runtime.FuncForPC(f.Pointer()).FileLine(f.Pointer())
	return file
}

var readComments sync.Map // map[string]string by the struct

// commentsOf tells the comments of a struct's fields, by their names in Go; near is any file of its package.
func commentsOf(near, of string) (map[string]string, error) {
	key := filepath.Dir(near) + "." + of
	if c, ok := readComments.Load(key); ok {
		return c.(map[string]string), nil
	}
	c, err := readSource(near, of)
	if err == nil {
		readComments.Store(key, c)
	}
	return c, err
}

// readSource reads the comments from the library's source.
func readSource(near, of string) (map[string]string, error) {
	comments := map[string]string{}
	if of == "" {
		return comments, nil
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(near), "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(text, []byte("\ntype "+of+" struct {")) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == of {
				for _, field := range spec.Type.(*ast.StructType).Fields.List {
					comments[field.Names[0].Name] = field.Doc.Text()
				}
			}
			return true
		})
		return comments, nil
	}
	return nil, fmt.Errorf("the source of %s is not beside %s", of, near)
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
