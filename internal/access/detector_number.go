package access

// numbers walks a text for what is made of digits: cards, accounts, national ids, phone numbers, dates of birth.
type numbers struct {
	text  string
	want  kindSet
	named kindSet
	hits  kindSet

	digits [mostDigits]byte // values 0 to 9, of the group at hand
	parts  [mostParts]digitPart
	nParts int
}

// digitPart is a run of digits of a group: groups are runs with one of " -./" between.
type digitPart struct {
	from, n int  // in digits
	before  byte // what stands before it; 0: the group begins
}

const (
	mostDigits = 48
	mostParts  = 12
)

// find looks at every run of letters and digits that begins at i: nothing that is looked for begins within one.
func (n *numbers) find() {
	for i := 0; i < len(n.text); {
		c := n.text[i]
		switch {
		case isDigit(c):
			i = n.group(i)
		case byteKinds[c]&byteLetter != 0:
			i = n.word(i)
		default:
			i++
		}
	}
}

// word is a run that begins with a letter.
func (n *numbers) word(i int) int {
	end := i
	for end < len(n.text) && isAlnum(n.text[end]) {
		end++
	}
	switch run := n.text[i:end]; {
	case end-i >= 4 && isDigit(run[2]) && isDigit(run[3]) && !isDigit(run[1]):
		if after := ibanAt(n.text, i); after > 0 {
			n.hits |= 1 << kindIBAN
			return after
		}
	case end-i == 16:
		if n.want.has(kindCodiceFiscale) && isCodiceFiscale(run) {
			n.hits |= 1 << kindCodiceFiscale
		}
	case end-i == 8 && end+1 < len(n.text) && n.text[end] == '-' && alone(n.text, i, end+2) && (end+2 == len(n.text) || !isAlnum(n.text[end+2])):
		if n.want.has(kindDNI) && isNIE(run, n.text[end+1]) {
			n.hits |= 1 << kindDNI
		}
	case end-i == 9:
		if n.want.has(kindDNI) && alone(n.text, i, end) && isNIE(run[:8], run[8]) {
			n.hits |= 1 << kindDNI
		}
	}
	// Digits behind a dash or dot are the rest of an order number or a version: they begin no number of their own.
	for end+1 < len(n.text) && joins(n.text[end]) && isAlnum(n.text[end+1]) {
		for end++; end < len(n.text) && isAlnum(n.text[end]); end++ {
		}
	}
	return end
}

// joins tells whether c holds parts of a name together.
func joins(c byte) bool { return c == '-' || c == '.' || c == '_' }

// alone tells whether nothing is joined to a run of letters and digits.
func alone(text string, from, to int) bool {
	return (from < 2 || !joins(text[from-1]) || !isAlnum(text[from-2])) && (to+1 >= len(text) || !joins(text[to]) || !isAlnum(text[to+1]))
}

// group reads the digits at i with what separates them, and looks at what they may be. It gives back where it ends.
func (n *numbers) group(i int) int {
	start, count := i, 0
	n.nParts = 0
	before := byte(0)
	for {
		from := count
		for i < len(n.text) && isDigit(n.text[i]) {
			if count < mostDigits {
				n.digits[count] = n.text[i] - '0'
				count++
			}
			i++
		}
		if n.nParts < mostParts {
			n.parts[n.nParts] = digitPart{from, count - from, before}
			n.nParts++
		}
		if i+1 >= len(n.text) || !separates(n.text[i]) || !isDigit(n.text[i+1]) {
			break
		}
		before = n.text[i]
		i++
	}
	end := i
	if n.want.has(kindPhone) && isPhone(n.text, start) {
		n.hits |= 1 << kindPhone
	}
	if end < len(n.text) && byteKinds[n.text[end]]&byteLetter != 0 {
		if n.text[end] == 'T' && n.want.has(kindBirthDate) && n.birthDate() { // a time follows
			n.hits |= 1 << kindBirthDate
		}
		return n.lettered(start, end)
	}
	if end+1 < len(n.text) && joins(n.text[end]) && isAlnum(n.text[end+1]) {
		return n.lettered(start, end)
	}
	n.judge(start, end, count)
	return end
}

func separates(c byte) bool { return c == ' ' || c == '-' || c == '.' || c == '/' }

// lettered is a group that a letter ends: a Spanish identity number, or the beginning of something else.
func (n *numbers) lettered(start, end int) int {
	last := n.parts[n.nParts-1]
	from := end - last.n
	letter := end
	if n.text[letter] == '-' || n.text[letter] == ' ' {
		letter++
	}
	if n.want.has(kindDNI) && last.n == 8 && n.nParts == 1 && letter < len(n.text) && alone(n.text, from, letter) && (letter+1 == len(n.text) || !isAlnum(n.text[letter+1])) &&
		dniLetter(n.digits[last.from:last.from+8]) == upper(n.text[letter]) {
		n.hits |= 1 << kindDNI
	}
	for end < len(n.text) && (isAlnum(n.text[end]) || joins(n.text[end]) && end+1 < len(n.text) && isAlnum(n.text[end+1])) {
		end++
	}
	return end
}

// judge looks at a whole group, then at its parts: a card's number may stand behind another number.
func (n *numbers) judge(start, end, count int) {
	if n.want.has(kindBirthDate) && n.birthDate() {
		n.hits |= 1 << kindBirthDate
	}
	if count >= mostDigits || start > 0 && n.text[start-1] == '+' {
		return
	}
	for from := range n.nParts {
		if from > 0 && n.parts[from].before != ' ' {
			continue
		}
		for to := from; to < n.nParts; to++ {
			if to+1 < n.nParts && n.parts[to+1].before != ' ' {
				continue
			}
			n.id(n.parts[from : to+1])
		}
	}
}

// shape packs the lengths of parts, so that 3-2-4 is 0x324.
func shape(parts []digitPart) uint32 {
	var s uint32
	for _, p := range parts {
		s = s<<4 | uint32(min(p.n, 15))
	}
	return s
}

// id looks whether parts are one number of those that have a check.
func (n *numbers) id(parts []digitPart) {
	last := parts[len(parts)-1]
	d := n.digits[parts[0].from : last.from+last.n]
	one := len(parts) == 1
	var between byte // what separates the parts; 0: not the same everywhere
	if !one {
		between = parts[1].before
		for _, p := range parts[1:] {
			if p.before != between {
				between = 0
			}
		}
	}
	s := shape(parts)
	even := one || between == ' ' || between == '-'
	hit := func(k kind, is bool) {
		if is {
			n.hits |= 1 << k
		}
	}
	has := n.want.has
	switch len(d) {
	case 9:
		if has(kindSSN) && even && (s == 0x324 || one && n.named.supports(kindSSN)) {
			hit(kindSSN, isSSN(d))
		}
	case 10:
		if has(kindNHS) && even && (one || s == 0x334) {
			hit(kindNHS, isNHS(d))
		}
		if has(kindPersonnummer) && (one && n.named.supports(kindPersonnummer) || s == 0x64 && between == '-') {
			hit(kindPersonnummer, isPersonnummer(d))
		}
	case 11:
		if has(kindTaxDE) && even && (one || s == 0x2333) {
			hit(kindTaxDE, isTaxDE(d))
		}
		if has(kindCPF) && (one || s == 0x3332 && last.before == '-') { // 192.168.101.25 has the shape without the dash
			hit(kindCPF, isCPF(d))
		}
		if has(kindPESEL) && one {
			hit(kindPESEL, isPESEL(d))
		}
	case 12:
		if has(kindAadhaar) && even && (one || s == 0x444) {
			hit(kindAadhaar, isAadhaar(d))
		}
		if has(kindPersonnummer) && (one || s == 0x84 && between == '-') && (d[0] == 1 && d[1] == 9 || d[0] == 2 && d[1] == 0) {
			hit(kindPersonnummer, isPersonnummer(d[2:]))
		}
	case 15:
		if has(kindNIR) && (one || between == ' ') && (one || s == 0x1222332 || s == 0xd2) {
			hit(kindNIR, isNIR(d))
		}
	}
	if has(kindCard) && even && len(d) >= 12 && len(d) <= 19 && cardShape(parts) {
		card, weak := isCard(d)
		hit(kindCard, card && (!weak || n.named.supports(kindCard)))
	}
}

// cardShape tells whether digits are grouped as on cards: in one, by four, or 4-6-4, 4-6-5.
func cardShape(parts []digitPart) bool {
	if len(parts) == 1 {
		return true
	}
	if s := shape(parts); s == 0x465 || s == 0x464 {
		return true
	}
	for _, p := range parts[:len(parts)-1] {
		if p.n != 4 {
			return false
		}
	}
	return parts[len(parts)-1].n <= 4
}

// isPhone tells whether a phone number begins at i, in a field that is named so: + and 7 to 15 digits (E.164), or 7 to 14 digits with a 0 before
// them, or 7 to 11 without. Between digits are up to three of " -./()", as in +49 (0) 30 1234567; they separate nothing else.
func isPhone(text string, i int) bool {
	plus, zero := i > 0 && text[i-1] == '+', text[i] == '0'
	count, between := 0, 0
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case isDigit(c):
			count++
			between = 0
			continue
		case (separates(c) || c == '(' || c == ')') && between < 3:
			between++
			continue
		}
		break
	}
	if between == 0 && i < len(text) && byteKinds[text[i]]&byteLetter != 0 {
		return false // the digits belong to a word
	}
	switch {
	case plus:
		return count >= 7 && count <= 15 && !zero
	case zero:
		return count >= 7 && count <= 14
	}
	return count >= 7 && count <= 11
}

// birthDate tells whether a group is a date, as 1984-02-29, 29.02.1984, 02/29/1984, 19840229 or the beginning of a date with a time.
func (n *numbers) birthDate() bool {
	p := n.parts[:n.nParts]
	if len(p) > 3 {
		p = p[:3]
	}
	at := func(i int) int {
		v := 0
		for _, d := range n.digits[p[i].from : p[i].from+p[i].n] {
			v = v*10 + int(d)
		}
		return v
	}
	switch shape(p) {
	case 0x422:
		return isDate(at(0), at(1), at(2))
	case 0x224, 0x124, 0x214, 0x114:
		return isDate(at(2), at(1), at(0)) || isDate(at(2), at(0), at(1))
	case 0x8:
		v := at(0)
		return len(p) == 1 && isDate(v/10000, v/100%100, v%100)
	}
	return false
}

// isDate tells whether a day is one of a person's life.
func isDate(year, month, day int) bool {
	return year >= 1900 && year < 2100 && isDay(month, day)
}

// isDay tells whether a month has such a day in some year.
func isDay(month, day int) bool {
	const days = "\x1f\x1d\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"
	return month >= 1 && month <= 12 && day >= 1 && day <= int(days[month-1])
}
