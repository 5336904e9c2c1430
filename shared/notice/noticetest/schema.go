// Package noticetest checks notices against the form that is promised to others, docs/events.schema.json.
package noticetest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiled is the schema, which is looked for in the folder and above.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for up := "."; len(up) < 40; up = filepath.Join(up, "..") {
		file := filepath.Join(up, "docs", "events.schema.json")
		if _, err := os.Stat(file); err == nil {
			return c.Compile(file)
		}
	}
	return nil, errors.New("there is no docs/events.schema.json here or above")
})

// Check says what is wrong with the JSON of a notice.
func Check(raw []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}
