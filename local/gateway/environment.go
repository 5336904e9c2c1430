package gateway

import (
	"sort"
	"strconv"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/iam"
)

// Environment is what Lambda sets for a function, then the template's variables, then the local stack's. The
// developer's own environment is left out.
func (g *Gateway) Environment(f sam.Function) []string {
	vars := map[string]string{
		"_HANDLER":                        "bootstrap",
		"AWS_REGION":                      sam.Region,
		"AWS_DEFAULT_REGION":              sam.Region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_LAMBDA_FUNCTION_NAME":        f.Folder(),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Folder(),
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local/[$LATEST]" + randomHex(16),
		"AWS_LAMBDA_LOG_FORMAT":           f.LogFormat,
		"AWS_LAMBDA_LOG_LEVEL":            "INFO",
		"AWS_ACCESS_KEY_ID":               iam.Key(f.Folder()), // identifies the function for its permissions
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_SESSION_TOKEN":               "local",
		"LAMBDA_TASK_ROOT":                "/var/task",
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"TZ":                              ":UTC",
	}
	for name, value := range f.Env {
		vars[name] = value
	}
	for name, value := range g.o.Replace {
		if _, named := f.Env[name]; named {
			vars[name] = value
		}
	}
	for name, value := range g.o.Env {
		vars[name] = value
	}
	out := make([]string, 0, len(vars))
	for name, value := range vars {
		out = append(out, name+"="+value)
	}
	sort.Strings(out)
	return out
}
