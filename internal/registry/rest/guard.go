package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/sightglass/sightglass/internal/registry"
)

// Action is what a caller wants to do.
type Action int

// The actions.
const (
	Read      Action = iota // schemas, versions, settings
	Register                // and to look whether something could be
	Delete                  // softly or for good
	Configure               // settings, modes, imports
)

// Errors of a Guard.
var (
	ErrUnknown = errors.New("the request shows nothing that names a caller")
	ErrLater   = errors.New("who calls cannot be found out now")
)

// Guard finds out who calls. ErrUnknown, ErrLater.
type Guard interface {
	Enter(*http.Request) (Caller, error)
}

// Caller is who makes a request. It is used by one request only.
type Caller interface {
	// Name is for evidence of who reads and writes what.
	Name() string
	// May says whether the caller may do something with a subject; one without a name is its context, that of the default context everything. A
	// refusal is the text for the caller.
	May(ctx context.Context, a Action, s registry.Subject) (refusal string)
	// Refused writes a refusal down.
	Refused(ctx context.Context, a Action, s registry.Subject, why string)
	// Change does something after it was written down that it will be done; when that fails, nothing is done.
	Change(ctx context.Context, a Action, s registry.Subject, what string, do func() error) error
	// Done ends the request.
	Done()
}
