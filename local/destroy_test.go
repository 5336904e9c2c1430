package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// destroyScript runs destroy.sh without a terminal, with a SAM and an AWS CLI that write down what they are asked.
func destroyScript(t *testing.T, sam string, env ...string) (said, asked string, err error) {
	t.Helper()
	dir := t.TempDir()
	script := read(t, "destroy.sh")
	note := "#!/bin/sh\necho \"${0##*/} $*\" >>" + dir + "/asked\n"
	for name, text := range map[string]string{
		"local/destroy.sh": script,
		"local/aws.sh":     read(t, "aws.sh"),
		"bin/sam":          note + "exit " + sam + "\n",
		"bin/aws": note + cliOf1 + `case "$*" in
*"--stack-name other"*) exit 254 ;;
*"'Table'"*) echo line-Table-1 ;;
*"'UserPoolId'"*) echo eu-west-1_pool ;;
esac
`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", filepath.Join(dir, "local", "destroy.sh"))
	cmd.Env = append(append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "AWS_REGION=eu-west-1",
		"STACK=line"), env...)
	out, err := cmd.CombinedOutput()
	raw, _ := os.ReadFile(filepath.Join(dir, "asked")) // it may have asked nothing
	return string(out), string(raw), err
}

func TestDestroySaysWhatStaysAndHowToRemoveIt(t *testing.T) {
	said, asked, err := destroyScript(t, "0", "YES=1")
	if err != nil || !strings.Contains(asked, "sam delete --no-prompts --stack-name line --region eu-west-1") {
		t.Fatalf("%v\n%s\n%s", err, said, asked)
	}
	for _, want := range []string{
		"aws dynamodb delete-table --region eu-west-1 --table-name line-Table-1",
		"aws cognito-idp delete-user-pool --region eu-west-1 --user-pool-id eu-west-1_pool",
		"aws-sam-cli-managed-default",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func TestDestroyDeletesNothingUnasked(t *testing.T) {
	for want, c := range map[string]struct {
		sam string
		env []string
	}{
		"there is no terminal to ask at": {"0", nil},
		"has no stack other":             {"0", []string{"YES=1", "STACK=other"}},
		"was not deleted whole":          {"1", []string{"YES=1"}},
	} {
		said, asked, err := destroyScript(t, c.sam, c.env...)
		if err == nil || !strings.Contains(said, want) || c.sam == "0" && strings.Contains(asked, "sam delete") ||
			strings.Contains(said, "These stay") {
			t.Errorf("%q: %v\n%s\n%s", want, err, said, asked)
		}
	}
}
