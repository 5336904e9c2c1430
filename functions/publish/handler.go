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

// handler answers CloudFormation whatever happens: without an answer a deployment hangs
// until the resource's time is up, and so does its roll-back.
type handler struct {
	work     func(ctx context.Context, e cfn.Event, doing func(string)) error
	settings error // what is wrong with the environment, or nil
	log      *slog.Logger
	margin   time.Duration // kept of the function's time, for the answer
	http     *http.Client
}

const (
	// resourceID never changes: a new one would make CloudFormation delete the old one,
	// which empties the bucket.
	resourceID = "publish"
	// maxReason keeps the answer below CloudFormation's 4,096 bytes.
	maxReason = 1000
	// answerTries is how often the answer is sent until it is taken.
	answerTries = 3
)

// handle returns an error only if CloudFormation did not take the answer; Lambda then
// calls once more.
func (h handler) handle(ctx context.Context, e cfn.Event) error {
	began := time.Now()
	err := h.do(ctx, e)
	attrs := []any{"function", "publish", "type", e.RequestType, "ms", time.Since(began).Milliseconds(), "request", e.RequestID}
	if err != nil {
		h.log.Error("publish", append(attrs, "error", err.Error())...)
	} else {
		h.log.Info("publish", attrs...)
	}
	return h.answer(ctx, e, err)
}

// do works until it is done, fails, panics or runs out of time. What does not heed its
// context is left behind.
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

// answer puts the outcome to the address that came with the event. That address is a
// capability, and so is in no log.
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
		return errors.New("CloudFormation's answering address is none")
	}
	req.Header["Content-Type"] = nil // it is part of the address's signature, and was not set there
	resp, err := h.http.Do(req)
	if err != nil {
		return errors.New("CloudFormation's answering address cannot be reached")
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("CloudFormation's answering address says %d", resp.StatusCode)
	}
	return nil
}
