package sam

import (
	"net/http"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// API is the template's HTTP API.
type API struct {
	Name        string // its logical id; "" if the template has none
	Authorizers map[string]Authorizer
	CORS        *CORS // nil if it is not configured
	// Rate and Burst are the default limits of each route, in requests per second and
	// requests at once; 0 is none.
	Rate, Burst float64

	defaultAuthorizer string
}

// Authorizer is a JWT authorizer.
type Authorizer struct {
	Issuer   string
	Audience []string

	scopes []string
}

// CORS is the API's own answer to a page of another origin.
type CORS struct {
	AllowOrigins     []string `yaml:"AllowOrigins"`
	AllowHeaders     []string `yaml:"AllowHeaders"`
	AllowMethods     []string `yaml:"AllowMethods"`
	ExposeHeaders    []string `yaml:"ExposeHeaders"`
	AllowCredentials bool     `yaml:"AllowCredentials"`
	MaxAge           int      `yaml:"MaxAge"` // seconds
}

// readAPI reads the API first, since the routes refer to its authorizers.
func (t *Template) readAPI(r *resolver, globals *yaml.Node) error {
	t.API.Authorizers = map[string]Authorizer{}
	if err := r.api(&t.API, child(globals, "HttpApi")); err != nil {
		return err
	}
	return r.eachResource(func(id, kind string, n *yaml.Node) error {
		if kind != "AWS::Serverless::HttpApi" {
			return nil
		}
		if t.API.Name != "" {
			return r.errorf(n, "the local stack serves one HTTP API; %s is the second", id)
		}
		t.API.Name = id
		return r.api(&t.API, child(n, "Properties"))
	})
}

func (r *resolver) api(api *API, n *yaml.Node) error {
	var limits struct {
		Rate  float64 `yaml:"ThrottlingRateLimit"`
		Burst float64 `yaml:"ThrottlingBurstLimit"`
	}
	if err := r.decode(&limits, n, "DefaultRouteSettings"); err != nil {
		return err
	}
	if limits.Rate > 0 {
		api.Rate, api.Burst = limits.Rate, limits.Burst
	}
	if err := r.decode(&api.defaultAuthorizer, n, "Auth", "DefaultAuthorizer"); err != nil {
		return err
	}
	if err := r.cors(api, n); err != nil {
		return err
	}
	var authorizers map[string]struct {
		Scopes []string `yaml:"AuthorizationScopes"`
		JWT    struct {
			Issuer   string   `yaml:"issuer"`
			Audience []string `yaml:"audience"`
		} `yaml:"JwtConfiguration"`
	}
	if err := r.decode(&authorizers, n, "Auth", "Authorizers"); err != nil {
		return err
	}
	for name, a := range authorizers {
		if a.JWT.Issuer == "" || len(a.JWT.Audience) == 0 {
			return r.errorf(n, "the authorizer %s has no issuer or no audience", name)
		}
		api.Authorizers[name] = Authorizer{Issuer: a.JWT.Issuer, Audience: a.JWT.Audience, scopes: a.Scopes}
	}
	return nil
}

func (r *resolver) cors(api *API, n *yaml.Node) error {
	v, err := r.at(n, "CorsConfiguration")
	if err != nil || v == nil {
		return err
	}
	if v.Kind == yaml.ScalarNode {
		if v.Value == "true" {
			api.CORS = &CORS{AllowOrigins: []string{"*"}, AllowHeaders: []string{"*"}, AllowMethods: []string{"*"}}
		}
		return nil
	}
	api.CORS = &CORS{}
	return r.decode(api.CORS, v)
}

// headers reads a response headers policy of CloudFront.
func (r *resolver) headers(n *yaml.Node) ([]Header, error) {
	var c struct {
		Security struct {
			CSP struct {
				Value string `yaml:"ContentSecurityPolicy"`
			} `yaml:"ContentSecurityPolicy"`
			ContentType *struct{} `yaml:"ContentTypeOptions"`
			Frame       struct {
				Value string `yaml:"FrameOption"`
			} `yaml:"FrameOptions"`
			Referrer struct {
				Value string `yaml:"ReferrerPolicy"`
			} `yaml:"ReferrerPolicy"`
			HSTS struct {
				Seconds    int  `yaml:"AccessControlMaxAgeSec"`
				Subdomains bool `yaml:"IncludeSubdomains"`
				Preload    bool `yaml:"Preload"`
			} `yaml:"StrictTransportSecurity"`
		} `yaml:"SecurityHeadersConfig"`
		Custom struct {
			Items []Header `yaml:"Items"`
		} `yaml:"CustomHeadersConfig"`
	}
	if err := r.decode(&c, n, "Properties", "ResponseHeadersPolicyConfig"); err != nil {
		return nil, err
	}
	var out []Header
	add := func(name, value string) {
		if value != "" {
			out = append(out, Header{http.CanonicalHeaderKey(name), strings.TrimSpace(value)})
		}
	}
	add("Content-Security-Policy", c.Security.CSP.Value)
	if c.Security.ContentType != nil {
		add("X-Content-Type-Options", "nosniff")
	}
	add("X-Frame-Options", c.Security.Frame.Value)
	add("Referrer-Policy", c.Security.Referrer.Value)
	if s := c.Security.HSTS; s.Seconds > 0 {
		value := "max-age=" + strconv.Itoa(s.Seconds)
		if s.Subdomains {
			value += "; includeSubDomains"
		}
		if s.Preload {
			value += "; preload"
		}
		add("Strict-Transport-Security", value)
	}
	for _, item := range c.Custom.Items {
		add(item.Name, item.Value)
	}
	return out, nil
}
