package share

import (
	"errors"
	"fmt"
)

// What can be wrong with a file; every error about its content wraps one of them.
var (
	ErrNoFile    = errors.New("not an incident file")
	ErrTorn      = errors.New("the file ends early")
	ErrChanged   = errors.New("the file is not as it was signed")
	ErrTooLarge  = errors.New("the file claims more than the format allows")
	ErrVersion   = errors.New("the file needs another version of this program")
	ErrEncrypted = errors.New("the file is encrypted")
)

// Errors of an export and of an import.
var (
	ErrExists = errors.New("the recording is here already")
)

func changed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrChanged}, args...)...)
}

func tooLarge(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrTooLarge}, args...)...)
}
