package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"warmtransfer/local/gateway/sam"
)

// Build makes the binary of every function that something here starts, for this machine, with the flags of the
// deployment, as out/<folder>. Root is the module's folder; the compiler's output goes to output.
func Build(ctx context.Context, root string, t *sam.Template, out string, output io.Writer) error {
	if len(t.Functions) == 0 {
		return errors.New("the template has no functions to build")
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o750); err != nil {
		return fmt.Errorf("no folder for the functions' binaries: %w", err)
	}
	unlock, err := lock(ctx, out) // stacks and test packages that start together
	if err != nil {
		return err
	}
	defer unlock()
	// One command for all. Unlike "go build -o", it does not rebuild what is up to date, so the second start is quick.
	args := []string{"install", "-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w"}
	seen := map[string]bool{}
	for _, f := range t.Functions {
		if !f.Started() {
			continue // nothing here starts it
		}
		if info, err := os.Stat(filepath.Join(root, f.CodeURI)); err != nil || !info.IsDir() {
			return fmt.Errorf("the template's function %s wants the folder %s, which is not there", f.LogicalID,
				f.CodeURI)
		}
		if seen[f.Folder()] {
			return fmt.Errorf("two functions of the template have folders named %s", f.Folder())
		}
		seen[f.Folder()] = true
		args = append(args, "./"+filepath.ToSlash(f.CodeURI))
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+out, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	cmd.Stdout, cmd.Stderr = output, output
	switch err := cmd.Run(); {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("the functions cannot be built: there is no go command in the PATH")
	case ctx.Err() != nil:
		return fmt.Errorf("building the functions was broken off: %w", ctx.Err())
	case err != nil:
		return fmt.Errorf("the functions do not build (go install: %w)", err)
	}
	return nil
}

// Binaries returns where Build has put a function's binary, for Options.Bootstrap.
func Binaries(out string) func(sam.Function) string {
	return func(f sam.Function) string {
		name := f.Folder()
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		return filepath.Join(out, name)
	}
}
