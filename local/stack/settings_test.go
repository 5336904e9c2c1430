package stack

import (
	"strings"
	"testing"
	"time"

	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/service"
)

// A file that does not say what the settings are does not reset them, the emergency switch among them.
func TestF260AFileWithoutSettingsChangesNothing(t *testing.T) {
	server, name := storetest.Table(t)
	table := dynamo.New(server.Client(), name)
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	edit := func(file string) (SettingsFile, error) {
		return EditSettings(t.Context(), table, strings.NewReader(file), false, now)
	}
	closed := `"settings":{"emergency":{"closed":true,"message":"We are closed."}}`
	if _, err := edit(`{` + closed + `}`); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{
		``, `null`, `{}`, `{"version":1}`, `{"settings":null}`, `{"version":1,"settings":null}`,
		`{"version":-1,` + closed + `}`, `{"version":null,` + closed + `}`, `{"version":1}{` + closed + `}`, `{` + closed + `}{}`, `{"mood":"good"}`,
	} {
		if f, err := edit(file); err == nil {
			t.Errorf("%s is taken: %+v", file, f)
		}
	}
	line, err := service.LineEditor{Store: table}.Show(t.Context(), operator)
	if err != nil || line.Version != 1 || !line.Values.Emergency.Closed {
		t.Errorf("%v; then there is %+v", err, line)
	}
	if f, err := edit(`{"version":1,"settings":{}}`); err != nil || f.Settings == nil || f.Settings.Emergency.Closed {
		t.Errorf("a file that resets them: %v, %+v", err, f)
	}
}
