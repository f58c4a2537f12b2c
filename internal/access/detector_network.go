package access

import "strings"

// findAddresses finds addresses of machines: IPv4, IPv6 and MAC. Of IPv4 those that many programs' versions look like (all parts below 20)
// count only with a name; addresses that say nothing of anybody (0.0.0.0, loopback, the broadcast) never do.
func findAddresses(text string, seen uint8, digits, dashed int, named kindSet) kindSet {
	var hits kindSet
	v4 := seen&byteDot != 0 && digits >= 4
	v6 := seen&byteColon != 0
	mac := v6 || dashed >= leastMAC
	for i := 0; i < len(text); i++ {
		if !isHex(text[i]) && text[i] != ':' {
			for i < len(text) && (isAlnum(text[i]) || joins(text[i])) { // what begins within a name is none
				i++
			}
			continue
		}
		end := i
		dots, colons, dashes, other := 0, 0, 0, false
		for ; end < len(text); end++ {
			c := text[end]
			switch {
			case isHex(c):
			case c == '.':
				dots++
			case c == ':':
				colons++
			case c == '-':
				dashes++
			case isAlnum(c) || c == '_':
				other = true
			default:
				goto judged
			}
		}
	judged:
		if run := text[i:end]; !other {
			switch {
			case v4 && dots >= 3 && colons <= 1 && dashes == 0:
				if ok, weak := isIPv4(run); ok && (!weak || named.supports(kindIP)) {
					hits |= 1 << kindIP
				}
			case v4 && dots == 3 && colons >= 3 && dashes == 0:
				if ok, _ := isIPv4(run[strings.LastIndexByte(run, ':')+1:]); ok && strings.HasPrefix(run, "::") { // IPv4 within IPv6
					hits |= 1 << kindIP
				}
			case mac && (colons == 5 && dashes == 0 || dashes == 5 && colons == 0) && isMAC(run):
				hits |= 1 << kindMAC
			case v6 && colons >= 2 && dashes == 0 && isIPv6(run):
				hits |= 1 << kindIP
			}
		}
		i = end
	}
	return hits
}

// isIPv4 reads four numbers of 0 to 255 without leading zeros, with a port or a full stop behind or not.
func isIPv4(run string) (ok, weak bool) {
	var parts [4]int
	n, digits := 0, 0
	i := 0
	for ; i < len(run); i++ {
		c := run[i]
		if isDigit(c) {
			if digits > 0 && parts[n] == 0 {
				return false, false
			}
			parts[n] = parts[n]*10 + int(c-'0')
			if digits++; parts[n] > 255 {
				return false, false
			}
			continue
		}
		if digits == 0 || c != '.' && c != ':' {
			return false, false
		}
		if n == 3 || c == ':' {
			break
		}
		n, digits = n+1, 0
	}
	if n != 3 || digits == 0 {
		return false, false
	}
	if rest := run[i:]; rest != "" && rest != "." && rest != ":" {
		if rest[0] != ':' || len(rest) > 6 {
			return false, false
		}
		for _, c := range []byte(rest[1:]) {
			if !isDigit(c) {
				return false, false
			}
		}
	}
	if parts[0] == 0 || parts[0] == 127 || parts[0] == 255 {
		return false, false
	}
	return true, max(parts[0], parts[1], parts[2], parts[3]) < 20
}

// isIPv6 reads groups of hexadecimal digits (RFC 4291, section 2.2) of addresses that machines have: global, unique local, link-local.
func isIPv6(run string) bool {
	groups, digits, value, first := 0, 0, 0, 0
	gap := false
	for i := 0; i < len(run); i++ {
		c := run[i]
		switch {
		case c == ':' && i+1 < len(run) && run[i+1] == ':':
			if gap || digits == 0 {
				return false
			}
			gap = true
			groups, digits, value = groups+1, 0, 0
			i++
		case c == ':':
			if digits == 0 || i+1 == len(run) {
				return false
			}
			groups, digits, value = groups+1, 0, 0
		case isHex(c):
			if digits++; digits > 4 {
				return false
			}
			value = value<<4 | hexValue(c)
			if groups == 0 {
				first = value
			}
		default:
			return false
		}
	}
	if digits > 0 {
		groups++
	}
	if groups > 8 || groups < 8 && !gap || gap && groups == 8 || groups < 2 {
		return false
	}
	return first>>13 == 1 && first > 0xfff || first&0xfe00 == 0xfc00 || first&0xffc0 == 0xfe80
}

func hexValue(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c|0x20-'a') + 10
}

// isMAC reads six pairs of hexadecimal digits with one separator (IEEE 802), which are not all the same.
func isMAC(run string) bool {
	if len(run) != 17 {
		return false
	}
	for i := range len(run) {
		switch {
		case i%3 == 2:
			if run[i] != run[2] || isHex(run[i]) {
				return false
			}
		case !isHex(run[i]):
			return false
		}
	}
	for i := 3; i < len(run); i += 3 {
		if run[i:i+2] != run[:2] {
			return true
		}
	}
	return false
}
