package checks

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// formats are those of contract.Formats. They are looked at for each record, so that none of them is a regular expression.
var formats = map[string]func(string) bool{
	"date":      func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
	"date-time": func(s string) bool { _, err := time.Parse(time.RFC3339Nano, s); return err == nil },
	"time": func(s string) bool {
		_, err := time.Parse("15:04:05.999999999", strings.TrimSuffix(s, "Z"))
		return err == nil
	},
	"email":    isEmail,
	"hostname": isHost,
	"ipv4":     func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":     func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() },
	"uri":      func(s string) bool { u, err := url.Parse(s); return err == nil && u.Scheme != "" },
	"uuid":     isUUID,
}

func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at <= 64 && len(s) <= 254 && isHost(s[at+1:]) && !strings.ContainsAny(s[:at], " \t\r\n<>()[],;:\\")
}

func isHost(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f'):
			return false
		}
	}
	return true
}
