package query

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that callers decide on.
var (
	// ErrNotFound: the recording, operator, position or record asked for is not there.
	ErrNotFound = errors.New("not found")
	// ErrQuery: the question itself is malformed (a position, a record, a cursor or a filter that cannot be read).
	ErrQuery = errors.New("cannot read the question")
)

// AmbiguousError says that a text names more than one thing. Candidates are texts that name exactly one each.
type AmbiguousError struct {
	What       string // "operator", "recording", "position"
	Text       string
	Candidates []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%s %q is ambiguous: %s", e.What, e.Text, strings.Join(e.Candidates, ", "))
}

func notFound(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotFound, fmt.Sprintf(format, args...))
}

func badQuery(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrQuery, fmt.Sprintf(format, args...))
}
