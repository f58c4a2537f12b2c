package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sightglass/sightglass/internal/cli/flinkconf"
	"github.com/sightglass/sightglass/internal/client"
)

// Exit codes, the same for all verbs.
const (
	exitOK          = 0
	exitFound       = 1 // answered, and something is wrong: a gap, a difference, a failing check
	exitUnknown     = 2 // cannot tell: a gap, state, or nothing recorded of it
	exitUsage       = 64
	exitUnreachable = 69
	exitInternal    = 70
	exitDenied      = 77
	exitInterrupted = 130
)

// exitTable is what help and the reference page say.
var exitTable = []struct {
	code int
	text string
}{
	{exitOK, "answered, nothing wrong"},
	{exitFound, "answered, something found (gap, difference, failing check)"},
	{exitUnknown, "cannot tell (gap, state, nothing recorded of it)"},
	{exitUsage, "usage"},
	{exitUnreachable, "server not reachable"},
	{exitInternal, "internal error"},
	{exitDenied, "denied"},
	{exitInterrupted, "interrupted"},
}

// verdict ends a verb with a code of its own after it has answered; nothing more is printed.
type verdict int

func (v verdict) Error() string { return fmt.Sprintf("exit %d", int(v)) }

// usageError is a mistake in the command line.
type usageError struct{ text, hint string }

func (e *usageError) Error() string { return e.text }

func usage(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}

// failure is an error with what to do about it.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// explain finds the exit code of err, and what to say besides.
func explain(err error) (code int, hint, requestID string) {
	var v verdict
	var u *usageError
	var p *client.Problem
	var f *failure
	switch {
	case errors.As(err, &v):
		return int(v), "", ""
	case errors.As(err, &f):
		return f.code, f.hint, ""
	case errors.As(err, &u):
		return exitUsage, u.hint, ""
	case errors.As(err, &p):
		return statusCode(int(p.Status)), p.Hint, p.RequestID
	case errors.Is(err, client.ErrUnreachable):
		return exitUnreachable, "start one with sightglass up, or name one with --server or SIGHTGLASS_SERVER", ""
	case errors.Is(err, context.Canceled):
		return exitInterrupted, "", ""
	case errors.Is(err, flinkconf.ErrNoFile), errors.Is(err, flinkconf.ErrRefused), errors.Is(err, flinkconf.ErrNotAttached):
		return exitUsage, "", ""
	}
	return exitInternal, "", ""
}

func statusCode(status int) int {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return exitDenied
	case status == http.StatusNotFound:
		return exitUnknown
	case status >= 500:
		return exitInternal
	}
	return exitUsage
}
