package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"warmtransfer/shared/switchboard"
)

// Twilio's error codes that decide.
const (
	codeKey       = 20003 // credentials not accepted
	codeNotFound  = 20404
	codeThrottled = 20429
	codeNotInCall = 21220 // the call is over
)

// failure is a request without a good answer. It keeps Twilio's numbers and nothing of
// its words.
type failure struct {
	status int   // HTTP; 0: no answer
	cause  error // of no answer: context.Canceled or context.DeadlineExceeded, or nil
	Code   int   `json:"code"`
}

func (f *failure) Error() string {
	if f.status == 0 {
		if f.cause != nil {
			return "no answer: " + f.cause.Error()
		}
		return "no answer"
	}
	return fmt.Sprintf("HTTP %d, code %d", f.status, f.Code)
}

func (f *failure) Unwrap() error { return f.cause }

// refusedKey: Twilio does not know the API key.
func refusedKey(err error) bool {
	var f *failure
	return errors.As(err, &f) && (f.status == http.StatusUnauthorized || f.Code == codeKey)
}

// contract translates to the errors of switchboard.CallControl. There is whether the
// request was about something that had existed, so that its absence is its end.
func contract(err error, there bool) error {
	if err == nil || errors.Is(err, switchboard.ErrNotFound) || errors.Is(err, switchboard.ErrUnknown) {
		return err
	}
	var f *failure
	if !errors.As(err, &f) {
		return switchboard.ErrUnknown // an answer of success that could not be read
	}
	switch {
	case f.status == http.StatusTooManyRequests || f.Code == codeThrottled:
		return fmt.Errorf("%w: %w", switchboard.ErrThrottled, f)
	case f.status == 0 && errors.Is(f.cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", switchboard.ErrSlow, f)
	case f.status == http.StatusInternalServerError || f.status == http.StatusServiceUnavailable:
		return fmt.Errorf("%w: %w", switchboard.ErrFailed, f)
	case f.status < 400 || f.status > 499 || f.status == http.StatusRequestTimeout:
		return fmt.Errorf("%w: %w", switchboard.ErrUnknown, f)
	case there && (f.status == http.StatusNotFound || f.Code == codeNotFound || f.Code == codeNotInCall):
		return fmt.Errorf("%w: %w", switchboard.ErrGone, f)
	default:
		return &switchboard.RefusedError{Code: f.Code, Status: f.status}
	}
}
