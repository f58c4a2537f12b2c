package access

// What a byte of a text may be part of. Bit 0 is that of digits, so that adding it counts them.
const (
	byteDigit uint8 = 1 << iota
	byteLetter
	byteJoin // - and _, which keys hold between letters and digits
	byteAt
	byteColon
	byteDot
	byteDash

	byteWord = byteDigit | byteLetter | byteJoin
)

var byteKinds = func() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = byteDigit
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			t[c] = byteLetter
		}
	}
	t['-'], t['_'] = byteJoin|byteDash, byteJoin
	t['@'], t[':'], t['.'] = byteAt, byteColon, byteDot
	return t
}()

// Least of what a value must have for a group of detectors to look at it.
const (
	leastDigits = 7  // of any national id, account, card or phone
	leastDate   = 6  // of a date, as 2/9/1978
	leastWord   = 16 // letters, digits, - and _ in a row: of any key or token
	leastMAC    = 5  // dashes
	leastArmour = 10 // dashes of PEM
)

// mostScanned bounds how much of a text is looked at. What is longer is hidden where a detector is enabled: nobody knows what its end holds.
const mostScanned = 64 << 10

// scan finds kinds of s in a text. named are the kinds that the field's name speaks of; a weak kind is looked for only with such a name.
// One pass over the bytes tells which detectors can find anything at all; most texts end there. It allocates nothing.
func (s kindSet) scan(text string, named kindSet) kindSet {
	if s == 0 || len(text) < leastText {
		return 0
	}
	if len(text) > mostScanned {
		text = text[:mostScanned]
	}
	var seen uint8
	var digits, dashes, word, longest int
	for i := range len(text) {
		k := byteKinds[text[i]]
		seen |= k
		digits += int(k & byteDigit)
		dashes += int(k / byteDash & 1)
		if k&byteWord != 0 {
			word++
			continue
		}
		longest = max(longest, word)
		word = 0
	}
	longest = max(longest, word)
	for k := range weakOnly {
		if s.has(weakOnly[k]) && !named.supports(weakOnly[k]) {
			s &^= 1 << weakOnly[k]
		}
	}
	var hits kindSet
	if seen&byteAt != 0 && s&(1<<kindEmail|1<<kindURLPassword) != 0 {
		hits |= s & findMail(text)
	}
	if longest >= leastWord && s&(1<<kindKey|1<<kindJWT) != 0 {
		hits |= s & findKeys(text)
	}
	if dashes >= leastArmour && s.has(kindPEM) && hasPEM(text) {
		hits |= 1 << kindPEM
	}
	if (digits >= leastDigits || digits >= leastDate && s.has(kindBirthDate)) && s&numberKinds != 0 {
		n := numbers{text: text, want: s, named: named}
		n.find()
		hits |= n.hits & s
	}
	if (seen&byteColon != 0 || seen&byteDot != 0 && digits >= 4 || dashes >= leastMAC) && s&(1<<kindIP|1<<kindMAC) != 0 {
		hits |= s & findAddresses(text, seen, digits, dashes, named)
	}
	return hits
}

// leastText is the length of the shortest thing that is found: a@b.co.
const leastText = 6

var weakOnly = [...]kind{kindNHS, kindAadhaar, kindPhone, kindBirthDate}

const numberKinds kindSet = 1<<kindCard | 1<<kindIBAN | 1<<kindSSN | 1<<kindNHS | 1<<kindTaxDE | 1<<kindDNI | 1<<kindCodiceFiscale | 1<<kindNIR |
	1<<kindCPF | 1<<kindAadhaar | 1<<kindPESEL | 1<<kindPersonnummer | 1<<kindPhone | 1<<kindBirthDate

func isDigit(c byte) bool { return byteKinds[c]&byteDigit != 0 }
func isAlnum(c byte) bool { return byteKinds[c]&(byteDigit|byteLetter) != 0 }

// isHex tells whether c is a hexadecimal digit.
func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// prose tells whether a text is written by a person for persons: four words of letters with spaces between.
func prose(text string) bool {
	words, letters := 0, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i < len(text) && (byteKinds[text[i]]&byteLetter != 0 || text[i] == '\''):
			letters++
			continue
		case letters >= 2 && (i == len(text) || text[i] <= ' ' || text[i] == ',' || text[i] == '.' || text[i] == '!' || text[i] == '?' || text[i] == ';' || text[i] == ':'):
			if words++; words == 4 {
				return true
			}
		}
		letters = 0
	}
	return false
}
