//go:build unix

package gateway

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lock waits until nobody else builds into the folder; the lock ends with this process at the latest.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock of the functions' binaries: %w", err)
	}
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case err == nil:
			tick.Stop()
			return func() { _ = f.Close() }, nil
		case err != syscall.EWOULDBLOCK && err != syscall.EINTR:
			tick.Stop()
			_ = f.Close()
			return nil, fmt.Errorf("the lock of the functions' binaries: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			_ = f.Close()
			return nil, fmt.Errorf("somebody else builds the functions for long: %w", ctx.Err())
		}
	}
}
