package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	_ "time/tzdata" // a machine may have no time zones

	"warmtransfer/local/answer"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

// SettingsFile is the line's settings as make settings prints and reads them. At and By are not read.
type SettingsFile struct {
	// Version is the one that is replaced; without it, whichever is the current one.
	Version  *int64           `json:"version,omitempty"`
	At       time.Time        `json:"at,omitzero"`
	By       string           `json:"by,omitempty"`
	Settings *settings.Values `json:"settings"`
}

// operator is who has the machine's or the account's credentials.
var operator = service.Principal{ID: "operator", Name: "operator", Supervisor: true}

var (
	errNoEarlier = errors.New("there is no earlier version")
	errNotAFile  = errors.New("the file is not as make settings prints it")
)

// EditSettings saves the settings of a file, if there is one, or takes the last change back, and returns those that
// hold then.
func EditSettings(
	ctx context.Context, table *dynamo.Store, file io.Reader, back bool, now time.Time,
) (SettingsFile, error) {
	edit := service.LineEditor{Store: table}
	line, err := edit.Show(ctx, operator)
	if err != nil {
		return SettingsFile{}, err
	}
	current := line.Version
	next := SettingsFile{Version: &current}
	switch {
	case file != nil:
		if err := next.read(file); err != nil {
			return SettingsFile{}, err
		}
	case back:
		earlier, err := edit.Earlier(ctx, operator)
		if err != nil {
			return SettingsFile{}, err
		}
		if len(earlier) == 0 {
			return SettingsFile{}, errNoEarlier
		}
		next.Settings = &earlier[0].Values
	}
	if file != nil || back {
		if line, err = edit.Change(ctx, operator, *next.Version, *next.Settings, now); err != nil {
			return SettingsFile{}, err
		}
	}
	return SettingsFile{Version: &line.Version, At: line.At, By: line.ByName, Settings: &line.Values}, nil
}

// read takes what the file says. A file without settings is refused, as the API does: it would reset them all, the
// emergency switch among them.
func (f *SettingsFile) read(file io.Reader) error {
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return fmt.Errorf("%w: %w", errNotAFile, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows it", errNotAFile)
	}
	if f.Version == nil || *f.Version < 0 || f.Settings == nil {
		return fmt.Errorf("%w: it has settings, and if it has version, that is a number from 0", errNotAFile)
	}
	return nil
}

// serveSettings is make settings of the local stack.
func (s *Stack) serveSettings(w http.ResponseWriter, r *http.Request) {
	var file io.Reader
	if r.Method == http.MethodPut {
		file = io.LimitReader(r.Body, 64<<10)
	}
	table := dynamo.New(s.Table.Client(), s.TableName)
	line, err := EditSettings(r.Context(), table, file, r.Method == http.MethodDelete, s.Clock.Now())
	if err != nil {
		answer.JSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
		return
	}
	answer.JSON(w, http.StatusOK, line)
}
