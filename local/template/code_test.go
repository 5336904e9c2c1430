package template

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "warmtransfer/"

// localOnly are settings that exist only on a developer's machine: addresses of the parts that stand in for the cloud.
var localOnly = []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER",
	"AWS_ENDPOINT_URL_EVENTBRIDGE", "TWILIO_API_URL"}

// code is the project's own packages, by path below the module's name: "shared/env".
type code map[string]*unit

// unit is one package.
type unit struct {
	imports map[string]bool        // packages of the module only
	named   map[string][]reachable // functions, variables and constants
	methods map[string][]reachable // of all its types together
}

// reachable is a declaration with its file, whose imports say what a package's short name means there.
type reachable struct {
	in   string
	file *ast.File
	node ast.Node
}

// uses is what a function needs of its environment: names of settings, and AWS calls as policies name them.
type uses struct{ settings, calls map[string]bool }

func readCode(t *testing.T) code {
	t.Helper()
	c, fset := code{}, token.NewFileSet()
	for _, top := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, filepath.Dir(file))
			c.add(filepath.ToSlash(rel), parsed)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c code) add(in string, file *ast.File) {
	u := c[in]
	if u == nil {
		u = &unit{map[string]bool{}, map[string][]reachable{}, map[string][]reachable{}}
		c[in] = u
	}
	for _, path := range imported(file) {
		if rest, ours := strings.CutPrefix(path, module); ours {
			u.imports[rest] = true
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			into := u.named
			if d.Recv != nil {
				into = u.methods
			}
			into[d.Name.Name] = append(into[d.Name.Name], reachable{in, file, d})
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						u.named[name.Name] = append(u.named[name.Name], reachable{in, file, v})
					}
				}
			}
		}
	}
}

// imported returns the paths of a file's imports by the names they have in it.
func imported(file *ast.File) map[string]string {
	out := map[string]string{}
	for _, i := range file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue // the parser has accepted it, so this does not happen
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		out[name] = path
	}
	return out
}

// search goes from declaration to declaration. It does not work out on which type a method is called: every method of
// that name in the packages that the function is linked with counts as reached.
type search struct {
	code   code
	linked map[string]bool
	seen   map[ast.Node]bool
	queue  []reachable
	found  uses
}

// uses finds what the function in functions/<name> needs.
func (c code) uses(t *testing.T, name string) uses {
	t.Helper()
	s := search{c, map[string]bool{}, map[ast.Node]bool{}, nil, uses{map[string]bool{}, map[string]bool{}}}
	start := c["functions/"+name]
	if start == nil {
		t.Errorf("functions/%s holds no Go", name)
		return s.found
	}
	s.link("functions/" + name)
	s.enqueue(start.named["main"])
	for len(s.queue) > 0 {
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.visit(next)
	}
	return s.found
}

func (s *search) link(in string) {
	if s.linked[in] || s.code[in] == nil {
		return
	}
	s.linked[in] = true
	for path := range s.code[in].imports {
		s.link(path)
	}
}

func (s *search) enqueue(more []reachable) {
	for _, r := range more {
		if !s.seen[r.node] {
			s.seen[r.node] = true
			s.queue = append(s.queue, r)
		}
	}
}

func (s *search) visit(r reachable) {
	imports := imported(r.file)
	ast.Inspect(r.node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			s.setting(n)
		case *ast.BasicLit:
			s.signed(n)
		case *ast.Ident:
			s.enqueue(s.code[r.in].named[n.Name])
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && imports[x.Name] != "" {
				s.outside(imports[x.Name], n.Sel.Name)
				return false
			}
			for in := range s.linked {
				s.enqueue(s.code[in].methods[n.Sel.Name])
			}
		}
		return true
	})
}

// outside handles a name of another package: one of ours, or the input of an AWS call.
func (s *search) outside(path, name string) {
	if ours, ok := strings.CutPrefix(path, module); ok && s.code[ours] != nil {
		s.enqueue(s.code[ours].named[name])
		return
	}
	const services = "github.com/aws/aws-sdk-go-v2/service/"
	if service, ok := strings.CutPrefix(path, services); ok && !strings.Contains(service, "/") {
		if call, ok := strings.CutSuffix(name, "Input"); ok {
			s.found.calls[permission(service+":"+call)] = true
		}
	}
}

// permission is a policy's name for a call, where it is not the call's own name.
func permission(call string) string {
	switch call {
	case "s3:ListObjectsV2":
		return "s3:ListBucket"
	case "s3:DeleteObjects":
		return "s3:DeleteObject"
	case "eventbridge:PutEvents":
		return "events:PutEvents"
	}
	return call
}

var signedCall = regexp.MustCompile(`^"((?:cognito-idp|execute-api):[A-Z][A-Za-z]+)"$`)

// signed notes a call that is made without the SDK: its name is in the code as policies have it.
func (s *search) signed(lit *ast.BasicLit) {
	if m := signedCall.FindStringSubmatch(lit.Value); m != nil {
		s.found.calls[m[1]] = true
	}
}

var readers = []string{"String", "Optional", "Seconds", "Days", "Whole", "Flag", "On", "Number", "URL", "OptionalURL",
	"Getenv", "LookupEnv"}

var settingName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)

// setting notes the name if this is a call that reads one.
func (s *search) setting(call *ast.CallExpr) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !slices.Contains(readers, f.Sel.Name) {
		return
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	name, err := strconv.Unquote(lit.Value)
	if err == nil && settingName.MatchString(name) && !slices.Contains(localOnly, name) &&
		!strings.HasPrefix(name, "AWS_") {
		s.found.settings[name] = true
	}
}

// The functions that ask whether the line is open, or check its settings, embed the time zones, and no others, whose
// packages would be 0.4 MB larger.
func TestF261FunctionsThatNeedTimeZonesHaveThem(t *testing.T) {
	for name := range functions(t) {
		files, err := filepath.Glob(filepath.Join(root, "functions", name, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		needs, has := false, false
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			needs = needs || strings.Contains(string(text), ".OpenAt(") ||
				strings.Contains(string(text), ".OpenUntil(") || strings.Contains(string(text), "LineEditor{")
			has = has || strings.Contains(string(text), `_ "time/tzdata"`)
		}
		if needs != has {
			t.Errorf("%s needs time zones: %t, has them: %t", name, needs, has)
		}
	}
}
