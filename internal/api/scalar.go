package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// I64 is an integer that may pass 2^53; in JSON it is a string, because a JavaScript number would round it.
type I64 int64

// MarshalJSON writes the number as a string.
func (i I64) MarshalJSON() ([]byte, error) {
	return append(strconv.AppendInt([]byte{'"'}, int64(i), 10), '"'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *I64) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("reading a 64-bit integer: %w", err)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	*i = I64(n)
	return err
}

// Schema describes I64 in OpenAPI.
func (I64) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "int64", Pattern: `^-?[0-9]+$`, Description: "64-bit integer as text"}
}

// Time is an instant; in JSON RFC 3339 in UTC with microseconds.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON writes the instant in UTC.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"` + timeLayout + `"`)), nil
}

// UnmarshalJSON reads RFC 3339.
func (t *Time) UnmarshalJSON(b []byte) error { return t.Time.UnmarshalJSON(b) }

// Schema describes Time in OpenAPI.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Examples: []any{"2026-08-01T14:02:11.482000Z"}}
}

// TimeOf is t as answers have it; nil for the zero time.
func TimeOf(t time.Time) *Time { return at(t) }

// at gives nil for the zero time, so that an unknown instant is absent from the answer instead of being year 1.
func at(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	return &Time{t}
}
