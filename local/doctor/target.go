package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/joho/godotenv"

	"warmtransfer/local/stack"
	"warmtransfer/shared/twilio"
)

// options say where to find the parts.
type options struct {
	control, stack string
	given          target
}

// twilioAPI is where a deployment's Twilio is.
const twilioAPI = "https://api.twilio.com"

func (o options) find(ctx context.Context) (t target, err error) {
	_ = godotenv.Load(".env") // the file is optional
	switch {
	case o.stack != "":
		t, err = deployed(ctx, o.stack, awsCLI)
	case o.given.Page != "" || o.given.API != "":
		if o.given.Page == "" || o.given.API == "" {
			return t, errors.New("-page and -api belong together")
		}
		t = o.given
		t.Twilio = twilioAPI
	default:
		t, err = local(ctx, o.control)
	}
	if err != nil {
		return t, err
	}
	for name, field := range map[string]*string{
		"TWILIO_ACCOUNT_SID": &t.Account.AccountSID, "TWILIO_API_KEY": &t.Account.APIKey,
		"TWILIO_API_SECRET": &t.Account.APISecret, "TWILIO_NUMBER": &t.Number, "TWILIO_API_URL": &t.Twilio,
	} {
		if v := os.Getenv(name); v != "" {
			*field = v
		}
	}
	if v := os.Getenv("TWILIO_AUTH_TOKEN"); v != "" {
		t.Account.AuthTokens = []string{v}
	}
	t.Page, t.API = strings.TrimRight(t.Page, "/"), strings.TrimRight(t.API, "/")
	return t, nil
}

// local asks a local stack where its parts are.
func local(ctx context.Context, control string) (target, error) {
	var parts struct{ API, Twilio, Number string }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, control, nil)
	if err != nil {
		return target{}, fmt.Errorf("-control: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return target{},
			fmt.Errorf("nothing answers at %s: start a local stack with make run, say -control and the address of one "+
				"that has other ports, or name a deployment with -stack", control)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&parts); err != nil || parts.API == "" {
		return target{}, fmt.Errorf("what answers at %s is no local stack", control)
	}
	a := stack.MadeUp()
	return target{
		Page: parts.API, API: parts.API, Twilio: parts.Twilio, Number: parts.Number, Local: true,
		Account: twilio.Credentials{AccountSID: a.SID, AuthTokens: []string{a.AuthToken}, APIKey: a.APIKey,
			APISecret: a.APISecret},
	}, nil
}

// cli runs a command of the AWS CLI and returns what it printed.
type cli func(ctx context.Context, args ...string) ([]byte, error)

func awsCLI(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "aws", args...)
	if region := os.Getenv("AWS_REGION"); region != "" {
		// Version 1 reads no other: https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-envvars.html
		cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION="+region)
	}
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil,
			errors.New(
				"the AWS CLI is not there: install it, or give -page, -api and -fallback from the stack's outputs")
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	return out, err
}

// deployed reads a stack's outputs, and its secret if that is allowed.
func deployed(ctx context.Context, name string, aws cli) (target, error) {
	raw, err := aws(ctx, "cloudformation", "describe-stacks", "--stack-name", name, "--output", "json")
	if err != nil {
		return target{}, fmt.Errorf("the stack %s cannot be looked up (AWS_REGION=… names its region): %w", name, err)
	}
	var answer struct {
		Stacks []struct {
			Outputs []struct{ OutputKey, OutputValue string }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil || len(answer.Stacks) == 0 {
		return target{}, fmt.Errorf("the AWS CLI told nothing of the stack %s", name)
	}
	outputs := map[string]string{}
	for _, o := range answer.Stacks[0].Outputs {
		outputs[o.OutputKey] = o.OutputValue
	}
	t := target{
		Page: outputs["PageUrl"], API: strings.TrimSuffix(outputs["WebhookUrl"], "/incoming"),
		Fallback: outputs["FallbackUrl"], Number: outputs["TwilioNumber"], Twilio: twilioAPI,
	}
	if t.Page == "" || t.API == "" {
		return target{},
			fmt.Errorf("the stack %s has no outputs PageUrl and WebhookUrl: it is another's, or was never finished",
				name)
	}
	raw, err = aws(ctx, "secretsmanager", "get-secret-value", "--secret-id", outputs["SecretId"], "--query",
		"SecretString", "--output", "text")
	var s struct{ AccountSid, AuthToken, APIKey, APISecret, SharedKey string }
	if err == nil && json.Unmarshal(raw, &s) == nil {
		t.Account = twilio.Credentials{AccountSID: s.AccountSid, AuthTokens: []string{s.AuthToken}, APIKey: s.APIKey,
			APISecret: s.APISecret}
		if s.SharedKey != "" {
			t.Account.SharedKeys = []string{s.SharedKey}
		}
	}
	return t, nil
}
