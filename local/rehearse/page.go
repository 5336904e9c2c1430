package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
)

// page lets ada sit at the deployed page in a browser; bob is away, so that the call goes to ada.
func (r *rehearsal) page(ctx context.Context) error {
	for _, d := range r.desks {
		if _, err := d.ask(ctx, http.MethodPut, "agents/me", map[string]any{"status": "away"}); err != nil {
			return err
		}
		if err := r.network.SetScripted(d.id, false); err != nil {
			return err
		}
	}
	settings, err := json.Marshal(map[string]string{
		"page": r.outputs["PageUrl"], "front": strings.TrimPrefix(r.front.Direct, "https://"), "pin": r.front.pin,
		"control": r.twilio, "number": r.account.Number, "name": "ada", "password": ownPassword,
	})
	if err != nil {
		return err
	}
	out, err := r.command(ctx, []string{"REHEARSE=" + string(settings)}, "node", filepath.Join("local", "rehearse",
		"page.mjs"))
	if err != nil {
		return errors.Join(fmt.Errorf("%w\n%s", err, out), r.quiet(ctx))
	}
	return nil
}

// pinOf is what a browser is told to trust: the hash of the certificate's public key.
func pinOf(publicKey []byte) string {
	sum := sha256.Sum256(publicKey)
	return base64.StdEncoding.EncodeToString(sum[:])
}
