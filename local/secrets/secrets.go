// Package secrets stands in for Secrets Manager with one secret, so that the unmodified SDK can read it on a
// developer's machine.
//
// It answers GetSecretValue of the service's JSON 1.1 protocol and nothing else. It checks no signature: every request
// that arrives may read (package iam stands before it). It does not know what the secret means.
package secrets

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/google/uuid"

	"warmtransfer/local/answer"
	"warmtransfer/local/clock"
)

// The labels that Secrets Manager gives to the versions of a secret.
const (
	Current  = "AWSCURRENT"
	Previous = "AWSPREVIOUS"
	Pending  = "AWSPENDING"
)

// Secrets is an http.Handler. It is safe for concurrent use.
type Secrets struct {
	id    string
	clock clock.Clock

	mu       sync.Mutex
	versions map[string]version // by label
	failing  bool
	reads    int
}

type version struct {
	text, id string
	created  float64 // seconds since 1970
}

// New returns a secret without a value. id is its name or its ARN, as readers ask for it.
func New(id string, c clock.Clock) *Secrets {
	return &Secrets{id: id, clock: c, versions: map[string]version{}}
}

// Set gives the label to a new version with that text; an empty text removes the label.
func (s *Secrets) Set(stage, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(stage, text)
}

// set is Set with the mutex locked.
func (s *Secrets) set(stage, text string) {
	if text == "" {
		delete(s.versions, stage)
		return
	}
	s.versions[stage] = version{text, uuid.NewString(), float64(s.clock.Now().UnixMilli()) / 1000}
}

// Rotate makes text the current version and the current one the previous, as the service does when a secret gets a new
// value.
func (s *Secrets) Rotate(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.versions[Current]; ok {
		s.versions[Previous] = v
	}
	s.set(Current, text)
}

// Fail starts or ends an outage, in which everything is answered with 500.
func (s *Secrets) Fail(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = on
}

// Reads returns how many values were requested, given or not.
func (s *Secrets) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// maxBody is the service's limit for a request, roughly, in bytes.
const maxBody = 64 << 10

func (s *Secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	if r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
		refuse(w, http.StatusBadRequest, "UnknownOperationException", "only GetSecretValue is known here")
		return
	}
	var in struct {
		SecretID     string `json:"SecretId"`
		VersionID    string `json:"VersionId"`
		VersionStage string `json:"VersionStage"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, "SerializationException", "the body is no JSON object")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	switch {
	case s.failing:
		refuse(w, http.StatusInternalServerError, "InternalServiceError", "an outage is simulated")
		return
	case in.SecretID == "":
		refuse(w, http.StatusBadRequest, "ValidationException", "SecretId is missing")
		return
	case in.SecretID != s.id && in.SecretID != s.arn():
		refuse(w, http.StatusBadRequest, "ResourceNotFoundException",
			"Secrets Manager can't find the specified secret.")
		return
	}
	s.answer(w, in.VersionStage, in.VersionID)
}

// answer returns the version that has the label (AWSCURRENT if none is asked for) and the id. The mutex is locked.
func (s *Secrets) answer(w http.ResponseWriter, stage, id string) {
	if stage == "" && id == "" {
		stage = Current
	}
	var found version
	var stages []string
	for _, label := range []string{Current, Previous, Pending} {
		v, ok := s.versions[label]
		if ok && (stage == "" || stage == label) && (id == "" || id == v.id) {
			found, stages = v, append(stages, label)
		}
	}
	if stages == nil {
		refuse(w, http.StatusBadRequest, "ResourceNotFoundException",
			"Secrets Manager can't find the specified secret value for staging label: "+stage)
		return
	}
	answer.AWS(w, http.StatusOK, map[string]any{"ARN": s.arn(), "Name": s.id[strings.LastIndex(s.id, ":")+1:],
		"CreatedDate":  found.created,
		"SecretString": found.text, "VersionId": found.id, "VersionStages": stages})
}

func (s *Secrets) arn() string {
	if strings.HasPrefix(s.id, "arn:") {
		return s.id
	}
	return "arn:aws:secretsmanager:us-east-1:000000000000:secret:" + s.id
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("X-Amzn-Errortype", kind)
	answer.AWS(w, status, map[string]string{"__type": kind, "message": message})
}
