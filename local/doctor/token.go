package doctor

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/twilio"
)

// doctorsName is the agent of the test token; no agent of that name is ever dialled.
const doctorsName = agent.ID("doctor")

// voiceTokens makes a token as the token function does and shows it to Twilio's signalling, because there is no other
// way to test a restricted API key: it may have access to all of REST, and still Twilio refuses the tokens that it has
// signed. See https://www.twilio.com/docs/iam/api-keys/restricted-api-keys
func (d *doctor) voiceTokens(ctx context.Context) (string, error) {
	if !d.key {
		return "", unseen("the API key is not known to be good")
	}
	token, expires, err := twilio.VoiceToken(d.t.Account, doctorsName, time.Hour, d.now())
	if err != nil {
		return "", wrong("check the API key in the secret", "none can be made: %v", err)
	}
	answer, err := listen(ctx, signalling(d.t.Twilio), token)
	switch {
	case err != nil:
		return "", unseen("the voice network could not be asked at " + signalling(d.t.Twilio) +
			", so that it is not known whether it takes them")
	case answer.Error.Code != 0:
		return "", wrong("make a standard API key in the account, in region US1, and put it into the secret: "+
			"a restricted key signs no tokens",
			"the voice network refuses them (code %d), so that no agent can go online", answer.Error.Code)
	case answer.Token.Identity != string(doctorsName):
		return "", wrong("report this as a fault of the program",
			"the voice network takes the one made here for another agent's")
	}
	return "the voice network takes them, until " + expires.UTC().Format("15:04 MST"), nil
}

// signalling is where the agents' browsers connect to, derived from the REST API: Twilio's own, or a local stack's.
func signalling(restAPI string) string {
	if restAPI == twilioAPI {
		return "wss://voice-js.roaming.twilio.com/signal"
	}
	return "ws" + strings.TrimPrefix(restAPI, "http") + "/signal"
}

// greeting is the answer of the signalling to a token.
type greeting struct {
	Token struct{ Identity string }
	Error struct{ Code int }
}

// listen shows a token as @twilio/voice-sdk does when it connects. It does not register, so it cannot be called.
func listen(ctx context.Context, address, token string) (said greeting, err error) {
	conn, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPHeader: http.Header{"User-Agent": {"warm-transfer-doctor"}},
	})
	if err != nil {
		return said, err
	}
	defer func() { _ = conn.CloseNow() }()
	browser := map[string]any{
		"browser": map[string]string{"platform": "", "userAgent": ""}, "p": "browser", "plugin": "rtc", "v": "2.18.5",
	}
	hello, err := json.Marshal(map[string]any{
		"type": "listen", "version": "1.6", "payload": map[string]any{"token": token, "browserinfo": browser},
	})
	if err != nil {
		return said, err
	}
	if err := conn.Write(ctx, websocket.MessageText, hello); err != nil {
		return said, err
	}
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return said, err
		}
		var frame struct {
			Type    string
			Payload greeting
		}
		if json.Unmarshal(data, &frame) != nil {
			continue // a keep-alive message
		}
		if frame.Type == "connected" || frame.Payload.Error.Code != 0 {
			return frame.Payload, nil
		}
	}
}
