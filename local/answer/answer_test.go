package answer_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"warmtransfer/local/answer"
)

func TestAnAnswerHasItsTypeItsStatusAndItsBody(t *testing.T) {
	for kind, write := range map[string]func(http.ResponseWriter, int, any){
		"application/json": answer.JSON, "application/x-amz-json-1.1": answer.AWS,
	} {
		w := httptest.NewRecorder()
		write(w, http.StatusConflict, map[string]string{"error": "not now"})
		if w.Code != http.StatusConflict || w.Header().Get("Content-Type") != kind ||
			w.Body.String() != `{"error":"not now"}`+"\n" {
			t.Errorf("%s: %d, %v, %q", kind, w.Code, w.Header(), w.Body)
		}
	}
}
