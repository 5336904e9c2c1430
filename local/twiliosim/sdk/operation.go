// Package sdk is Twilio's REST API as the pinned twilio-go has it. The library is generated
// from Twilio's own description (https://github.com/twilio/twilio-oai): what an operation is
// sent to, which parameters it takes and which fields its answer has can be asked of the
// library itself. Tests hold the phone network, and what we ask of Twilio, against it.
//
// It drives the library with one parameter at a time and looks at what would be sent, and
// reads the library's source for what its comments say: the values of a parameter, the
// format of a date. What the library leaves out of the description is in facts.go. No
// program imports this package.
package sdk

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	routes "github.com/twilio/twilio-go/rest/routes/v2"
)

// Operation is one operation of the REST API, by the name that Twilio's description gives it.
type Operation struct {
	Name   string
	Method string
	// Host and Path are where it is sent; * stands for an id in the path, the account's too.
	Host, Path string
	Parameters map[string]Parameter
	// Answer is what the answer is decoded into; nil if there is none.
	Answer reflect.Type
	// Status is that of the answer.
	Status int
}

// Parameter is a parameter of the query or of the form.
type Parameter struct {
	// Type is what twilio-go takes: string, bool, int, time.Time or []string.
	Type reflect.Type
	// Words are the only values, where they are known.
	Words []string
}

var learned sync.Map // Operation by its name

// Learn asks the library for an operation.
func Learn(name string) (Operation, error) {
	if o, ok := learned.Load(name); ok {
		return o.(Operation), nil
	}
	o, err := learn(name)
	if err != nil {
		return o, fmt.Errorf("twilio-go's %s: %w", name, err)
	}
	learned.Store(name, o)
	return o, nil
}

// wire takes the place of the library's connections.
type wire struct{ sent *request }

type request struct {
	method, address string
	data            url.Values
}

// account stands for the account in a path, and anID for any other id.
const account, anID = "ACCOUNT", "ANID"

func (w *wire) AccountSid() string       { return account }
func (w *wire) SetTimeout(time.Duration) {}
func (w *wire) SetOauth(client.OAuth)    {}
func (w *wire) OAuth() client.OAuth      { return nil }

func (w *wire) SendRequest(method, address string, data url.Values, _ map[string]any,
	_ ...byte) (*http.Response, error) {
	w.sent = &request{method, address, data}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// function is the library's function for an operation.
type function struct {
	wire *wire
	call reflect.Value
	in   reflect.Type
}

// find finds the function. Of a list it is the one that asks for one page: the other one follows the
// pages and returns no page.
func find(name string) (function, error) {
	w := &wire{}
	handler := &client.RequestHandler{Client: w}
	if of, ok := strings.CutPrefix(name, "List"); ok {
		name = "Page" + of
	}
	for _, service := range []any{api.NewApiService(handler), routes.NewApiService(handler)} {
		v := reflect.ValueOf(service)
		if m, ok := v.Type().MethodByName(name); ok {
			return function{w, v.Method(m.Index), v.Method(m.Index).Type()}, nil
		}
	}
	return function{}, fmt.Errorf("there is no function %s", name)
}

// send calls the function with the parameters, if it has any, and tells what it would have sent.
func (f function) send(params reflect.Value, page, token string) (request, error) {
	var in []reflect.Value
	late := []string{token, page} // what stands after the parameters of a list
	for i := range f.in.NumIn() {
		switch t := f.in.In(i); {
		case t.Kind() == reflect.Pointer:
			in = append(in, params)
		case i > 0 && slices.ContainsFunc(in, func(v reflect.Value) bool { return v.Kind() == reflect.Pointer }):
			in = append(in, reflect.ValueOf(late[0]))
			late = late[1:]
		default:
			in = append(in, reflect.ValueOf(anID))
		}
	}
	f.wire.sent = nil
	out := f.call.Call(in)
	if err, _ := out[len(out)-1].Interface().(error); err != nil {
		return request{}, err
	}
	if f.wire.sent == nil {
		return request{}, fmt.Errorf("nothing was sent")
	}
	return *f.wire.sent, nil
}

// params is the type of the function's parameters, or nil.
func (f function) params() reflect.Type {
	for i := range f.in.NumIn() {
		if t := f.in.In(i); t.Kind() == reflect.Pointer {
			return t.Elem()
		}
	}
	return nil
}

func learn(name string) (Operation, error) {
	o := Operation{Name: name, Parameters: map[string]Parameter{}, Status: http.StatusOK}
	f, err := find(name)
	if err != nil {
		return o, err
	}
	of := f.params()
	if of == nil {
		of = reflect.TypeFor[struct{}]()
	}
	bare, err := f.send(reflect.New(of), "", "")
	if err != nil {
		return o, err
	}
	at, err := url.Parse(bare.address)
	if err != nil {
		return o, err
	}
	o.Method, o.Host = bare.method, at.Host
	o.Path = regexp.MustCompile(account+"|"+anID).ReplaceAllString(at.Path, "*")
	if f.in.NumOut() == 2 {
		o.Answer = f.in.Out(0).Elem()
	}
	switch {
	case o.Answer == nil:
		o.Status = http.StatusNoContent
	case strings.HasPrefix(name, "Create"):
		o.Status = http.StatusCreated
	}
	comments, err := commentsOf(of)
	if err != nil {
		return o, err
	}
	for i := range of.NumField() {
		field := of.Field(i)
		v := reflect.New(of)
		v.Elem().Field(i).Set(sample(field.Type))
		sent, err := f.send(v, "", "")
		if err != nil {
			return o, err
		}
		for wire := range sent.data { // nothing: it is part of the path, or no business of Twilio's
			o.Parameters[wire] = Parameter{field.Type.Elem(), words(of.Name(), wire, field.Type, comments[field.Name])}
		}
	}
	if strings.HasPrefix(name, "List") {
		sent, err := f.send(reflect.New(of), "7", "token")
		if err != nil {
			return o, err
		}
		for wire := range sent.data {
			o.Parameters[wire] = Parameter{Type: map[string]reflect.Type{
				"Page": reflect.TypeFor[int](), "PageToken": reflect.TypeFor[string](),
			}[wire]}
		}
	}
	return o, nil
}

// sample is a pointer to some value of a parameter's type that is not its zero value.
func sample(pointer reflect.Type) reflect.Value {
	v := reflect.New(pointer.Elem())
	switch of := v.Elem(); of.Kind() {
	case reflect.String:
		of.SetString("x")
	case reflect.Int:
		of.SetInt(7)
	case reflect.Bool:
		of.SetBool(true)
	case reflect.Slice:
		of.Set(reflect.Append(of, reflect.ValueOf("x")))
	}
	return v
}
