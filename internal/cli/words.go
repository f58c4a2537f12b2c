package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nothing stands in a cell that has no value.
const nothing = "–"

func instant(t time.Time) string {
	if t.IsZero() {
		return nothing
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// milliseconds writes an I64 of milliseconds with a unit.
func milliseconds(s string) string {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nothing
	}
	return span(time.Duration(n) * time.Millisecond)
}

// span writes a duration with three digits at most and one unit.
func span(d time.Duration) string {
	if d < 0 {
		return "-" + span(-d)
	}
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.1f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.0f d", d.Hours()/24)
}

// size writes an I64 of bytes with a unit.
func size(s string) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nothing
	}
	return bytesText(n)
}

func bytesText(n float64) string {
	for _, u := range []string{"B", "KiB", "MiB", "GiB"} {
		if n < 1024 {
			if u == "B" {
				return fmt.Sprintf("%.0f B", n)
			}
			return fmt.Sprintf("%.1f %s", n, u)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.1f TiB", n)
}

func rate(f float64) string {
	switch {
	case f == 0:
		return "0"
	case f < 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// thousands writes an I64 with commas.
func thousands(s string) string {
	digits, sign := s, ""
	if strings.HasPrefix(s, "-") {
		digits, sign = s[1:], "-"
	}
	if len(digits) <= 3 {
		return s
	}
	var b strings.Builder
	first := len(digits) % 3
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return sign + b.String()
}

// count writes an I64: with commas for people, plain for programs.
func (a *app) count(s string) string {
	if a.Terminal {
		return thousands(s)
	}
	return s
}

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

// short is the beginning of a recording id that people read and type; names stay whole.
func short(id string) string {
	if len(id) == 32 && strings.Trim(id, "0123456789abcdef") == "" {
		return id[:8]
	}
	return id
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func isZero(s string) bool { return s == "" || s == "0" }

// stateStyle colours states: healthy ones stay plain.
func stateStyle(s string) style {
	switch s {
	case "failed", "failing", "fail", "missing":
		return red
	case "restarting", "canceled", "cancelling", "canceling", "last-seen", "warn", "off":
		return amber
	case "finished", "waiting", "ended":
		return dim
	}
	return plainStyle
}

func zeroDim(s string) style {
	if s == "0" || s == nothing {
		return dim
	}
	return plainStyle
}

func zeroElseAmber(s string) style {
	if s == "0" || s == nothing {
		return dim
	}
	return amber
}

// number reads an I64; 0 when it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
