package access

// Checks of national ids. All take digits as values 0 to 9.

// isSSN tells whether nine digits may be a social security number of the USA: no area 000, 666 or 900 and above, no group 00, no serial 0000
// (Social Security Administration, randomization since 2011), and none of the numbers that advertisements made known.
func isSSN(d []byte) bool {
	area, group, serial := number(d[:3]), number(d[3:5]), number(d[5:9])
	if area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 {
		return false
	}
	switch number(d) {
	case 78051120, 219099999, 123456789:
		return false
	}
	return !same(d)
}

// isNHS is the check of the United Kingdom's NHS number: weights 10 to 2, modulo 11 (NHS Data Dictionary, NHS NUMBER).
func isNHS(d []byte) bool {
	sum := 0
	for i := range 9 {
		sum += int(d[i]) * (10 - i)
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check == int(d[9]) && !same(d)
}

// isTaxDE is the German tax identification number: of its first ten digits exactly one comes twice or three times, and the last is the check
// of ISO 7064 MOD 11,10 (Bundeszentralamt für Steuern, § 139b AO).
func isTaxDE(d []byte) bool {
	if d[0] == 0 {
		return false
	}
	var times [10]int
	for _, x := range d[:10] {
		times[x]++
	}
	repeated := 0
	for _, n := range times {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	if repeated != 1 {
		return false
	}
	product := 10
	for _, x := range d[:10] {
		sum := (int(x) + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	check := 11 - product
	if check == 10 {
		check = 0
	}
	return check == int(d[10])
}

// isCPF is Brazil's Cadastro de Pessoas Físicas: two digits of a weighted sum modulo 11 (Receita Federal).
func isCPF(d []byte) bool {
	check := func(n int) bool {
		sum := 0
		for i := range n {
			sum += int(d[i]) * (n + 1 - i)
		}
		return sum*10%11%10 == int(d[n])
	}
	return !same(d) && check(9) && check(10)
}

// isPESEL is Poland's PESEL: a date of birth whose month tells the century, and weights 1, 3, 7, 9 modulo 10 (Dz.U. 2010 nr 217 poz. 1427).
func isPESEL(d []byte) bool {
	month, day := number(d[2:4])%20, number(d[4:6])
	if !isDay(month, day) {
		return false
	}
	sum := 0
	for i, w := range [...]int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1} {
		sum += int(d[i]) * w
	}
	return sum%10 == 0
}

// isPersonnummer is Sweden's: a date of birth of six digits (days from 61 on of a coordination number), three digits and Luhn's (Skatteverket,
// SKV 704).
func isPersonnummer(d []byte) bool {
	month, day := number(d[2:4]), number(d[4:6])
	if day > 60 {
		day -= 60
	}
	return isDay(month, day) && number(d[6:9]) > 0 && luhn(d)
}

// isNIR is France's numéro de sécurité sociale: sex, year and month of birth, place, and 97 minus the rest of the thirteen digits by 97
// (INSEE). Departments of Corsica, which have a letter, are not found.
func isNIR(d []byte) bool {
	month := number(d[3:5])
	if d[0] != 1 && d[0] != 2 || !(month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50) || number(d[5:7]) == 0 {
		return false
	}
	return 97-number(d[:13])%97 == number(d[13:15])
}

// isAadhaar is India's: twelve digits, the first 2 to 9, with Verhoeff's check (UIDAI).
func isAadhaar(d []byte) bool { return d[0] >= 2 && !same(d) && verhoeff(d) }

// verhoeff is the check of J. Verhoeff, Error Detecting Decimal Codes, 1969: the dihedral group of order 10 with a permutation by place.
func verhoeff(d []byte) bool {
	const product = "0123456789" + "1234067895" + "2340178956" + "3401289567" + "4012395678" + "5987604321" + "6598710432" + "7659821043" + "8765932104" + "9876543210"
	const permuted = "0123456789" + "1576283094" + "5803796142" + "8916043527" + "9453126870" + "4286573901" + "2793806415" + "7046913258"
	c := byte(0)
	for i := range d {
		x := permuted[i%8*10+int(d[len(d)-1-i])] - '0'
		c = product[int(c)*10+int(x)] - '0'
	}
	return c == 0
}

// dniLetter is the letter of eight digits of a Spanish DNI: the rest by 23 (Real Decreto 1553/2005).
func dniLetter(d []byte) byte { return "TRWAGMYFPDXBNJZSQVHLCKE"[number(d)%23] }

// isNIE tells whether eight characters and a letter are a foreigner's number of Spain: X, Y or Z in place of the first digit of a DNI.
func isNIE(run string, letter byte) bool {
	var d [8]byte
	switch upper(run[0]) {
	case 'X', 'Y', 'Z':
		d[0] = upper(run[0]) - 'X'
	default:
		return false
	}
	for i := 1; i < 8; i++ {
		if !isDigit(run[i]) {
			return false
		}
		d[i] = run[i] - '0'
	}
	return upper(letter) == dniLetter(d[:])
}

// isCodiceFiscale is Italy's: six letters of the name, year, a letter for the month, day (40 more for women), place, and a check letter
// (D.M. 23 dicembre 1976). Digits that letters stand for because two persons had one code are read too.
func isCodiceFiscale(run string) bool {
	const layout = "LLLLLLDDLDDLDDDL"
	const stands = "LMNPQRSTUV"                                                                                    // for 0 to 9
	odd := [...]int8{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23} // of A to Z; digits as A to J
	sum := 0
	var day, letters int
	for i := range 16 {
		c := upper(run[i])
		var value int
		switch {
		case c >= '0' && c <= '9':
			if layout[i] == 'L' {
				return false
			}
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c - 'A')
			letters++
		default:
			return false
		}
		if layout[i] == 'D' {
			digit := value
			if c >= 'A' {
				digit = -1
				for k := range stands {
					if stands[k] == c {
						digit = k
					}
				}
				if digit < 0 {
					return false
				}
			}
			if i == 9 || i == 10 {
				day = day*10 + digit
			}
		}
		switch {
		case i == 15:
			return letters >= 9 && (day >= 1 && day <= 31 || day >= 41 && day <= 71) && sum%26 == value
		case i%2 == 0:
			sum += int(odd[value])
		default:
			sum += value
		}
	}
	return false
}

func number(d []byte) int {
	n := 0
	for _, x := range d {
		n = n*10 + int(x)
	}
	return n
}

// same tells whether all digits are one: what people type in place of a number.
func same(d []byte) bool {
	for _, x := range d {
		if x != d[0] {
			return false
		}
	}
	return true
}
