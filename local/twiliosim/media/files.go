package media

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Files are the sound files that documents play. Each is fetched once; a failed fetch is
// tried again when it is asked for again. Only WAV files are understood. Its methods are
// safe for concurrent use.
type Files struct {
	client *http.Client
	within func() (context.Context, func()) // how long one fetch may take

	mu    sync.Mutex
	files map[string]file
	size  int
}

type file struct {
	data   []byte
	length time.Duration
}

const (
	fileMax  = 16 << 20 // one file
	filesMax = 64 << 20 // all together; beyond that they are forgotten and fetched anew
)

// NewFiles returns an empty store that fetches with client, each file within the context.
func NewFiles(client *http.Client, within func() (context.Context, func())) *Files {
	return &Files{client: client, within: within, files: map[string]file{}}
}

func (s *Files) get(url string) (file, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[url]
	return f, ok
}

func (s *Files) put(url string, f file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size+len(f.data) > filesMax {
		s.files, s.size = map[string]file{}, 0
	}
	s.files[url] = f
	s.size += len(f.data)
}

// Length is how long the file at url sounds, if it has been fetched already.
func (s *Files) Length(url string) (time.Duration, bool) {
	f, ok := s.get(url)
	return f.length, ok
}

// Load fetches the file at url, unless it is there, and returns how long it sounds.
func (s *Files) Load(url string) (time.Duration, error) {
	f, err := s.fetch(url)
	return f.length, err
}

// Audio is the file behind the URL of a Play.
func (s *Files) Audio(url string) ([]byte, error) {
	f, err := s.fetch(url)
	return f.data, err
}

func (s *Files) fetch(url string) (file, error) {
	if f, ok := s.get(url); ok {
		return f, nil
	}
	ctx, stop := s.within()
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return file{}, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return file{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return file{}, fmt.Errorf("%s: status %d", url, res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, fileMax+1))
	if err != nil {
		return file{}, err
	}
	if len(data) > fileMax {
		return file{}, fmt.Errorf("%s: larger than %d bytes", url, fileMax)
	}
	length, err := wavLength(data)
	if err != nil {
		return file{}, fmt.Errorf("%s: %w", url, err)
	}
	f := file{data: data, length: length}
	s.put(url, f)
	return f, nil
}

// wavLength reads how long a RIFF/WAVE file sounds: the size of its data divided by its
// bytes per second.
func wavLength(b []byte) (time.Duration, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return 0, errors.New("not a WAV file")
	}
	var perSecond int64
	for rest := b[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		switch name {
		case "fmt ":
			if len(body) < 12 {
				return 0, errors.New("WAV file: its format is cut off")
			}
			perSecond = int64(binary.LittleEndian.Uint32(body[8:12]))
		case "data":
			if perSecond <= 0 {
				return 0, errors.New("WAV file: no bytes per second before the data")
			}
			// A writer that streams does not know the size: what is there counts.
			size = min(size, int64(len(body)))
			return time.Duration(size * int64(time.Second) / perSecond), nil
		}
		size += size % 2
		if size > int64(len(body)) {
			break
		}
		rest = body[size:]
	}
	return 0, errors.New("WAV file: no data")
}
