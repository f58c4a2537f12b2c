package cli

import (
	"fmt"
	"math/big"
	"testing"
	"time"
)

func TestStatementsEndAtSemicolons(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 1; SELECT 2;":          `["SELECT 1" "SELECT 2"] ""`,
		"SELECT ';' -- no; end\n; x":   `["SELECT ';' -- no; end"] " x"`,
		`SELECT "a;b"`:                 `[] "SELECT \"a;b\""`,
		" ;; SELECT 'it''s; so' ; ":    `["SELECT 'it''s; so'"] " "`,
		"SELECT 1 -- the rest; is a c": `[] "SELECT 1 -- the rest; is a c"`,
	} {
		whole, rest := statements(text)
		if got := fmt.Sprintf("%q %q", whole, rest); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestCellsKeepWhatNumbersRound(t *testing.T) {
	at := time.Date(2026, 1, 5, 8, 0, 0, 1000, time.FixedZone("x", 3600))
	for want, v := range map[string]any{
		"–": nil, "9007199254740993": int64(9007199254740993), "18446744073709551615": new(big.Int).SetUint64(1<<64 - 1), "00fe": []byte{0, 0xfe},
		"2026-01-05T07:00:00.000001Z": at, `["a",1]`: []any{"a", int64(1)}, "0.1": 0.1, " x ": " x ", "true": true,
	} {
		if got := cell(v, nothing); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}
