package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"warmtransfer/shared/awsenv"
	"warmtransfer/shared/env"
)

// The two requests to Cognito, by the names that policies use.
const (
	describeClient = "cognito-idp:DescribeUserPoolClient"
	updateClient   = "cognito-idp:UpdateUserPoolClient"
)

// signIn is Cognito, as far as sign-in must know the page's address. The template cannot set it: the
// user pool's client would need the page's distribution, which needs the API, which needs the client's
// id.
//
// It uses Cognito's JSON and not the SDK's types: UpdateUserPoolClient resets every setting that the
// request does not repeat
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html).
// So everything that Cognito has described is sent back, including settings that the SDK does not know
// yet.
type signIn struct {
	endpoint, region string
	keys             aws.Credentials
	http             *http.Client
}

// openSignIn reads AWS's own settings and AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER.
func openSignIn(r *env.Reader) signIn {
	own := awsenv.Open(r, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER")
	endpoint := "https://cognito-idp." + own.Region + ".amazonaws.com"
	if own.Endpoint != nil {
		endpoint = *own.Endpoint
	}
	return signIn{endpoint, own.Region, own.Keys, &http.Client{Timeout: 10 * time.Second}}
}

// returnTo makes the page the only address to which sign-in and sign-out return.
func (s signIn) returnTo(ctx context.Context, pool, client, page string) error {
	var answer struct{ UserPoolClient map[string]any }
	err := s.call(ctx, describeClient, map[string]any{"UserPoolId": pool, "ClientId": client}, &answer)
	if err != nil {
		return err
	}
	settings := answer.UserPoolClient
	only := []any{page}
	if reflect.DeepEqual(settings["CallbackURLs"], only) && reflect.DeepEqual(settings["LogoutURLs"], only) {
		return nil
	}
	settings["CallbackURLs"], settings["LogoutURLs"] = only, only
	for _, name := range []string{"ClientSecret", "CreationDate", "LastModifiedDate", "DefaultRedirectURI"} {
		delete(settings, name) // described by Cognito, and not accepted back
	}
	return s.call(ctx, updateClient, settings, nil)
}

func (s signIn) call(ctx context.Context, action string, body, into any) error {
	_, operation, _ := strings.Cut(action, ":")
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint+"/", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	sum := sha256.Sum256(raw)
	if err := v4.NewSigner().SignHTTP(ctx, s.keys, req, hex.EncodeToString(sum[:]), "cognito-idp", s.region,
		time.Now()); err != nil {
		return err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("sign-in: Cognito did not answer %s; deploy again", operation))
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("sign-in: Cognito did not answer %s; deploy again", operation)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("sign-in: Cognito refuses %s, so that agents could not return to the page: HTTP %d %s",
			operation, resp.StatusCode, kindOf(answer))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// kindOf is the name of Cognito's error, without its text.
func kindOf(answer []byte) string {
	var e struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(answer, &e) // an answer that is not JSON has no name
	parts := strings.Split(e.Type, "#")
	slices.Reverse(parts)
	return parts[0]
}
