package identity

import (
	"net"
	"strings"
	"unicode"
)

// plainText is what others wrote, for people to read: without control characters and what turns the direction of writing, and no longer
// than most characters.
func plainText(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, c := range s {
		if n == most {
			break
		}
		if unicode.IsPrint(c) {
			b.WriteRune(c)
			n++
		}
	}
	return b.String()
}

// hostOf is an address without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// localPath keeps a redirect on this server. Browsers drop control characters and take a backslash for a slash.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") || strings.ContainsFunc(next, unicode.IsControl) {
		return "/"
	}
	return next
}
