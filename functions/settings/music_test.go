package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
)

// pieces is a shelf in memory.
type pieces struct {
	files map[string]string
	plan  []servicetest.Fault
}

func (p *pieces) Keep(_ context.Context, path string, content []byte) error {
	var f servicetest.Fault
	if len(p.plan) > 0 {
		f, p.plan = p.plan[0], p.plan[1:]
	}
	if f.Err == nil || f.Took {
		p.files[path] = string(content)
	}
	return f.Err
}

// uploads sends a file as API Gateway passes it on.
func (s suite) uploads(name string, file []byte) httpapitest.Answer {
	s.Site.T.Helper()
	e := s.Signed(name, "POST", "/settings/music", "")
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(file), true
	e.Headers["content-type"] = "audio/wav"
	e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[agent supervisor]"
	if name == "alice" {
		e.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[agent]"
	}
	a := s.Do(e)
	s.Spec.Check(e, a)
	return a
}

// usual is a piece of the line's usual music.
func usual(t testing.TB) []byte {
	t.Helper()
	file, err := os.ReadFile("../../frontend/public/music/01.wav")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

type uploaded struct{ Music settings.Music }

func TestF290MusicIsUploadedAndSaved(t *testing.T) {
	s := serve(t)
	m := read[uploaded](t, s.uploads("erin", usual(t))).Music
	if m.Pieces != 1 || m.Length().Seconds() < 11 || len(s.kept.files) != 1 || s.kept.files[m.Path(0)][:4] != "RIFF" {
		t.Errorf("%+v, kept %d", m, len(s.kept.files))
	}
	if again := read[uploaded](t, s.uploads("erin", usual(t))).Music; again != m || len(s.kept.files) != 1 {
		t.Errorf("the same file is %+v, kept %d", again, len(s.kept.files))
	}
	saved := read[view](t, s.saves("erin", 0, fmt.Sprintf(`{"music":{"id":%q,"pieces":%d,"millis":%d,"name":"Waltz.mp3"}}`,
		m.ID, m.Pieces, m.Millis)))
	if saved.Settings.Music.Name != "Waltz.mp3" {
		t.Errorf("saved %+v", saved.Settings.Music)
	}
}

func TestF290AFileThatCannotBeTheMusic(t *testing.T) {
	s := serve(t)
	for file, why := range map[string]string{
		"": "no WAV", "words": "no WAV", "ID3 and more": "MP3", string(usual(t)[:9000]): "cut off",
	} {
		a := s.uploads("erin", []byte(file))
		if got := refused(t, a, 422, "settings-refused"); got != "music" || !strings.Contains(a.Body, why) {
			t.Errorf("%.12q: %s", file, a.Body)
		}
	}
	refused(t, s.uploads("erin", make([]byte, 5<<20)), 413, "too-large")
	refused(t, s.uploads("alice", usual(t)), 403, "not-supervisor")
	if len(s.kept.files) != 0 {
		t.Errorf("kept %d pieces", len(s.kept.files))
	}
}

// What is kept in part is no music of the line: nothing has its name yet, and the same upload completes it.
func TestF291AnUploadThatFailsIsNotTheMusic(t *testing.T) {
	for _, took := range []bool{false, true} {
		s := serve(t)
		s.kept.plan = []servicetest.Fault{{Err: service.ErrUnavailable, Took: took}}
		refused(t, s.uploads("erin", usual(t)), 503, "unavailable")
		if m := read[uploaded](t, s.uploads("erin", usual(t))).Music; s.kept.files[m.Path(0)] == "" {
			t.Errorf("took %t: kept %d pieces", took, len(s.kept.files))
		}
	}
}
