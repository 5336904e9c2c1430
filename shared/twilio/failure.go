package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"warmtransfer/shared/service"
)

// Twilio's error codes that change what we do: https://www.twilio.com/docs/api/errors
const (
	codeKey       = 20003 // credentials refused
	codeNotFound  = 20404
	codeThrottled = 20429
	codeNotInCall = 21220 // the call is over
)

// failure is a request without a successful answer. It keeps Twilio's numbers and none of its text
// (N9).
type failure struct {
	status int   // HTTP; 0: no answer
	cause  error // why there is no answer: context.Canceled, context.DeadlineExceeded or nil
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

// refusedKey reports whether Twilio has refused the API key.
func refusedKey(err error) bool {
	var f *failure
	return errors.As(err, &f) && (f.status == http.StatusUnauthorized || f.Code == codeKey)
}

// contract translates an error into one of those that service.CallControl promises. Existed: the request was about
// something that is known to have existed, so that "not found" means that it has ended.
func contract(err error, existed bool) error {
	if err == nil || errors.Is(err, service.ErrNotFound) || errors.Is(err, service.ErrUnknown) {
		return err
	}
	var f *failure
	if !errors.As(err, &f) {
		return service.ErrUnknown // a successful answer that could not be read
	}
	switch {
	case f.status == http.StatusTooManyRequests || f.Code == codeThrottled:
		return fmt.Errorf("%w: %w", service.ErrThrottled, f)
	case f.status == 0 && errors.Is(f.cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", service.ErrSlow, f)
	case f.status == http.StatusInternalServerError || f.status == http.StatusServiceUnavailable:
		return fmt.Errorf("%w: %w", service.ErrFailed, f)
	case f.status < 400 || f.status > 499 || f.status == http.StatusRequestTimeout:
		return fmt.Errorf("%w: %w", service.ErrUnknown, f)
	case existed && (f.status == http.StatusNotFound || f.Code == codeNotFound || f.Code == codeNotInCall):
		return fmt.Errorf("%w: %w", service.ErrGone, f)
	default:
		return &service.RefusedError{Code: f.Code, Status: f.status}
	}
}
