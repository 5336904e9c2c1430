package stack

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"warmtransfer/local/answer"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/dynamo"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
)

// Mark marks an agent as removed in the table, or restores one; the API checks this mark. Name is the agent's name in
// the access token's claim. The pages of an agent who is removed are told over the connections, unless those are nil.
func Mark(
	ctx context.Context, table *dynamo.Store, to Connections, name string, removed bool, now time.Time,
) error {
	id, err := agent.FromClaim(name)
	if err != nil {
		return err
	}
	var set service.Settings
	if to != nil {
		set.Pages = httpapi.Channel{Store: table, Connections: to}
	}
	s, who := service.New(table, nil, set), service.Principal{ID: id, Name: name}
	if removed {
		return s.Remove(ctx, who, now)
	}
	return s.Restore(ctx, who, now)
}

// SetRemoved removes an agent, or restores one, both at the sign-in and in the table.
func (s *Stack) SetRemoved(ctx context.Context, name string, removed bool) error {
	set := s.SignIn.Enable
	if removed {
		set = s.SignIn.Disable
	}
	username, err := set(name)
	if err != nil {
		return err
	}
	return Mark(ctx, dynamo.New(s.Table.Client(), s.TableName), s.connections(), username, removed, s.Clock.Now())
}

// serveAgent removes or restores an agent, as make remove-agent does with a deployment.
func (s *Stack) serveAgent(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Agent   string `json:"agent"`
		Removed bool   `json:"removed"`
	}
	d := json.NewDecoder(io.LimitReader(r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		answer.JSON(w, http.StatusBadRequest, map[string]string{"error": `want {"agent":"alice","removed":true}`})
		return
	}
	if err := s.SetRemoved(r.Context(), body.Agent, body.Removed); err != nil {
		answer.JSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		return
	}
	answer.JSON(w, http.StatusOK, map[string]any{"agent": body.Agent, "removed": body.Removed})
}

// Forget erases what is kept of a caller, as make forget does with a deployment.
func (s *Stack) Forget(ctx context.Context, number string) (dynamo.Forgotten, error) {
	return dynamo.New(s.Table.Client(), s.TableName).Forget(ctx, number)
}

func (s *Stack) serveForget(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number string `json:"number"`
	}
	d := json.NewDecoder(io.LimitReader(r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil || body.Number == "" {
		answer.JSON(w, http.StatusBadRequest, map[string]string{"error": `want {"number":"+15550199"}`})
		return
	}
	f, err := s.Forget(r.Context(), body.Number)
	if err != nil {
		answer.JSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		return
	}
	answer.JSON(w, http.StatusOK, f)
}
