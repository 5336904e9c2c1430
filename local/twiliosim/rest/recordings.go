package rest

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/notation"
)

func (s *Server) listRecordings(q *request) (int, any, *failure) {
	var list []exchange.Recording
	for _, r := range s.core.Recordings() {
		created, err := q.between("DateCreated", r.Created)
		if err != nil {
			return 0, nil, refuse(20001, "DateCreated: "+errDay.Error())
		}
		if q.is("CallSid", r.Call) && q.is("ConferenceSid", "") && created {
			list = append(list, r)
		}
	}
	from, to, body := q.page(len(list))
	recordings := make([]any, 0, to-from)
	for _, r := range list[from:to] {
		recordings = append(recordings, s.showRecording(r))
	}
	body["recordings"] = recordings
	return http.StatusOK, body, nil
}

var errNoRecording = errors.New("no such recording")

func (s *Server) recording(sid string) (exchange.Recording, error) {
	for _, r := range s.core.Recordings() {
		if r.SID == sid {
			return r, nil
		}
	}
	return exchange.Recording{}, errNoRecording
}

func (s *Server) fetchRecording(q *request) (int, any, *failure) {
	r, err := s.recording(q.args[0])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showRecording(r), nil
}

func (s *Server) deleteRecording(q *request) (int, any, *failure) {
	if err := s.core.DeleteRecording(q.args[0]); err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusNoContent, nil, nil
}

// showRecording is a recording as Twilio writes it.
func (s *Server) showRecording(r exchange.Recording) map[string]any {
	uri := "/" + notation.Version + "/Accounts/" + s.Account + "/Recordings/" + r.SID
	return map[string]any{
		"sid": r.SID, "account_sid": s.Account, "api_version": notation.Version, "call_sid": r.Call,
		"conference_sid": nil, "date_created": stamp(r.Created), "date_updated": stamp(r.Updated),
		"start_time": stamp(r.Created), "duration": strconv.Itoa(r.Seconds()), "price": nil, "price_unit": "USD",
		"status": r.Status, "channels": 1, "source": "RecordVerb", "error_code": nil, "encryption_details": nil,
		"uri": uri + ".json", "media_url": "https://api.twilio.com" + uri, "subresource_uris": map[string]any{
			"add_on_results": uri + "/AddOnResults.json", "transcriptions": uri + "/Transcriptions.json",
		},
	}
}

// tape is the sound of a recording.
type tape []byte

func (t tape) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "audio/x-wav")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(t) // the client may have gone
}

// TapeEvent is what the fetch of a recording's sound is called in the journal and by fault rules.
const TapeEvent = "FetchRecordingMedia"

// findTape finds the request for the sound of a recording, which is no operation of twilio-go: its address, or that
// and .wav. https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file
//
// Twilio also makes MP3 files, and the network does not. Whether Twilio answers a part of a file is not documented, so
// it is always the whole.
func (s *Server) findTape(r *http.Request, path string) (route, *request, bool) {
	sid, ok := strings.CutPrefix(path, s.Account+"/Recordings/")
	sid = strings.TrimSuffix(sid, ".wav")
	if !ok || r.Method != http.MethodGet || strings.ContainsAny(sid, "./") {
		return route{}, nil, false
	}
	return route{method: http.MethodGet, name: TapeEvent, do: (*Server).fetchTape}, newRequest(r, []string{sid}), true
}

func (s *Server) fetchTape(q *request) (int, any, *failure) {
	r, err := s.recording(q.args[0])
	if err != nil || r.Status != exchange.RecordingCompleted {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, tape(s.Tape(r)), nil
}
