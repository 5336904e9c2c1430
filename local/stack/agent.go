package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Agent is a signed-in agent without a page: the agent's part of the agents' API, for scripts and tests. It is safe for
// concurrent use.
type Agent struct {
	ID    string
	stack *Stack
	press atomic.Int64

	mu    sync.Mutex
	token string
	until time.Time // by the stack's clock; then another token is requested
	shown string    // the call of the last snapshot, which the page shows
}

// tokenFor is how long a token is used: a part of its lifetime of an hour.
const tokenFor = 10 * time.Minute

// bearer is the agent's access token.
func (a *Agent) bearer() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := a.stack.Clock.Now(); !now.Before(a.until) {
		token, err := a.stack.SignIn.Token(a.ID)
		if err != nil {
			return "", err
		}
		a.token, a.until = token, now.Add(tokenFor)
	}
	return a.token, nil
}

// Agent signs an agent in.
func (s *Stack) Agent(id string) *Agent { return &Agent{ID: id, stack: s} }

// Snapshot holds the fields of an agent's snapshot that scripts read; openapi.yaml has all of them.
type Snapshot struct {
	BeatWithin int `json:"beatWithin"`
	Agent      struct {
		Status   string `json:"status"`
		Presence string `json:"presence"`
		Why      string `json:"why"`
		Last     *struct {
			Outcome string `json:"outcome"`
			Call    string `json:"call"`
		} `json:"last"`
		Recent []struct {
			Outcome string    `json:"outcome"`
			At      time.Time `json:"at"`
			Caller  string    `json:"caller"`
			Call    string    `json:"call"`
			Rang    bool      `json:"rang"`
			With    string    `json:"with"`
			// CalledBack: the agent has called the caller.
			CalledBack bool `json:"calledBack"`
		} `json:"recent"`
	} `json:"agent"`
	Call *struct {
		ID      string   `json:"id"`
		Leg     string   `json:"leg"`
		State   string   `json:"state"`
		Role    string   `json:"role"`
		Held    []string `json:"held"`
		Overdue bool     `json:"overdue"`
		Caller  struct {
			Number  string `json:"number"`
			Called  string `json:"called"`
			Machine bool   `json:"machine"`
		} `json:"caller"`
		Actions  []string `json:"actions"`
		Transfer *struct {
			Kind     string `json:"kind"`
			Progress string `json:"progress"`
			Outcome  string `json:"outcome"`
			Note     string `json:"note"`
			Ended    string `json:"ended"`
		} `json:"transfer"`
		History []struct {
			What    string `json:"what"`
			Agent   string `json:"agent"`
			Outcome string `json:"outcome"`
		} `json:"history"`
		Supervisors []struct {
			Name  string `json:"name"`
			Mode  string `json:"mode"`
			Heard string `json:"heard"`
		} `json:"supervisors"`
	} `json:"call"`
	Watching *struct {
		Call    string `json:"call"`
		Mode    string `json:"mode"`
		Heard   string `json:"heard"`
		Settled bool   `json:"settled"`
	} `json:"watching"`
	Line struct {
		Count   int  `json:"count"`
		Unknown bool `json:"unknown"`
	} `json:"line"`
	Numbers bool `json:"numbers"`
}

// State is the state of the agent's call, "" if there is none.
func (s Snapshot) State() string {
	if s.Call == nil {
		return ""
	}
	return s.Call.State
}

// APIError is a problem document from the API.
type APIError struct {
	Status int
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Reason string `json:"reason"`
	State  string `json:"state"`
}

func (e *APIError) Error() string {
	return fmt.Sprintf("status %d %s: %s %s", e.Status, e.Type, e.Title, e.Detail)
}

// Set sets the agent's status: available, away or wrap-up.
func (a *Agent) Set(ctx context.Context, status string) (Snapshot, error) {
	return a.snapshot(ctx, http.MethodPut, "/agents/me", map[string]any{"status": status})
}

// Beat sends a heartbeat of the agent's page.
func (a *Agent) Beat(ctx context.Context) (Snapshot, error) {
	return a.snapshot(ctx, http.MethodPut, "/agents/me", map[string]any{"status": "available", "beat": true})
}

// Me asks for the agent's snapshot.
func (a *Agent) Me(ctx context.Context) (Snapshot, error) {
	return a.snapshot(ctx, http.MethodGet, "/agents/me", nil)
}

// Do sends a command: a verb of POST /transfer, with a target for those that need one.
func (a *Agent) Do(ctx context.Context, action, target string) (Snapshot, error) {
	return a.Press(ctx, action, target, a.ID+"-"+strconv.FormatInt(a.press.Add(1), 10))
}

// Press is Do with a given request key. It names the call that the page shows, as the page does.
func (a *Agent) Press(ctx context.Context, action, target, request string) (Snapshot, error) {
	body := map[string]any{"action": action, "request": request}
	if target != "" {
		body["target"] = target
	}
	path := "/transfer"
	a.mu.Lock()
	if a.shown != "" {
		path += "?call=" + a.shown
	}
	a.mu.Unlock()
	return a.snapshot(ctx, http.MethodPost, path, body)
}

func (a *Agent) snapshot(ctx context.Context, method, path string, body any) (s Snapshot, err error) {
	if err = a.Call(ctx, method, path, body, &s); err != nil {
		return s, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.shown = ""; s.Call != nil {
		a.shown = s.Call.ID
	}
	return s, nil
}

// Call sends one request to the API as this agent and decodes the answer into out. A body of bytes is a WAV file.
func (a *Agent) Call(ctx context.Context, method, path string, body, out any) error {
	token, err := a.bearer()
	if err != nil {
		return err
	}
	var send io.Reader
	kind := "application/json"
	if file, ok := body.([]byte); ok {
		kind, send = "audio/wav", bytes.NewReader(file)
	} else if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.stack.API+path, send)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		e := &APIError{Status: res.StatusCode}
		_ = json.Unmarshal(b, e) // without a problem document, the status alone tells
		return e
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}
