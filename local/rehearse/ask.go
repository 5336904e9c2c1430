package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"syscall"
)

// asker is the process that asks the emulator.
type asker struct {
	to   io.WriteCloser
	from *bufio.Reader
}

// with are the parameters of a question, as AWS names them.
type with = map[string]any

func (r *rehearsal) startAsker() error {
	cmd := exec.Command(filepath.Join(r.root, ".venv-emulator", "bin", "python"), filepath.Join(r.root, "local",
		"rehearse", "ask.py"))
	cmd.Env = r.environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = r.emulator.log
	to, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r.asker = &asker{to, bufio.NewReaderSize(from, 1<<20)}
	r.closers = append(r.closers, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return nil
}

// ask asks AWS for something and reads the answer into to.
func (r *rehearsal) ask(ctx context.Context, to any, service, do string, with with) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	raw, err := json.Marshal(map[string]any{"service": service, "do": do, "with": with})
	if err != nil {
		return err
	}
	if _, err := r.asker.to.Write(append(raw, '\n')); err != nil {
		return err
	}
	line, err := r.asker.from.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", service, do, err, tail(r.emulator.log.Name(), 5))
	}
	var refused struct{ Error struct{ Message string } }
	if err := json.Unmarshal(line, &refused); err != nil {
		return err
	}
	if refused.Error.Message != "" {
		return errors.New(refused.Error.Message)
	}
	if to == nil {
		return nil
	}
	return json.Unmarshal(line, to)
}
