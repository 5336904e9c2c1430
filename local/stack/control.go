package stack

import (
	"encoding/json"
	"io"
	"net/http"

	"warmtransfer/local/answer"
	"warmtransfer/shared/twilio"
)

// serveParts answers where the parts are.
func (s *Stack) serveParts(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, map[string]string{
		"api": s.API, "issuer": s.Issuer, "twilio": s.Twilio, "store": s.Store, "number": s.Number,
	})
}

// serveFallback serves the static file that Twilio fetches when the API does not answer; a deployment puts it beside
// the music.
func (s *Stack) serveFallback(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", twilio.ContentType)
	_, _ = io.WriteString(w, twilio.Fallback(twilio.Base(s.public()), s.public()+"/music"))
}

// serveToken answers with an access token as the issuer would give it to the agent.
func (s *Stack) serveToken(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Agent string `json:"agent"`
	}
	d := json.NewDecoder(io.LimitReader(r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		answer.JSON(w, http.StatusBadRequest, map[string]string{"error": `want {"agent":"alice"}`})
		return
	}
	token, err := s.SignIn.Token(body.Agent)
	if err != nil {
		answer.JSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		return
	}
	answer.JSON(w, http.StatusOK, map[string]string{"access_token": token})
}
