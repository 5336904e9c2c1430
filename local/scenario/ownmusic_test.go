package scenario

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/shared/settings"
)

// uploads lets a supervisor upload twenty-four seconds of music, and save it.
func (l *line) uploads() settings.Music {
	l.t.Helper()
	file, err := os.ReadFile("../../frontend/public/music/01.wav")
	l.must(err)
	var answer struct{ Music settings.Music }
	l.must(l.agent("erin").Call(l.ctx, "POST", "/settings/music", file, &answer))
	l.sets(settings.Values{Music: &answer.Music})
	return answer.Music
}

// plays is the address of the music that a party hears.
func (l *line) plays(sid string) string {
	for _, s := range l.Network.Hears(sid) {
		if s.URL != "" {
			_, path, _ := strings.Cut(s.URL, "/music/")
			return path
		}
	}
	return ""
}

// A caller hears the line's own music in the line and on hold. It is taken away under their ears: the usual music goes
// on at once, and no caller is in silence.
func TestF292OwnMusicIsRemovedWhileItPlays(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]faults.Rule{
		"removed": {Do: "fail", Status: 404},
		"broken":  {Do: "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			m := l.uploads()
			l.online("alice")
			own := strings.TrimPrefix(m.Path(0), "/")
			caller := l.dial("+15550199")
			l.until("own music in the line", 30*time.Second, func() bool { return l.plays(caller) == own })
			l.answers("alice")
			l.presses("alice", "hold", "")
			l.until("own music on hold", 30*time.Second, func() bool { return l.plays(caller) == own })
			l.pass(time.Minute)
			l.waits(caller)

			rule.Kind, rule.Match.Path = "media", "^/music/own/"
			l.fault(rule)
			l.until("the usual music", 30*time.Second, func() bool {
				return l.plays(caller) != "" && !strings.HasPrefix(l.plays(caller), "own/")
			})
			l.pass(3 * time.Minute) // the watch of silence holds
			l.waits(caller)
			l.Network.ClearFaults()
			l.until("own music again", 6*time.Minute, func() bool { return l.plays(caller) == own })
			l.presses("alice", "resume", "")
			l.pass(2 * time.Second)
			l.together(caller, l.legTo("alice"))
			l.done(10 * time.Second)
		})
	}
}

// What is no music is refused in words, by its bytes, and callers hear the usual music.
func TestF290WhatIsNoMusicIsRefused(t *testing.T) {
	t.Parallel()
	l := open(t)
	for who, file := range map[string]string{"erin": "ID3 an MP3 file", "alice": "RIFF"} {
		var no *stack.APIError
		err := l.agent(who).Call(l.ctx, "POST", "/settings/music", []byte(file), nil)
		if !errors.As(err, &no) || no.Status != 422 && who == "erin" || no.Status != 403 && who == "alice" {
			t.Errorf("%s was answered %v", who, err)
		}
	}
	caller := l.dial("+15550199")
	l.pass(25 * time.Second)
	l.waits(caller)
	if p := l.plays(caller); strings.HasPrefix(p, "own/") {
		t.Errorf("the caller hears %s", p)
	}
	l.hangs(caller)
	l.done(30 * time.Second)
}
