package template

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the routes of new webhooks into template.yaml, and their sample events")

// hook is a webhook: the name of its route in shared/twilio, and the function that has it, which its path begins with.
type hook struct{ name, function string }

// webhooks are the routes that Twilio signs, as shared/twilio/address.go lists them: every constant Route…. They have
// no authorizer: the function checks X-Twilio-Signature first. A route that is not there must ask for a token.
func webhooks(t *testing.T) map[string]hook {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "shared", "twilio", "address.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]hook{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is || !strings.HasPrefix(spec.Names[0].Name, "Route") {
			return true
		}
		key, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		_, path, _ := strings.Cut(key, " /")
		function, _, _ := strings.Cut(path, "/")
		all[key] = hook{spec.Names[0].Name, function}
		return true
	})
	if len(all) == 0 {
		t.Fatal("shared/twilio/address.go has no routes")
	}
	return all
}

// With -update, the template and the samples get what a new webhook lacks.
func TestEveryWebhookIsRoutedAndServed(t *testing.T) {
	hooks, routed, sampled := webhooks(t), routes(t), map[string]bool{}
	for _, e := range samples(t) {
		sampled[e.RouteKey] = true
	}
	for _, key := range slices.Sorted(maps.Keys(hooks)) {
		h := hooks[key]
		if !serves(t, h) {
			t.Errorf("no function serves %s: give twilio.%s a handler in functions/%s/handler.go", key, h.name,
				h.function)
		}
		switch _, ok := routed[key]; {
		case !ok && *update:
			edit(t, "template.yaml", func(text string) string { return withRoute(t, text, h, key) })
		case !ok:
			t.Errorf("template.yaml does not route %s: go test ./local/template -run Webhook -update", key)
		}
		switch {
		case !sampled[key] && *update:
			writeSample(t, h, key)
		case !sampled[key]:
			t.Errorf("events/ has no sample of %s: go test ./local/template -run Webhook -update", key)
		}
	}
}

// serves says whether the function has a handler for the route.
func serves(t *testing.T, h hook) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "functions", h.function, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		source, err := os.ReadFile(file)
		return err == nil && !strings.HasSuffix(file, "_test.go") &&
			strings.Contains(string(source), "twilio."+h.name+":")
	})
}

func edit(t *testing.T, file string, f func(string) string) {
	t.Helper()
	file = filepath.Join(root, file)
	old, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(f(string(old))), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// withRoute adds the route after the function's others.
func withRoute(t *testing.T, text string, h hook, key string) string {
	t.Helper()
	method, path, _ := strings.Cut(key, " ")
	before, rest, found := strings.Cut(text, "      CodeUri: functions/"+h.function+"/\n")
	own, others, some := strings.Cut(rest, "\n      Events:\n")
	if !found || !some {
		t.Fatalf("template.yaml has no function %s with events", h.function)
	}
	end := 0
	for line := range strings.Lines(others) {
		if !strings.HasPrefix(line, "        ") {
			break
		}
		end += len(line)
	}
	return before + "      CodeUri: functions/" + h.function + "/\n" + own + "\n      Events:\n" + others[:end] +
		"        " + strings.TrimPrefix(h.name, "Route") + ":\n          Type: HttpApi\n" +
		"          Properties: { ApiId: !Ref HttpApi, Method: " + method + ", Path: \"" + path + "\" }\n" + others[end:]
}

// writeSample makes a sample of one of the function's that there are. Its form is what every webhook has.
func writeSample(t *testing.T, h hook, key string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "events", h.function+".json"))
	if err != nil {
		raw, err = os.ReadFile(filepath.Join(root, "events", "incoming.json"))
	}
	var e map[string]any
	if err == nil {
		err = json.Unmarshal(raw, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	method, pattern, _ := strings.Cut(key, " ")
	values := map[string]string{"conference": "CA11111111111111111111111111111111", "leg": "1-4f9c2a7e0b6d"}
	path, parameters := pattern, map[string]string{}
	for _, part := range strings.Split(pattern, "/") {
		if name, is := strings.CutPrefix(part, "{"); is {
			name = strings.TrimSuffix(name, "}")
			if values[name] == "" {
				values[name] = "1"
			}
			parameters[name] = values[name]
			path = strings.Replace(path, part, values[name], 1)
		}
	}
	const form = "AccountSid=AC00000000000000000000000000000000&CallSid=CA22222222222222222222222222222222"
	context, headers := e["requestContext"].(map[string]any), e["headers"].(map[string]any)
	e["routeKey"], e["rawPath"], e["body"] = key, path, base64.StdEncoding.EncodeToString([]byte(form))
	delete(e, "pathParameters")
	if len(parameters) > 0 {
		e["pathParameters"] = parameters
	}
	context["routeKey"] = key
	http := context["http"].(map[string]any)
	http["method"], http["path"] = method, path
	headers["content-length"] = strconv.Itoa(len(form))
	mac := hmac.New(sha1.New, []byte(eventToken))
	mac.Write([]byte("https://" + context["domainName"].(string) + path +
		strings.NewReplacer("=", "", "&", "").Replace(form)))
	headers["x-twilio-signature"] = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	out, err := json.MarshalIndent(e, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "events", h.function+strings.ToLower(dashed(h.name))+".json"),
			append(out, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dashed is "-Room-Recording" for "RouteRoomRecording".
func dashed(name string) string {
	var b strings.Builder
	for _, r := range strings.TrimPrefix(name, "Route") {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}
