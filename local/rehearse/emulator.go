package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// emulator is the process that stands in for AWS.
type emulator struct {
	URL  string
	new  func() *exec.Cmd
	cmd  *exec.Cmd
	done chan error
	log  *os.File
}

// freePort is one that nobody has at the moment. The emulator wants to know its port before it starts.
func freePort() (int, error) {
	l, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// qemu is the program that runs packages for arm64 on this machine; none is needed if it is one.
func qemu() (string, error) {
	if runtime.GOARCH == "arm64" {
		return "", nil
	}
	path, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		return "",
			errors.New(
				"the packages are for arm64, and there is no qemu-aarch64 to run them: apt-get install qemu-user")
	}
	return path, nil
}

// start starts it; twilioURL is the phone network, at plain HTTP, direct the front before it.
func (e *emulator) start(ctx context.Context, root, dir string, port int, direct, ca, twilioURL string) error {
	run, err := qemu()
	if err != nil {
		return err
	}
	python := filepath.Join(root, ".venv-emulator", "bin", "python")
	if e.log, err = os.Create(filepath.Join(dir, "emulator.log")); err != nil {
		return err
	}
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir,
		"GATEWAY_PORT=" + strconv.Itoa(port), "BIND_HOST=" + loopback, "IOT_MTLS_ENABLED=0", "AUTH=true",
		"MINISTACK_APIGW_JWKS_TIMEOUT_SECONDS=30",
		"MINISTACK_HOST=" + region + ".amazonaws.com", "MINISTACK_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "REHEARSE_QEMU=" + run,
		// What follows is for the functions, which get this environment as it is.
		"TWILIO_API_URL=" + twilioURL, "SSL_CERT_FILE=" + ca,
		"AWS_ENDPOINT_URL_DYNAMODB=" + e.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + e.URL,
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=" + e.URL,
		"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=" + e.URL, "AWS_ENDPOINT_URL_S3=" + direct, // its policy wants TLS
	}
	e.new = func() *exec.Cmd {
		cmd := exec.Command(python, filepath.Join(root, "local", "rehearse", "emulator.py"))
		cmd.Env, cmd.Stdout, cmd.Stderr = env, e.log, e.log
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		return cmd
	}
	return e.up(ctx)
}

// restart puts one with nothing in it into its place, at the same address.
func (e *emulator) restart(ctx context.Context) error {
	e.end()
	return e.up(ctx)
}

func (e *emulator) up(ctx context.Context) error {
	e.cmd = e.new()
	if err := e.cmd.Start(); err != nil {
		return fmt.Errorf("the emulator does not start (%w): delete .venv-emulator and try again", err)
	}
	// What has limits of time goes first: the functions, and the emulator, for which the SAM CLI waits a minute at
	// most. Only some users may do that; for others it stays as it is.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, e.cmd.Process.Pid, -10)
	e.done = make(chan error, 1)
	go func() { e.done <- e.cmd.Wait() }()
	return e.ready(ctx)
}

func (e *emulator) ready(ctx context.Context) error {
	const patience = time.Minute
	client := &http.Client{Timeout: patience}
	for began := machine.read(); machine.patient(began, patience); {
		select {
		case <-e.done:
			e.done <- nil
			return fmt.Errorf("the emulator ended at once:\n%s", tail(e.log.Name(), 12))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
		resp, err := client.Get(e.URL + "/_ministack/health")
		if err == nil {
			_ = resp.Body.Close()
			return nil
		}
	}
	return fmt.Errorf("the emulator does not answer after %s:\n%s", patience, tail(e.log.Name(), 12))
}

// stop ends it for good.
func (e *emulator) stop() {
	e.end()
	if e.log != nil {
		_ = e.log.Close()
	}
}

// end ends it and all that it started.
func (e *emulator) end() {
	if e.cmd == nil || e.cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-e.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-e.done:
	case <-time.After(3 * time.Second):
	}
	_ = syscall.Kill(-e.cmd.Process.Pid, syscall.SIGKILL) // whatever is left of its group
}
