package block

import (
	"errors"
	"fmt"
)

// What can be wrong with a block; every error of this package that is about the input wraps one of them.
var (
	ErrMagic     = errors.New("not a block")
	ErrVersion   = errors.New("block needs a newer reader")
	ErrChecksum  = errors.New("block checksum differs")
	ErrMalformed = errors.New("malformed block")
	ErrEncrypted = errors.New("block is encrypted")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
}
