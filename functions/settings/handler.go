package main

import (
	"context"
	"net/http"
	"time"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/music"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
)

type handler struct {
	edge   httpapi.Edge
	signIn httpapi.SignIn
	editor service.LineEditor
	shelf  shelf
}

// shelf keeps the pieces of own music where callers hear them from.
type shelf interface {
	// Keep saves a file, or has it already. It returns service.ErrUnavailable if it is not known to be kept.
	Keep(ctx context.Context, path string, content []byte) error
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"GET /settings":          h.show,
			"PUT /settings":          h.change,
			"GET /settings/versions": h.versions,
			"POST /settings/music":   h.upload,
		},
	}.Handler()
}

// saved is one version of the settings.
type saved struct {
	Version  int64           `json:"version"`
	At       time.Time       `json:"at,omitzero"`
	By       *party          `json:"by,omitempty"`
	Settings settings.Values `json:"settings"`
}

type party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// view is the current version, and what a supervisor may choose from.
type view struct {
	saved
	Open      bool       `json:"open"` // now
	Languages []language `json:"languages"`
}

type language struct {
	Language prompt.Language `json:"language"`
	Voices   []string        `json:"voices"`
}

func savedAs(l settings.Line) saved {
	s := saved{Version: l.Version, At: l.At, Settings: l.Values}
	if l.By != "" {
		s.By = &party{ID: l.By, Name: l.ByName}
	}
	return s
}

func viewOf(l settings.Line, now time.Time) view {
	v := view{saved: savedAs(l), Open: l.Values.OpenAt(now)}
	for _, of := range prompt.Languages() {
		v.Languages = append(v.Languages, language{of, prompt.Voices(of)})
	}
	return v
}

func (h handler) show(r *httpapi.Request) (int, any, error) {
	l, err := h.editor.Show(r.Context(), r.Who)
	return http.StatusOK, viewOf(l, r.Now), err
}

func (h handler) change(r *httpapi.Request) (int, any, error) {
	var in struct {
		Version  *int64           `json:"version"`
		Settings *settings.Values `json:"settings"`
	}
	if !r.Who.Supervisor { // learns nothing, not even what a request must look like
		return 0, nil, service.ErrNotSupervisor
	}
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	if in.Version == nil || *in.Version < 0 || in.Settings == nil {
		return 0, nil, httpapi.Malformed("The body has version, a number from 0, and settings.")
	}
	l, err := h.editor.Change(r.Context(), r.Who, *in.Version, *in.Settings, r.Now)
	return http.StatusOK, viewOf(l, r.Now), err
}

// upload keeps own music, which callers hear once it is saved with the settings. Its files have the name of their
// content and are never replaced: a version that is brought back finds them.
func (h handler) upload(r *httpapi.Request) (int, any, error) {
	if _, err := h.editor.Show(r.Context(), r.Who); err != nil { // whoever may not see the settings
		return 0, nil, err
	}
	file, err := r.ReadFile(music.MaxBytes)
	if err != nil {
		return 0, nil, err
	}
	cut, err := music.Of(file)
	if err != nil {
		return 0, nil, err
	}
	for i, piece := range cut.Files {
		if err := h.shelf.Keep(r.Context(), cut.Path(i), piece); err != nil {
			return 0, nil, err
		}
	}
	return http.StatusOK, struct {
		Music settings.Music `json:"music"`
	}{cut.Music}, nil
}

func (h handler) versions(r *httpapi.Request) (int, any, error) {
	earlier, err := h.editor.Earlier(r.Context(), r.Who)
	out := struct {
		Versions []saved `json:"versions"`
	}{[]saved{}}
	for _, l := range earlier {
		out.Versions = append(out.Versions, savedAs(l))
	}
	return http.StatusOK, out, err
}
