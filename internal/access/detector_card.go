package access

// issuer is a range of the first digits of payment cards (ISO/IEC 7812) with the lengths that its numbers have, as bits.
type issuer struct {
	from, to uint32 // of the first six digits
	lengths  uint32
	weak     uint32 // lengths that other numbers have so often that a name must speak for them
}

func digitsLong(lengths ...int) uint32 {
	var s uint32
	for _, n := range lengths {
		s |= 1 << n
	}
	return s
}

// issuers are the networks' published ranges. Visa's numbers of 13 digits are out of use and German article numbers (EAN) look like them;
// ids made of a time are as long as its numbers of 19.
var issuers = [...]issuer{
	{from: 400000, to: 499999, lengths: digitsLong(13, 16, 19), weak: digitsLong(13, 19)},             // Visa
	{from: 510000, to: 559999, lengths: digitsLong(16)},                                               // Mastercard
	{from: 222100, to: 272099, lengths: digitsLong(16)},                                               // Mastercard
	{from: 340000, to: 349999, lengths: digitsLong(15)},                                               // American Express
	{from: 370000, to: 379999, lengths: digitsLong(15)},                                               // American Express
	{from: 300000, to: 305999, lengths: digitsLong(14, 16), weak: digitsLong(14)},                     // Diners Club
	{from: 360000, to: 369999, lengths: digitsLong(14, 16)},                                           // Diners Club
	{from: 380000, to: 399999, lengths: digitsLong(14, 16)},                                           // Diners Club
	{from: 601100, to: 601199, lengths: digitsLong(16, 19), weak: digitsLong(19)},                     // Discover
	{from: 644000, to: 659999, lengths: digitsLong(16, 19), weak: digitsLong(19)},                     // Discover
	{from: 352800, to: 358999, lengths: digitsLong(16, 19), weak: digitsLong(19)},                     // JCB
	{from: 620000, to: 629999, lengths: digitsLong(16, 17, 18, 19), weak: digitsLong(17, 18, 19)},     // UnionPay
	{from: 501800, to: 501899, lengths: digitsLong(12, 13, 14, 15, 16, 19), weak: digitsLong(12, 13)}, // Maestro
	{from: 502000, to: 502099, lengths: digitsLong(12, 13, 14, 15, 16, 19), weak: digitsLong(12, 13)}, // Maestro
	{from: 503800, to: 503899, lengths: digitsLong(12, 13, 14, 15, 16, 19), weak: digitsLong(12, 13)}, // Maestro
	{from: 630400, to: 630499, lengths: digitsLong(12, 13, 14, 15, 16, 19), weak: digitsLong(12, 13)}, // Maestro
	{from: 675900, to: 676399, lengths: digitsLong(12, 13, 14, 15, 16, 18, 19), weak: digitsLong(12)}, // Maestro
	{from: 220000, to: 220499, lengths: digitsLong(16, 17, 18, 19), weak: digitsLong(17, 18, 19)},     // Mir
	{from: 506000, to: 509999, lengths: digitsLong(16)},                                               // Elo, Verve
}

// isCard tells whether digits, 12 to 19 of them, are the number of a card; weak when other numbers of that shape are as likely.
func isCard(digits []byte) (card, weak bool) {
	if len(digits) < 12 || len(digits) > 19 {
		return false, false
	}
	first := uint32(0)
	for _, d := range digits[:6] {
		first = first*10 + uint32(d)
	}
	for i := range issuers {
		if is := &issuers[i]; first >= is.from && first <= is.to && is.lengths&(1<<len(digits)) != 0 {
			return luhn(digits), is.weak&(1<<len(digits)) != 0
		}
	}
	return false, false
}

// luhn is the check of ISO/IEC 7812-1, annex B: doubled every second digit from the right, the sum of all digits ends with 0.
func luhn(digits []byte) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
