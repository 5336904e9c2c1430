package voice

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"warmtransfer/local/twiliosim/media/voice/audio"
)

const (
	// shelf is how many files and spoken texts are kept; then all are forgotten, since
	// they can be had again at once.
	shelf = 256
	// speakTime is how long the speech program may take for one text.
	speakTime = 20 * time.Second
)

// library keeps the recordings that legs hear. A recording is returned at once and
// gets its sound when it was fetched or spoken; what cannot be had sounds as chimes, so
// that a listener never takes a broken file for a broken line.
type library struct {
	ringback, music, beep *audio.Recording

	fetch func(url string) ([]byte, error)
	speak func(ctx context.Context, text string) ([]int16, error)
	log   *slog.Logger

	mu     sync.Mutex
	kept   map[string]*audio.Recording
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

func newLibrary(fetch func(url string) ([]byte, error), config Config) *library {
	ctx, cancel := context.WithCancel(context.Background())
	return &library{
		ringback: audio.NewRecording(audio.Render(audio.Ringback...)),
		music:    audio.NewRecording(audio.Music()),
		beep:     audio.NewRecording(audio.Render(audio.Beep{Hz: []float64{440}, Length: 400 * time.Millisecond})),
		fetch:    fetch, speak: audio.Speak, log: config.Log,
		kept: make(map[string]*audio.Recording), ctx: ctx, cancel: cancel,
	}
}

// file returns the recording at url.
func (l *library) file(url string) *audio.Recording {
	return l.get("file "+url, func() []int16 {
		data, err := l.fetch(url)
		if err == nil {
			var samples []int16
			if samples, err = audio.ReadWAV(data); err == nil {
				return samples
			}
		}
		l.log.Warn("a file cannot be played; chimes sound instead", "error", err)
		return audio.Chimes("this file cannot be played here")
	})
}

// speech returns text as spoken words.
func (l *library) speech(text string) *audio.Recording {
	return l.get("speech "+text, func() []int16 {
		ctx, cancel := context.WithTimeout(l.ctx, speakTime)
		defer cancel()
		samples, err := l.speak(ctx, text)
		if err != nil {
			l.log.Debug("no speech; chimes sound instead", "error", err)
			return audio.Chimes(text)
		}
		return samples
	})
}

func (l *library) get(key string, produce func() []int16) *audio.Recording {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.kept[key]; r != nil {
		return r
	}
	if len(l.kept) >= shelf {
		clear(l.kept)
	}
	r := &audio.Recording{}
	l.kept[key] = r
	if l.ctx.Err() == nil {
		l.work.Go(func() { r.Set(produce()) })
	}
	return r
}

// Close stops speaking and waits for files that are being fetched.
func (l *library) Close() {
	l.mu.Lock()
	l.cancel()
	l.mu.Unlock()
	l.work.Wait()
}
