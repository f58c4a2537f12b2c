package access

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// Masks beside Clear, Redact and Drop. What a mask cannot be made of is redacted.
const (
	Token       Mask = "token"        // one value has one token, in all topics and jobs
	KeepLast    Mask = "keep_last"    // the last N characters of a text that has eight more at least
	KeepFirst   Mask = "keep_first"   // the first N
	TokenLength Mask = "token_length" // of a text: a token of as many characters; else as Token
	EmailDomain Mask = "email_domain" // a token, and the domain as it is
	ShiftTime   Mask = "shift_time"   // of a date or time: moved by a secret number of weeks, the same everywhere
	Truncate    Mask = "truncate"     // of a date or a time: the day, month or year
	Bucket      Mask = "bucket"       // of a number: the multiple of Width below it
	IPPrefix    Mask = "ip_prefix"    // of an address: the network of 24 bits, or 48 of version 6
)

// MaskAction is a mask with what it needs.
type MaskAction struct {
	Mask  Mask
	N     int     // of KeepLast and KeepFirst
	Unit  string  // of Truncate: day, month or year
	Width float64 // of Bucket
}

// keptBehind is how many characters a text must have beside those that are kept.
const keptBehind = 8

func (a *MaskAction) check() error {
	switch a.Mask {
	case Clear, Redact, Drop, Token, TokenLength, EmailDomain, ShiftTime, IPPrefix:
		return nil
	case KeepLast, KeepFirst:
		if a.N < 1 || a.N > 64 {
			return fmt.Errorf("%s keeps 1 to 64 characters, not %d", a.Mask, a.N)
		}
	case Truncate:
		if a.Unit != "day" && a.Unit != "month" && a.Unit != "year" {
			return fmt.Errorf("truncate keeps the day, month or year, not %q", a.Unit)
		}
	case Bucket:
		if !(a.Width > 0) || math.IsInf(a.Width, 0) {
			return fmt.Errorf("the width of a bucket is above 0, not %v", a.Width)
		}
	default:
		return fmt.Errorf("there is no mask %q", a.Mask)
	}
	return nil
}

// makesTokens tells whether a mask goes by a key, so that who may write a guess and compare what comes of it would learn of it.
func (a *MaskAction) makesTokens() bool {
	return a.Mask == Token || a.Mask == TokenLength || a.Mask == EmailDomain || a.Mask == ShiftTime
}

// of gives what is shown in place of a value; its type stays. It looks at nothing but the value.
func (c *class) of(v event.Value) string {
	if text, ok := c.shown(v); ok {
		return text
	}
	return redacted(v.Kind())
}

func (c *class) shown(v event.Value) (string, bool) {
	a := &c.Action
	switch a.Mask {
	case Token:
		switch v.Kind() {
		case event.ValueString, event.ValueEnum, event.ValueBytes:
			return c.tokens.text(v.Raw()), true
		case event.ValueInt, event.ValueUint:
			return c.tokens.whole(v), true
		}
	case TokenLength:
		switch v.Kind() {
		case event.ValueString, event.ValueEnum:
			return c.tokens.sameLength(v.Raw())
		case event.ValueInt, event.ValueUint:
			return c.tokens.whole(v), true
		}
	case ShiftTime:
		return shifted(v, c.tokens.weeks)
	case EmailDomain:
		at := strings.LastIndexByte(v.Raw(), '@')
		if v.Kind() == event.ValueString && at > 0 && isDomain(v.Raw()[at+1:]) {
			return c.tokens.text(v.Raw()) + strings.ToLower(v.Raw()[at:]), true
		}
		if v.Kind() == event.ValueString {
			return c.tokens.text(v.Raw()), true
		}
	case KeepLast, KeepFirst:
		if v.Kind() != event.ValueString || utf8.RuneCountInString(v.Raw()) < a.N+keptBehind {
			return "", false
		}
		r := []rune(v.Raw())
		if a.Mask == KeepFirst {
			return string(r[:a.N]) + "***", true
		}
		return "***" + string(r[len(r)-a.N:]), true
	case Truncate:
		return truncated(v, a.Unit)
	case Bucket:
		return a.bucket(v)
	case IPPrefix:
		return prefixOf(v)
	}
	return "", false
}

// isDomain tells whether a text is one of letters, digits, dots and dashes, with a dot within: else it may be anything.
func isDomain(text string) bool {
	dot := strings.IndexByte(text, '.')
	if dot < 1 || dot == len(text)-1 || len(text) > 253 {
		return false
	}
	for _, c := range []byte(text) {
		if c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// truncated keeps the beginning of ISO 8601; what follows is the first of its kind.
func truncated(v event.Value, unit string) (string, bool) {
	const zeros = "2006-01-01T00:00:00"
	keep := map[string]int{"day": len("2006-01-02"), "month": len("2006-01"), "year": len("2006")}[unit]
	text := v.Raw()
	switch v.Kind() {
	case event.ValueDate, event.ValueDateTime, event.ValueInstant:
	default:
		return "", false
	}
	if len(text) < len("2006-01-02") || text[4] != '-' || text[7] != '-' {
		return "", false // a year of more digits, or before the era
	}
	switch v.Kind() {
	case event.ValueDate:
		return text[:keep] + zeros[keep:len("2006-01-02")], true
	case event.ValueDateTime:
		return text[:keep] + zeros[keep:], true
	}
	return text[:keep] + zeros[keep:] + "Z", true
}

func (a *MaskAction) bucket(v event.Value) (string, bool) {
	var n float64
	switch v.Kind() {
	case event.ValueInt:
		n = float64(v.Int())
	case event.ValueUint:
		n = float64(v.Uint())
	case event.ValueFloat32, event.ValueFloat64:
		n = v.Float()
	case event.ValueDecimal:
		var err error
		if n, err = strconv.ParseFloat(v.Raw(), 64); err != nil {
			return "", false
		}
	default:
		return "", false
	}
	n = math.Floor(n/a.Width) * a.Width
	if math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) >= 1<<53 {
		return "", false
	}
	switch v.Kind() {
	case event.ValueInt, event.ValueUint:
		return strconv.FormatInt(int64(math.Floor(n)), 10), true
	}
	return event.Float64Value(n).Text(), true
}

func prefixOf(v event.Value) (string, bool) {
	if v.Kind() != event.ValueString {
		return "", false
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(v.Raw()))
	if err != nil {
		return "", false
	}
	bits := 48
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		bits = 24
	}
	net, err := ip.Prefix(bits)
	if err != nil {
		return "", false
	}
	return net.String(), true
}
