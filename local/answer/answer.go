// Package answer writes the JSON answers of the parts that stand in for the cloud, and of their control addresses.
//
// It does not know what is answered. A client that has gone needs no answer, so that no failure to write is told.
package answer

import (
	"encoding/json"
	"net/http"
)

// JSON answers with a body as application/json.
func JSON(w http.ResponseWriter, status int, body any) { write(w, "application/json", status, body) }

// AWS answers as AWS's JSON 1.1 protocol does:
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
func AWS(w http.ResponseWriter, status int, body any) {
	write(w, "application/x-amz-json-1.1", status, body)
}

func write(w http.ResponseWriter, kind string, status int, body any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
