package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const savedNothing = "[default.global.parameters]\nstack_name = \"line\"\n\n[prod.global.parameters]\nstack_name = \"line-prod\" # the other\n"

// deployScript runs deploy.sh in a folder of its own, with a SAM CLI and an AWS CLI that record their arguments. The
// AWS CLI answers by the given shell cases.
func deployScript(t *testing.T, settings, cases string, env []string, args ...string) (said, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	script, err := os.ReadFile("deploy.sh")
	if err != nil {
		t.Fatal(err)
	}
	write("local/deploy.sh", string(script))
	write("samconfig.toml", settings)
	write("functions/publish/page/index.html", "the page")
	note := "#!/bin/sh\necho \"${0##*/} $*\" >>" + dir + "/asked\n"
	write("bin/sam", note)
	write("bin/aws", note+"case \"$*\" in\n"+cases+"\n*) ;;\nesac\n")
	cmd := exec.CommandContext(t.Context(), "bash",
		append([]string{filepath.Join(dir, "local", "deploy.sh")}, args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "PATH="+dir+"/bin:"+os.Getenv("PATH")), env...)
	out, err := cmd.CombinedOutput()
	raw, _ := os.ReadFile(filepath.Join(dir, "asked")) // it may have been asked nothing
	return string(out), string(raw), err
}

func TestDeployAsksForTheParametersUntilThereIsAStack(t *testing.T) {
	for status, guided := range map[string]bool{
		"exit 254":                      true, // there is none
		"echo REVIEW_IN_PROGRESS":       true, // the first was not confirmed
		"echo CREATE_COMPLETE":          false,
		"echo UPDATE_COMPLETE":          false,
		"echo UPDATE_ROLLBACK_COMPLETE": false,
	} {
		_, asked, err := deployScript(t, savedNothing, "*describe-stacks*) "+status+" ;;", nil)
		if err != nil || strings.Contains(asked, "sam deploy --guided") != guided ||
			strings.Contains(asked, "delete-stack") {
			t.Errorf("%s: guided %t wanted, %v\n%s", status, guided, err, asked)
		}
	}
}

func TestDeployMakesAStackAnewWhoseFirstDeploymentFailed(t *testing.T) {
	for _, status := range []string{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"} {
		said, asked, err := deployScript(t, savedNothing, "*describe-stacks*) echo "+status+" ;;", nil)
		const want = "aws cloudformation delete-stack --stack-name line\n" +
			"aws cloudformation wait stack-delete-complete --stack-name line\n" +
			"sam deploy --guided\n"
		if err != nil || !strings.HasSuffix(asked, want) ||
			!strings.Contains(said, "first deployment of the stack line failed") {
			t.Errorf("%s: %v\n%s\n%s", status, err, said, asked)
		}
	}
	said, asked, err := deployScript(t, savedNothing,
		"*describe-stacks*) echo ROLLBACK_COMPLETE ;;\n*wait*) exit 255 ;;", nil)
	if err == nil || strings.Contains(asked, "sam deploy") || !strings.Contains(said, "could not be deleted") {
		t.Errorf("it deploys over a stack that is still there: %v\n%s\n%s", err, said, asked)
	}
}

// "sam deploy --guided" saves the stack's name and its region. An explicit option wins.
func TestDeployLooksAtTheStackThatIsDeployed(t *testing.T) {
	const there = "*describe-stacks*) echo UPDATE_COMPLETE ;;"
	saved := savedNothing + "\n[default.deploy.parameters]\nstack_name = \"mine\"\nregion = \"eu-central-1\"\n"
	for _, c := range []struct {
		name, settings string
		env, args      []string
		look, deploy   string
		said           string
	}{
		{"nothing saved", savedNothing, nil, nil, "describe-stacks --stack-name line ", "sam deploy\n",
			"STACK=line make agent"},
		{"another environment", savedNothing, nil, []string{"--config-env", "prod"}, "--stack-name line-prod ",
			"sam deploy --config-env prod\n", "STACK=line-prod make agent"},
		{"saved answers", saved, nil, nil, "describe-stacks --region eu-central-1 --stack-name mine ",
			"sam deploy --region eu-central-1\n", "AWS_REGION=eu-central-1 STACK=mine make agent"},
		{"another region", saved, []string{"AWS_REGION=eu-west-1"}, nil,
			"describe-stacks --region eu-west-1 --stack-name mine ", "sam deploy --region eu-west-1\n",
			"AWS_REGION=eu-west-1 STACK=mine make agent"},
		{"on the command line", saved, []string{"AWS_REGION=eu-west-1"},
			[]string{"--region=eu-north-1", "--stack-name", "other"},
			"describe-stacks --region eu-north-1 --stack-name other ",
			"sam deploy --region eu-north-1 --region=eu-north-1 --stack-name other\n",
			"AWS_REGION=eu-north-1 STACK=other make agent"},
	} {
		said, asked, err := deployScript(t, c.settings, there, c.env, c.args...)
		if err != nil || !strings.Contains(asked, c.look) || !strings.HasSuffix(asked, c.deploy) ||
			!strings.Contains(said, c.said) {
			t.Errorf("%s: %v\n%s\n%s", c.name, err, said, asked)
		}
	}
}

func TestDeployScriptSaysWhatIsWrong(t *testing.T) {
	for want, c := range map[string]struct {
		cases string
		args  []string
	}{
		"no AWS credentials":                   {"*get-caller-identity*) exit 255 ;;", nil},
		"no stack_name for the environment qa": {"", []string{"--config-env=qa"}},
	} {
		if said, _, err := deployScript(t, savedNothing, c.cases, nil, c.args...); err == nil ||
			!strings.Contains(said, want) {
			t.Errorf("%q: %v, %s", want, err, said)
		}
	}
}
