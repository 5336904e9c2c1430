package twiliosim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// audioCache keeps the sound files that Play has fetched.
type audioCache struct {
	mu    *sync.Mutex
	files map[string]audioFile
	size  int
}

type audioFile struct {
	data   []byte
	length time.Duration
}

const (
	audioMax      = 16 << 20 // one file
	audioCacheMax = 64 << 20 // all together; beyond that they are forgotten and fetched anew
)

func newAudioCache() audioCache {
	return audioCache{mu: &sync.Mutex{}, files: map[string]audioFile{}}
}

func (c *audioCache) get(url string) (audioFile, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.files[url]
	return f, ok
}

func (c *audioCache) put(url string, f audioFile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size+len(f.data) > audioCacheMax {
		c.files, c.size = map[string]audioFile{}, 0
	}
	c.files[url] = f
	c.size += len(f.data)
}

// Audio is the file behind a SoundPlay's URL. Every file is fetched once; a failed fetch
// is tried again when it is asked for again. Only WAV files are understood.
func (n *Network) Audio(url string) ([]byte, error) {
	f, err := n.fetchAudio(url)
	return f.data, err
}

func (n *Network) fetchAudio(url string) (audioFile, error) {
	if f, ok := n.audio.get(url); ok {
		return f, nil
	}
	ctx, stop := n.clockContext(n.ctx, n.cfg.WebhookLimit)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return audioFile{}, err
	}
	res, err := n.client.Do(req)
	if err != nil {
		return audioFile{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return audioFile{}, fmt.Errorf("%s: status %d", url, res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, audioMax+1))
	if err != nil {
		return audioFile{}, err
	}
	if len(data) > audioMax {
		return audioFile{}, fmt.Errorf("%s: larger than %d bytes", url, audioMax)
	}
	length, err := wavLength(data)
	if err != nil {
		return audioFile{}, fmt.Errorf("%s: %w", url, err)
	}
	f := audioFile{data: data, length: length}
	n.audio.put(url, f)
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
