package twiliosim

import (
	"path"
	"strings"
)

// isRingtone tells whether a file's name says that it holds a ringing tone.
func isRingtone(url string) bool {
	name := strings.ToLower(path.Base(url))
	return strings.Contains(name, "ringing") || strings.Contains(name, "ringback")
}
