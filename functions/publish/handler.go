package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
)

// handler answers CloudFormation whatever happens: without an answer a deployment waits until the
// resource's time-out, and so does its roll-back. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
type handler struct {
	work     func(ctx context.Context, e cfn.Event, doing func(string)) error
	settings error // what is wrong with the environment, or nil
	log      *slog.Logger
	margin   time.Duration // part of the function's time that is kept for the answer
	http     *http.Client
}

const (
	// resourceID never changes: CloudFormation would delete the old resource of a new id, and that
	// empties the bucket.
	resourceID = "publish"
	// maxReason keeps the answer below CloudFormation's 4,096 bytes.
	maxReason = 1000
	// answerTries is how often the answer is sent until CloudFormation accepts it.
	answerTries = 3
)

// handle returns an error only if CloudFormation did not accept the answer; Lambda then calls it
// again.
func (h handler) handle(ctx context.Context, e cfn.Event) error {
	began := time.Now()
	err := h.do(ctx, e)
	attrs := []any{"function", "publish", "type", e.RequestType, "ms", time.Since(began).Milliseconds(), "request",
		e.RequestID}
	if err != nil {
		h.log.Error("publish", append(attrs, "error", err.Error())...)
	} else {
		h.log.Info("publish", attrs...)
	}
	return h.answer(ctx, e, err)
}

// do works until it is done, fails, panics or runs out of time. Work that ignores its context is
// abandoned.
func (h handler) do(ctx context.Context, e cfn.Event) error {
	if h.settings != nil {
		return h.settings
	}
	var at atomic.Value
	at.Store("starting")
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-h.margin))
		defer cancel()
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("the function failed while %s: %T", at.Load(), p)
			}
		}()
		done <- h.work(ctx, e, func(what string) { at.Store(what) })
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the time was up while %s; deploy again", at.Load())
	}
	return err
}

// answer puts the outcome to the address in the event. Whoever has that address can answer, so it is
// in no log.
func (h handler) answer(ctx context.Context, e cfn.Event, outcome error) error {
	r := cfn.NewResponse(&e)
	r.Status, r.PhysicalResourceID = cfn.StatusSuccess, resourceID
	if outcome != nil {
		r.Status, r.Reason = cfn.StatusFailed, outcome.Error()
		if len(r.Reason) > maxReason {
			r.Reason = r.Reason[:maxReason]
		}
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("answer CloudFormation: %w", err)
	}
	for range answerTries {
		if err = h.put(ctx, e.ResponseURL, body); err == nil || ctx.Err() != nil {
			break
		}
	}
	return err
}

func (h handler) put(ctx context.Context, address string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the event has no valid address for the answer")
	}
	req.Header["Content-Type"] = nil // the address is signed for a request without a content type
	resp, err := h.http.Do(req)
	if err != nil {
		return errors.New("CloudFormation's address for the answer cannot be reached")
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("CloudFormation's address for the answer returns %d", resp.StatusCode)
	}
	return nil
}
