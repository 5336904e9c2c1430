package agentview_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/call"
)

// What a page is sent has the fields that openapi.yaml describes, no more and no less, and each that is required is
// always sent.
func TestTheStructsAreThoseOfTheContract(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schemas := doc.Components.Schemas
	hold(t, "Snapshot", reflect.TypeFor[agentview.Snapshot](), schemas["Snapshot"].Value)

	for name, values := range map[string][]string{
		"CallState": texts(call.States), "Action": texts(call.Actions),
		"Role": {string(call.RoleOffered), string(call.RoleOwner), string(call.RoleTransferor),
			string(call.RoleTarget)},
		"Reason":   {string(call.DeclineBusy), string(call.DeclineTopic), string(call.DeclineBreak)},
		"Status":   {string(agent.Available), string(agent.Away), string(agent.WrapUp)},
		"Presence": {string(agent.Available), string(agent.Away), string(agent.WrapUp), "busy", "offline"},
		"Progress": {string(call.LegPlanned), string(call.LegDialing), string(call.LegRinging),
			string(call.LegScreened),
			string(call.LegAnswered), "ended"},
	} {
		var described []string
		for _, v := range schemas[name].Value.Enum {
			described = append(described, v.(string))
		}
		slices.Sort(described)
		slices.Sort(values)
		if !slices.Equal(described, values) {
			t.Errorf("%s: described %q, in the code %q", name, described, values)
		}
	}
}

func texts[T ~string](all []T) (list []string) {
	for _, v := range all {
		list = append(list, string(v))
	}
	return list
}

// hold holds a type against a schema.
func hold(t *testing.T, path string, typ reflect.Type, s *openapi3.Schema) {
	t.Helper()
	if len(s.AllOf) == 1 { // how OpenAPI 3.0 says that a reference may be null
		s = s.AllOf[0].Value
	}
	switch {
	case typ.Kind() == reflect.Pointer:
		hold(t, path, typ.Elem(), s)
	case typ == reflect.TypeFor[time.Time]():
		if !s.Type.Is("string") || s.Format != "date-time" {
			t.Errorf("%s is a time", path)
		}
	case typ.Kind() == reflect.Slice:
		if !s.Type.Is("array") {
			t.Fatalf("%s is a list", path)
		}
		hold(t, path+"[]", typ.Elem(), s.Items.Value)
	case typ.Kind() == reflect.Struct:
		fields(t, path, typ, s)
	default:
		want := map[reflect.Kind]string{
			reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer",
		}[typ.Kind()]
		if want == "" || !s.Type.Is(want) {
			t.Errorf("%s is a %s", path, typ)
		}
	}
}

func fields(t *testing.T, path string, typ reflect.Type, s *openapi3.Schema) {
	t.Helper()
	known := map[string]bool{}
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		known[name] = true
		p := s.Properties[name]
		if p == nil {
			t.Errorf("%s.%s is not described in openapi.yaml", path, name)
			continue
		}
		if always := options == ""; always != slices.Contains(s.Required, name) {
			t.Errorf("%s.%s: always sent %v, required %v", path, name, always, !always)
		}
		hold(t, path+"."+name, typ.Field(i).Type, p.Value)
	}
	for name := range s.Properties {
		if !known[name] {
			t.Errorf("%s.%s is described and never sent", path, name)
		}
	}
}
