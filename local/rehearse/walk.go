package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"warmtransfer/local/phone"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/media/voice"
)

// rehearsal is one run.
type rehearsal struct {
	root, dir string
	built     string // the template that is deployed
	uploaded  string // the same, with the addresses of the packages in place of their folders
	browser   bool
	out       io.Writer
	watch     watch
	said      []string // what belongs to the step that is being made

	front    *front
	emulator emulator
	asker    *asker
	network  *twiliosim.Network
	twilio   string // the phone network at plain HTTP
	account  stack.Account
	visitor
	outputs map[string]string
	desks   map[string]*desk
	closers []func()
}

func (r *rehearsal) close() {
	for _, f := range slices.Backward(r.closers) {
		f()
	}
	r.closers = nil
}

// step is one thing that an operator, an agent or a caller does, and what must come of it.
type step struct {
	name string
	do   func(*rehearsal, context.Context) error
	only func(*rehearsal) bool
}

// stackName is what the stack is called.
const stackName = "line"

var steps = []step{
	{"the packages are whole, and for arm64", (*rehearsal).packages, nil},
	{"an emulator of AWS and a phone network start", (*rehearsal).start, nil},
	{"sam deploy, the first time", (*rehearsal).deploy, nil},
	{"callers and agents go through the aliases", (*rehearsal).aliases, nil},
	{"every agents' route asks for a token, and no webhook does", (*rehearsal).routes, nil},
	{"make agent, for two", (*rehearsal).agents, nil},
	{"make doctor", (*rehearsal).doctor, nil},
	{"both sign in by managed login, the first time with a new password", (*rehearsal).signIn, nil},
	{"a call: answer, consult, complete", (*rehearsal).call, nil},
	{"no function was refused anything by its policy", (*rehearsal).quiet, nil},
	{"in a browser: the page signs in and takes a call with sound", (*rehearsal).page,
		func(r *rehearsal) bool { return r.browser }},
	{"sam deploy with one parameter changed: the aliases move", (*rehearsal).parameter, nil},
	{"sam deploy with one setting of a function changed: its alias moves", (*rehearsal).setting, nil},
	{"sam deploy with a number of somebody else's: it is refused and all taken back", (*rehearsal).refused, nil},
	{"a call after that", (*rehearsal).call, nil},
	{"make remove-agent: the API refuses who was removed, at once", (*rehearsal).removeAgent, nil},
	{"the sweep has run by its schedule", (*rehearsal).sweep, nil},
	{"make destroy leaves what docs/operations.md says", (*rehearsal).remove, nil},
}

// packages looks whether the last build came to its end.
func (r *rehearsal) packages(context.Context) error {
	functions, err := filepath.Glob(filepath.Join(r.root, ".aws-sam", "build", "*Function"))
	if err != nil || len(functions) == 0 {
		return errors.New("there is no package: make rehearse builds them first")
	}
	for _, f := range functions {
		head := make([]byte, 20)
		file, err := os.Open(filepath.Join(f, "bootstrap"))
		if err == nil {
			_, err = io.ReadFull(file, head)
			_ = file.Close()
		}
		const aarch64 = 183 // e_machine
		if err != nil || string(head[:4]) != "\x7fELF" || head[18] != aarch64 {
			return fmt.Errorf("the package of %s is half built: delete .aws-sam and try again", filepath.Base(f))
		}
	}
	return nil
}

func (r *rehearsal) start(ctx context.Context) error {
	r.account = stack.MadeUp()
	port, err := freePort()
	if err != nil {
		return err
	}
	r.emulator.URL = fmt.Sprintf("http://%s:%d", loopback, port)
	mux := http.NewServeMux()
	if r.front, err = startFront(r.dir, r.emulator.URL, mux); err != nil {
		return err
	}
	r.closers = append(r.closers, r.front.Close)
	r.http = r.front.client()
	a := r.account
	r.network, err = twiliosim.New(twiliosim.Config{
		Account: a.SID, AuthToken: a.AuthToken, APIKey: a.APIKey, APISecret: a.APISecret, Number: a.Number,
		Transport: r.front.transport(),
	})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, r.network.Close)
	sound, err := voice.Attach(r.network, voice.Config{})
	if err != nil {
		return err
	}
	r.closers = append(r.closers, func() { _ = sound.Close() })
	mux.Handle("/2010-04-01/", r.network.Handler())
	mux.Handle("/control/", r.network.Control())
	mux.Handle(phone.Path, phone.Handler())
	sound.Mount(mux)
	l, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return err
	}
	r.front.serve(l, mux)
	r.twilio = "http://" + l.Addr().String()
	r.closers = append(r.closers, r.emulator.stop)
	if err := r.emulator.start(ctx, r.root, r.dir, port, r.front.Direct, r.front.CAFile, r.twilio); err != nil {
		return err
	}
	return r.startAsker()
}

// environment is that of an operator who has an account: the emulator's address is all that is different from AWS.
func (r *rehearsal) environment() []string {
	bin := []string{filepath.Join(r.root, ".venv", "bin"), filepath.Join(r.root, ".venv-emulator", "bin"),
		os.Getenv("PATH")}
	return []string{
		"PATH=" + strings.Join(bin, ":"), "HOME=" + os.Getenv("HOME"), "GOCACHE=" + os.Getenv("GOCACHE"),
		"TMPDIR=" + r.dir,
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_REGION=" + region,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=", "SAM_CLI_TELEMETRY=0",
		"AWS_ENDPOINT_URL=" + r.emulator.URL, "AWS_ENDPOINT_URL_DYNAMODB=" + r.emulator.URL,
		"HTTPS_PROXY=" + r.front.Proxy, "NO_PROXY=" + loopback,
		"SSL_CERT_FILE=" + r.front.CAFile, "TWILIO_API_URL=" + r.twilio, "STACK=" + stackName,
	}
}

// command runs a program to its end, and returns all that it said.
func (r *rehearsal) command(ctx context.Context, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = r.root
	cmd.Env = append(r.environment(), env...)
	if path := filepath.Join(r.root, ".venv", "bin", name); name == "sam" {
		cmd.Path = path
	} else if name == "aws" {
		cmd.Path = filepath.Join(r.root, ".venv-emulator", "bin", name)
	}
	cmd.Err = nil
	cmd.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// sam deploys; more are further options, changed parameters that take the place of the first ones.
func (r *rehearsal) sam(ctx context.Context, template string, changed ...string) (string, error) {
	a := r.account
	values := map[string]string{
		"TwilioNumber": a.Number, "TwilioAccountSid": a.SID, "TwilioAuthToken": a.AuthToken,
		"TwilioApiKey": a.APIKey, "TwilioApiSecret": a.APISecret,
	}
	for _, c := range changed {
		name, value, _ := strings.Cut(c, "=")
		values[name] = value
	}
	args := []string{"deploy"}
	if template != filepath.Join(r.root, ".aws-sam", "build", "template.yaml") {
		args = append(args, "--template-file", template, "--config-file", filepath.Join(r.root, "samconfig.toml"))
	}
	args = append(args, "--region", region, "--stack-name", stackName, "--no-confirm-changeset")
	args = append(args, "--parameter-overrides")
	for name, value := range values {
		args = append(args, name+"="+value)
	}
	return r.command(ctx, nil, "sam", args...)
}

// deploy makes the stack. What comes of a first deployment that fails cannot be deployed to again, so that another try
// needs an account with nothing in it.
func (r *rehearsal) deploy(ctx context.Context) error {
	err := r.again("the deployment", func(before bool) error {
		if before {
			if err := r.emulator.restart(ctx); err != nil {
				return err
			}
		}
		if out, err := r.sam(ctx, r.built); err != nil {
			return r.failed(ctx, out, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.keepUploaded(ctx); err != nil {
		return err
	}
	return r.readOutputs(ctx)
}

// keepUploaded keeps the template as the SAM CLI has deployed it, with the addresses of the packages that it has
// uploaded: updates with it need not pack and upload again what has not changed.
func (r *rehearsal) keepUploaded(ctx context.Context) error {
	var answer struct{ TemplateBody string }
	if err := r.ask(ctx, &answer, "cloudformation", "get_template",
		with{"StackName": stackName, "TemplateStage": "Original"}); err != nil {
		return err
	}
	if n := strings.Count(answer.TemplateBody, "CodeUri: s3://"); n == 0 {
		return errors.New("the deployed template names no package")
	}
	r.uploaded = filepath.Join(r.dir, "uploaded.yaml")
	return os.WriteFile(r.uploaded, []byte(answer.TemplateBody), 0o600)
}

// update deploys again; changed are the parameters that differ from the first ones.
func (r *rehearsal) update(ctx context.Context, template string, changed ...string) (out string, err error) {
	err = r.again("the deployment", func(bool) error {
		out, err = r.sam(ctx, template, changed...)
		if err != nil {
			err = r.failed(ctx, out, err)
		}
		return err
	})
	return out, err
}

// failed tells why a deployment failed, in CloudFormation's words.
func (r *rehearsal) failed(ctx context.Context, out string, err error) error {
	reasons := r.reasons(ctx)
	if len(reasons) == 0 {
		return fmt.Errorf("%w\n%s", err, lastLines(out, 15))
	}
	return errors.New(strings.Join(reasons, "\n"))
}

// reasons are those of the resources that failed last.
func (r *rehearsal) reasons(ctx context.Context) (all []string) {
	ask := with{"StackName": stackName}
	for {
		var page struct {
			StackEvents []struct{ LogicalResourceID, ResourceStatus, ResourceStatusReason string }
			NextToken   string
		}
		if r.ask(ctx, &page, "cloudformation", "describe_stack_events", ask) != nil {
			return all
		}
		for _, e := range page.StackEvents { // the newest first
			if e.LogicalResourceID == stackName && (e.ResourceStatus == "CREATE_IN_PROGRESS" ||
				e.ResourceStatus == "UPDATE_IN_PROGRESS") {
				return all
			}
			if strings.HasSuffix(e.ResourceStatus, "_FAILED") {
				all = append(all, e.LogicalResourceID+": "+e.ResourceStatusReason)
			}
		}
		if page.NextToken == "" {
			return all
		}
		ask["NextToken"] = page.NextToken
	}
}

func (r *rehearsal) readOutputs(ctx context.Context) error {
	var answer struct {
		Stacks []struct {
			StackStatus string
			Outputs     []struct{ OutputKey, OutputValue string }
		}
	}
	if err := r.ask(ctx, &answer, "cloudformation", "describe_stacks", with{"StackName": stackName}); err != nil {
		return err
	}
	r.outputs = map[string]string{}
	for _, o := range answer.Stacks[0].Outputs {
		r.outputs[o.OutputKey] = o.OutputValue
	}
	return nil
}

// resources are the stack's, by their logical id.
func (r *rehearsal) resources(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	for next := ""; ; { // a page has a hundred of them at most
		var answer struct {
			StackResourceSummaries []struct{ LogicalResourceID, PhysicalResourceID string }
			NextToken              string
		}
		args := with{"StackName": stackName}
		if next != "" {
			args["NextToken"] = next
		}
		if err := r.ask(ctx, &answer, "cloudformation", "list_stack_resources", args); err != nil {
			return nil, err
		}
		for _, s := range answer.StackResourceSummaries {
			all[s.LogicalResourceID] = s.PhysicalResourceID
		}
		if next = answer.NextToken; next == "" {
			return all, nil
		}
	}
}

func (r *rehearsal) agents(ctx context.Context) error {
	names := []string{"ada", "bob"}
	errs := make([]error, len(names))
	var both sync.WaitGroup
	for i, name := range names {
		both.Go(func() {
			out, err := r.command(ctx, nil, "make", "agent", "NAME="+name, "EMAIL="+name+"@example.com")
			if err != nil || !strings.Contains(out, "signs in at "+r.outputs["PageUrl"]) {
				errs[i] = fmt.Errorf("%w\n%s", errors.Join(err,
					errors.New("it does not say where "+name+" signs in")), out)
			}
		})
	}
	both.Wait()
	return errors.Join(errs...)
}

// removeAgent: the token that the agent has is still good for API Gateway, and the functions refuse it.
func (r *rehearsal) removeAgent(ctx context.Context) error {
	if out, err := r.command(ctx, nil, "make", "remove-agent", "NAME=bob"); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	_, err := r.desks["bob"].ask(ctx, http.MethodGet, "agents/me", nil)
	if err == nil {
		return errors.New("the API still serves bob, who was removed")
	}
	if !strings.Contains(err.Error(), "answers bob 403") {
		return fmt.Errorf("bob was removed, and the API does not say so: %w", err)
	}
	_, err = r.desks["ada"].ask(ctx, http.MethodGet, "agents/me", nil)
	return err
}

func (r *rehearsal) doctor(ctx context.Context) error {
	var out string
	err := r.again("the doctor", func(bool) (err error) {
		if out, err = r.command(ctx, nil, "make", "doctor", "ARGS=-stack "+stackName); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.said = append(r.said, strings.Split(strings.TrimSpace(out), "\n")...)
	return nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func tail(file string, n int) string {
	text, _ := os.ReadFile(file) // there may be none
	return lastLines(string(text), n)
}
