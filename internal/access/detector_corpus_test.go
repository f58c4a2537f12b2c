package access

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// corpus makes labelled values: of each detector's kind in the shapes that they are written in, also in shapes that the detectors are known to
// miss, and values that look like them. It is the same for the same seed. Nothing in it is a person's.
type corpus struct {
	*rand.Rand
	all []labelled
}

// labelled is a value in a field, and what it is.
type labelled struct {
	family string // of a value that is nothing of the kind, or the detector's name
	is     kind
	any    bool // is says what it is
	name   string
	text   string
}

const (
	corpusSeed = 20260801
	perFamily  = 2000
)

func newCorpus() *corpus {
	c := &corpus{Rand: rand.New(rand.NewPCG(corpusSeed, 10))}
	for _, f := range [...]struct {
		is   kind
		make func() (name, text string)
	}{
		{kindEmail, c.email}, {kindCard, c.card}, {kindIBAN, c.iban}, {kindSSN, c.ssn}, {kindNHS, c.nhs}, {kindTaxDE, c.taxDE}, {kindDNI, c.dni}, {kindCodiceFiscale, c.codiceFiscale}, {kindNIR, c.nir},
		{kindCPF, c.cpf}, {kindAadhaar, c.aadhaar}, {kindPESEL, c.pesel}, {kindPersonnummer, c.personnummer}, {kindPhone, c.phone}, {kindIP, c.ip}, {kindMAC, c.mac}, {kindJWT, c.jwt}, {kindPEM, c.pem},
		{kindKey, c.cloudKey}, {kindURLPassword, c.urlPassword}, {kindBirthDate, c.birthDate},
	} {
		for range perFamily {
			name, text := f.make()
			c.all = append(c.all, labelled{family: string(foundKinds[f.is].name), is: f.is, any: true, name: name, text: text})
		}
	}
	for _, f := range c.negatives() {
		for range perFamily {
			c.all = append(c.all, labelled{family: f.family, name: c.plain(), text: f.make()})
		}
	}
	return c
}

func (c *corpus) one(of ...string) string { return of[c.IntN(len(of))] }
func (c *corpus) in(percent int) bool     { return c.IntN(100) < percent }

func (c *corpus) digits(n int) string { return c.chars(n, "0123456789") }

func (c *corpus) chars(n int, from string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[c.IntN(len(from))]
	}
	return string(b)
}

const (
	lowers  = "abcdefghijklmnopqrstuvwxyz"
	uppers  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	figures = "0123456789"
)

// plain is a name that says nothing.
func (c *corpus) plain() string {
	return c.one("id", "ref", "value", "reference", "code", "field1", "data", "note", "key", "attr", "payload", "orderNo", "externalId", "text")
}

// said puts a value into a sentence or a pair in three of ten cases.
func (c *corpus) said(text string) string {
	switch c.IntN(10) {
	case 0:
		return "please check " + text + ", thanks"
	case 1:
		return c.one("value", "ref", "was", "used") + ": " + text
	case 2:
		return c.one("x", "data", "v") + "=" + text + c.one("", ";", " ")
	}
	return text
}

// named is a name that speaks of the kind in as many of a hundred cases, else one that does not: names that people give, some of which the
// table does not have.
func (c *corpus) named(percent int, names ...string) string {
	if c.in(percent) {
		return c.one(names...)
	}
	return c.plain()
}

func (c *corpus) person() string {
	first := c.one("astrid", "keiko", "ann", "jose", "mehmet", "olga", "liam", "noor", "wei", "zoe", "jürgen", "o'neil")
	last := c.one("lindqvist", "tanaka", "smith", "garcia", "yilmaz", "petrova", "murphy", "hassan", "zhang", "fischer")
	return c.one(first+"."+last, first+last, first[:1]+last, first+"_"+last, first+strconv.Itoa(c.IntN(99)), first+"+"+c.one("shop", "news")+strconv.Itoa(c.IntN(9)))
}

func (c *corpus) host() string {
	return c.one("example.org", "mail.example.com", "example.co.uk", "corp.example.net", "EXAMPLE.de", "xn--mller-kva.example", "müller.example", "a-b.example.io")
}

func (c *corpus) email() (string, string) {
	name := c.named(50, "email", "e_mail", "contactEmail", "mail", "correo", "login")
	switch n := c.IntN(100); {
	case n < 2:
		return name, `"` + c.one("ann lee", "a b") + `"@example.org`
	case n < 4:
		return name, c.person() + "@localhost"
	case n < 5:
		return name, strings.Replace(c.person(), ".", " ", 1) + " (at) " + c.host()
	case n < 10:
		return name, "<" + c.person() + "@" + c.host() + ">"
	case n < 13:
		return name, "mailto:" + c.person() + "@" + c.host()
	}
	return name, c.said(c.person() + "@" + c.host())
}

// with completes digits: the last n are tried until ok.
func (c *corpus) with(prefix string, n, last int, ok func(d []byte) bool) string {
	for {
		text := prefix + c.digits(n-len(prefix)-last)
		limit := 1
		for range last {
			limit *= 10
		}
		for i := range limit {
			whole := text
			if last > 0 {
				whole = text + fmt.Sprintf("%0*d", last, i)
			}
			d := []byte(whole)
			for k := range d {
				d[k] -= '0'
			}
			if ok(d) {
				return whole
			}
		}
	}
}

// grouped writes digits in groups of these lengths.
func grouped(text, separator string, lengths ...int) string {
	var parts []string
	for _, n := range lengths {
		parts = append(parts, text[:n])
		text = text[n:]
	}
	return strings.Join(append(parts, text), separator)
}

func (c *corpus) card() (string, string) {
	name := c.named(50, "cardNumber", "pan", "card_no", "kreditkarte", "creditCard", "paymentDetails")
	luhned := func(d []byte) bool { return luhn(d) }
	if c.in(15) {
		pan := c.with(c.one("34", "37"), 15, 1, luhned)
		return name, c.said(c.one(pan, grouped(pan, " ", 4, 6), grouped(pan, "-", 4, 6)))
	}
	pan := c.with(c.one("4", "4", "4", "51", "52", "53", "54", "55", "2221", "2720", "6011", "65", "3528", "62"), 16, 1, luhned)
	switch n := c.IntN(100); {
	case n < 2:
		return name, grouped(pan, ".", 4, 4, 4)
	case n < 4:
		return name, grouped(pan, "  ", 4, 4, 4)
	case n < 6:
		return name, "CC-" + pan
	case n < 8:
		return name, c.with("4", 13, 1, luhned)
	case n < 9:
		return name, c.with("62", 19, 1, luhned)
	case n < 30:
		return name, c.said(grouped(pan, " ", 4, 4, 4))
	case n < 40:
		return name, c.said(grouped(pan, "-", 4, 4, 4))
	}
	return name, c.said(pan)
}

func (c *corpus) iban() (string, string) {
	name := c.named(50, "iban", "account", "bankkonto", "ibanCode", "payTo")
	country := c.one("DE", "FR", "GB", "NL", "ES", "IT", "SE", "NO", "PL", "CH", "MT", "BR", "SA")
	letters := map[string]int{"GB": 4, "NL": 4, "IT": 1, "MT": 4}[country]
	n := ibanLengths[[2]byte{country[0], country[1]}]
	iban := ""
	for i := 0; iban == ""; i++ {
		body := c.chars(letters, uppers) + c.digits(n-4-letters)
		for check := 2; check <= 98; check++ {
			if try := country + fmt.Sprintf("%02d", check) + body; ibanAt(try, 0) > 0 {
				iban = try
				break
			}
		}
	}
	switch n := c.IntN(100); {
	case n < 2:
		return name, "IBAN" + iban
	case n < 4:
		return name, iban[:4] + "/" + iban[4:]
	case n < 10:
		return name, strings.ToLower(iban)
	case n < 35:
		lengths := []int{4}
		for rest := len(iban) - 4; rest > 4; rest -= 4 {
			lengths = append(lengths, 4)
		}
		return name, c.said(grouped(iban, " ", lengths...))
	}
	return name, c.said(iban)
}

func (c *corpus) national(percent int, own ...string) string {
	return c.named(percent, append(own, "nationalId", "tax_id", "id_number", "personalNumber", "customerId2")...)
}

func (c *corpus) ssn() (string, string) {
	ssn := c.with("", 9, 0, isSSN)
	if c.in(60) {
		return c.national(50, "ssn", "socialSecurityNumber"), c.said(grouped(ssn, c.one("-", "-", " "), 3, 2))
	}
	return c.national(75, "ssn", "social_security_no"), ssn
}

func (c *corpus) nhs() (string, string) {
	nhs := c.with("", 10, 1, isNHS)
	return c.national(90, "nhsNumber", "nhs_no", "patientNumber"), c.one(nhs, nhs, grouped(nhs, " ", 3, 3), grouped(nhs, "-", 3, 3))
}

func (c *corpus) taxDE() (string, string) {
	id := c.with(c.chars(1, figures[1:]), 11, 1, isTaxDE)
	return c.national(60, "steuerId", "steuer_idnr", "taxNumber"), c.said(c.one(id, id, id, grouped(id, " ", 2, 3, 3), grouped(id, " ", 2, 3, 3), grouped(id, "/", 2, 3, 3)))
}

func (c *corpus) dni() (string, string) {
	name := c.national(60, "dni", "nif", "documento_identidad")
	digits := c.digits(8)
	if c.in(30) {
		digits = c.one("X", "Y", "Z") + digits[1:]
	}
	d := []byte(strings.NewReplacer("X", "0", "Y", "1", "Z", "2").Replace(digits))
	for i := range d {
		d[i] -= '0'
	}
	letter := string(dniLetter(d))
	return name, c.said(c.one(digits+letter, digits+letter, digits+"-"+letter, strings.ToLower(digits+letter)))
}

func (c *corpus) codiceFiscale() (string, string) {
	name := c.national(60, "codiceFiscale", "cod_fisc")
	for {
		day := 1 + c.IntN(31) + 40*c.IntN(2)
		text := c.chars(6, uppers) + c.digits(2) + c.chars(1, "ABCDEHLMPRST") + fmt.Sprintf("%02d", day) + c.chars(1, uppers) + c.digits(3)
		for _, check := range uppers {
			if whole := text + string(check); isCodiceFiscale(whole) {
				if c.in(3) {
					return name, grouped(whole, " ", 3, 3, 5)
				}
				return name, c.said(c.one(whole, whole, whole, strings.ToLower(whole)))
			}
		}
	}
}

func (c *corpus) nir() (string, string) {
	name := c.national(60, "nir", "numero_securite_sociale", "insee")
	nir := c.with(c.one("1", "2")+c.digits(2)+fmt.Sprintf("%02d", 1+c.IntN(12))+fmt.Sprintf("%02d", 1+c.IntN(95)), 15, 2, isNIR)
	if c.in(4) {
		return name, nir[:5] + c.one("2A", "2B") + nir[7:]
	}
	return name, c.said(c.one(nir, nir, grouped(nir, " ", 1, 2, 2, 2, 3, 3), grouped(nir, " ", 13)))
}

func (c *corpus) cpf() (string, string) {
	cpf := c.with("", 11, 2, isCPF)
	name := c.national(60, "cpf")
	if c.in(50) {
		return name, c.said(cpf[:3] + "." + cpf[3:6] + "." + cpf[6:9] + "-" + cpf[9:])
	}
	return name, c.said(cpf)
}

func (c *corpus) aadhaar() (string, string) {
	id := c.with(c.chars(1, "23456789"), 12, 1, isAadhaar)
	return c.national(90, "aadhaar", "aadhaarNumber", "uidai_ref"), c.one(id, grouped(id, " ", 4, 4), grouped(id, "-", 4, 4))
}

func (c *corpus) birth() string {
	return fmt.Sprintf("%02d%02d%02d", c.IntN(100), 1+c.IntN(12), 1+c.IntN(28))
}

func (c *corpus) pesel() (string, string) {
	return c.national(60, "pesel", "numerPesel"), c.said(c.with(c.birth(), 11, 1, isPESEL))
}

func (c *corpus) personnummer() (string, string) {
	id := c.with(c.birth(), 10, 1, isPersonnummer)
	name := c.national(70, "personnummer", "pnr", "person_nr")
	return name, c.said(c.one(id[:6]+"-"+id[6:], id[:6]+"-"+id[6:], c.one("19", "20")+id, c.one("19", "20")+id[:6]+"-"+id[6:], id))
}

func (c *corpus) phone() (string, string) {
	name := c.named(90, "phone", "phoneNumber", "mobile", "tel", "telefon", "Telefonnummer", "fax", "msisdn", "kontakt_telefon", "celular", "contactNumber", "whatsapp", "callbackNumber")
	country := c.one("+1", "+44", "+49", "+46", "+33", "+81", "+91", "+55")
	return name, c.one(country+c.digits(9), country+" "+c.digits(3)+" "+c.digits(3)+" "+c.digits(4), "("+c.chars(1, "23456789")+c.digits(2)+") "+c.digits(3)+"-"+c.digits(4), "0"+c.digits(2)+" "+c.digits(7),
		"0"+c.digits(3)+"-"+c.digits(6), "00"+country[1:]+c.digits(9), c.chars(1, "23456789")+c.digits(2)+"-"+c.digits(3)+"-"+c.digits(4), country+" ("+c.digits(3)+") "+c.digits(3)+"-"+c.digits(4), "0"+c.digits(2)+"/"+c.digits(7),
		c.chars(1, "23456789")+c.digits(2)+"."+c.digits(3)+"."+c.digits(4)+c.one("", " ext. 12", " x7"))
}

func (c *corpus) ip() (string, string) {
	name := c.named(50, "ip", "clientIp", "remote_addr", "sourceIP", "X-Forwarded-For", "peer")
	octet := func() string { return strconv.Itoa(c.IntN(256)) }
	v4 := c.one("192.168.", "203.0.", "10."+octet()+".", strconv.Itoa(1+c.IntN(223))+"."+octet()+".") + octet() + "." + octet()
	v6 := c.one("2001:db8:", "2a02:908:", "fe80:0:") + c.chars(1, "123456789abcdef") + c.chars(c.IntN(4), "0123456789abcdef") + c.one("::"+c.chars(3, "123456789abcdef"), ":0:0:0:"+c.chars(4, "0123456789abcdef")+":1", "::1:"+c.chars(2, "123456789abcdef"))
	switch n := c.IntN(100); {
	case n < 60:
		return name, c.said(v4)
	case n < 70:
		return name, v4 + ":" + strconv.Itoa(1024+c.IntN(60000))
	case n < 75:
		return name, v4 + ", " + "198.51.100." + octet()
	case n < 80:
		return name, v4 + "/24"
	case n < 83:
		return name, "[" + v6 + "]:443"
	case n < 85:
		return name, "::ffff:" + v4
	}
	return name, c.said(v6)
}

func (c *corpus) mac() (string, string) {
	name := c.named(50, "mac", "macAddress", "hw_addr", "device")
	digits := c.chars(12, c.one("0123456789abcdef", "0123456789ABCDEF"))
	if c.in(6) {
		return name, grouped(digits, ".", 4, 4)
	}
	return name, c.said(grouped(digits, c.one(":", ":", "-"), 2, 2, 2, 2, 2))
}

func (c *corpus) encoded(text string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func (c *corpus) jwt() (string, string) {
	token := c.encoded(c.one(`{"alg":"HS256","typ":"JWT"}`, `{"alg":"RS256","kid":"1"}`, `{"typ":"JWT","alg":"none"}`)) + "." + c.encoded(`{"sub":"`+c.digits(8)+`","exp":1785592906}`) + "." + c.chars(43, lowers+uppers+figures+"-_")
	name := c.named(50, "token", "authorization", "id_token", "session")
	if c.in(4) {
		return name, c.encoded(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + "." + c.chars(40, lowers) + "." + c.chars(16, lowers) + "." + c.chars(30, lowers) + "." + c.chars(22, lowers)
	}
	return name, c.one(token, "Bearer "+token, `{"t":"`+token+`"}`, "jwt="+token)
}

func (c *corpus) pem() (string, string) {
	of := c.one("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "CERTIFICATE", "PUBLIC KEY", "ENCRYPTED PRIVATE KEY")
	line := c.one("\n", `\n`, "\r\n", " ")
	text := "-----BEGIN " + of + "-----" + line + c.chars(64, lowers+uppers+figures+"+/") + line + "-----END " + of + "-----"
	if c.in(4) {
		text = c.chars(200, lowers+uppers+figures+"+/") // the armour was cut off
	}
	return c.named(50, "privateKey", "pem", "cert", "key"), text
}

func (c *corpus) cloudKey() (string, string) {
	alnum := lowers + uppers + figures
	key := c.one("AKIA"+c.chars(16, uppers+"234567"), "ASIA"+c.chars(16, uppers+"234567"), "AIza"+c.chars(35, alnum+"-_"), "ghp_"+c.chars(36, alnum), "gho_"+c.chars(36, alnum), "github_pat_"+c.chars(22, alnum)+"_"+c.chars(59, alnum),
		"xoxb-"+c.digits(12)+"-"+c.digits(12)+"-"+c.chars(24, alnum), "sk_live_"+c.chars(24, alnum), "rk_live_"+c.chars(24, alnum), "glpat-"+c.chars(20, alnum), "npm_"+c.chars(36, alnum))
	if c.in(5) {
		key = c.chars(40, alnum+"/+") // Amazon's secret half has no beginning to know it by
	}
	return c.named(50, "apiKey", "secret", "credentials", "config"), c.one(key, key, "export KEY="+key, `"key":"`+key+`"`, "Authorization: token "+key)
}

func (c *corpus) urlPassword() (string, string) {
	password := c.chars(8+c.IntN(8), lowers+uppers+figures+"!$%-_.")
	name := c.named(50, "databaseUrl", "url", "broker", "dsn")
	if c.in(5) {
		return name, "jdbc:postgresql://db.example.com/shop?user=app&password=" + password
	}
	return name, c.said(c.one("postgres", "amqp", "https", "mongodb+srv", "redis") + "://" + c.one("app", "admin", "u.ser", "") + ":" + password + "@" + c.one("db", "db.example.com", "10.0.0.8:5432", "localhost") + c.one("", "/shop", "/x?y=1"))
}

func (c *corpus) birthDate() (string, string) {
	year, month, day := 1930+c.IntN(80), 1+c.IntN(12), 1+c.IntN(28)
	name := c.named(92, "birthDate", "dob", "date_of_birth", "geburtsdatum", "fechaNacimiento", "birthday", "patientBirth", "gebdat", "bornOn", "dateNaissance")
	month3 := "JanFebMarAprMayJunJulAugSepOctNovDec"[3*(month-1):][:3]
	if c.in(6) {
		return name, c.one(fmt.Sprintf("%d %s %d", day, month3, year), fmt.Sprintf("%02d/%02d/%02d", day, month, year%100))
	}
	return name, c.one(fmt.Sprintf("%d-%02d-%02d", year, month, day), fmt.Sprintf("%02d.%02d.%d", day, month, year), fmt.Sprintf("%d/%d/%d", month, day, year), fmt.Sprintf("%d%02d%02d", year, month, day), fmt.Sprintf("%d-%02d-%02dT00:00:00Z", year, month, day))
}

type family struct {
	family string
	make   func() string
}

// negatives look like something of a kind, in fields that say nothing.
func (c *corpus) negatives() []family {
	hexes := func(n int) string {
		b := make([]byte, (n+1)/2)
		for i := range b {
			b[i] = byte(c.IntN(256))
		}
		return hex.EncodeToString(b)[:n]
	}
	number := func(least, most int) func() string {
		return func() string { return c.chars(1, figures[1:]) + c.digits(least-1+c.IntN(most-least+1)) }
	}
	ean := func() string {
		text := c.one("40", "76", "50", "03", "87", "45") + c.digits(10)
		sum := 0
		for i, d := range text {
			sum += int(d-'0') * (1 + i%2*2)
		}
		return text + strconv.Itoa((10-sum%10)%10)
	}
	return []family{
		{"order numbers", func() string {
			return c.one("O-"+c.digits(7), "ORD-"+c.digits(12), c.digits(3)+"-"+c.digits(7)+"-"+c.digits(7), "PO"+c.digits(8), c.chars(2, uppers)+c.digits(9)+c.chars(2, uppers), "INV/"+c.digits(4)+"/"+c.digits(5), "#"+c.digits(10))
		}},
		{"EAN-13", ean},
		{"milliseconds and seconds", func() string { return c.one("1"+c.digits(12), "1"+c.digits(9), "1"+c.digits(15), "1"+c.digits(18)) }},
		{"times", func() string {
			at := fmt.Sprintf("%d-%02d-%02d", 2015+c.IntN(15), 1+c.IntN(12), 1+c.IntN(28))
			clock := fmt.Sprintf("%02d:%02d:%02d", c.IntN(24), c.IntN(60), c.IntN(60))
			return c.one(at, at+"T"+clock+"Z", at+" "+clock+"."+c.digits(3), clock, at+"T"+clock+"+02:00", strings.ReplaceAll(at, "-", "")+strings.ReplaceAll(clock, ":", ""))
		}},
		{"UUIDs", func() string { return grouped(hexes(32), "-", 8, 4, 4, 4) }},
		{"UUIDs of digits", func() string { return grouped(c.digits(32), "-", 8, 4, 4, 4) }},
		{"hashes", func() string {
			return c.one(hexes(32), hexes(40), hexes(64), hexes(8)+"-"+hexes(8), strings.ToUpper(hexes(40)))
		}},
		{"SKU and part numbers", func() string {
			return c.one("SKU-"+c.digits(4), c.chars(3, uppers)+"-"+c.digits(5)+"-"+c.chars(1, uppers), c.chars(2, uppers)+c.digits(2)+"-"+c.digits(4), c.digits(8)+c.chars(1, lowers), c.chars(2, uppers)+c.digits(18))
		}},
		{"9 digits", number(9, 9)}, {"10 digits", number(10, 10)}, {"11 digits", number(11, 11)}, {"12 digits", number(12, 12)}, {"13 to 15 digits", number(13, 15)}, {"16 digits", number(16, 16)}, {"17 to 19 digits", number(17, 19)},
		{"16 digits by four", func() string { return grouped(c.digits(16), " ", 4, 4, 4) }},
		{"versions", func() string {
			part := func() string { return strconv.Itoa(c.IntN(30)) }
			return c.one("", "v") + part() + "." + part() + "." + part() + c.one("", "."+part(), "."+part(), "-SNAPSHOT", "-rc"+part(), "+build."+c.digits(4))
		}},
		{"host names and URLs", func() string {
			return c.one("kafka-"+c.digits(1)+".kafka.svc.cluster.local:9092", "db.example.com", "https://example.com/a/"+c.digits(8)+"?q="+c.chars(6, lowers), "ip-10-1-2-"+c.digits(1)+".ec2.internal", "s3://bucket/2026/08/01/part-"+c.digits(5)+".parquet", "localhost:8080")
		}},
		{"names of code", func() string {
			return c.one("com.example.shop.OrderCreated", "std::vector", "a::b::c", "@scope/pkg@"+c.digits(1)+".2.3", "icon@2x.png", "git@github.com:acme/shop.git", "user@host", "App$Inner@"+hexes(7), "foo@"+c.digits(2)+".0", "Order@"+hexes(8))
		}},
		{"decimals and coordinates", func() string {
			return c.one(c.digits(3)+"."+c.digits(12), "59."+c.digits(6)+", 18."+c.digits(6), "-"+c.digits(2)+"."+c.digits(8), c.digits(9)+","+c.digits(2), "1.7"+c.digits(14)+"e"+c.digits(2), c.digits(3)+"."+c.digits(3)+"."+c.digits(3)+",00")
		}},
		{"prose", func() string {
			words := strings.Fields("leave at the door please ring delivery was late customer asked for a refund of item " + c.digits(4) + " on Monday call number one two three")
			n := 3 + c.IntN(12)
			from := c.IntN(len(words) - 3)
			return strings.Join(words[from:min(from+n, len(words))], " ")
		}},
		{"base64", func() string { return c.chars(20+c.IntN(60), lowers+uppers+figures+"+/") + c.one("", "=", "==") }},
		{"phone numbers without a name", func() string {
			return c.one("+46"+c.digits(9), "("+c.digits(3)+") "+c.digits(3)+"-"+c.digits(4), "0"+c.digits(2)+" "+c.digits(7))
		}},
		{"cards with a wrong digit", func() string {
			pan := []byte(c.with(c.one("4", "51", "6011"), 16, 1, luhn))
			i := c.IntN(len(pan))
			pan[i] = '0' + (pan[i]-'0'+byte(1+c.IntN(9)))%10
			return string(pan)
		}},
		{"IBANs with a wrong digit", func() string {
			_, iban := c.iban()
			b := []byte(iban)
			last := strings.LastIndexAny(iban, figures)
			b[last] = '0' + (b[last]-'0'+byte(1+c.IntN(9)))%10
			return string(b)
		}},
		{"ids of Snowflake, ULID, KSUID", func() string {
			return c.one(c.chars(1, "1234567")+c.digits(18), "01"+c.chars(24, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), c.chars(27, lowers+uppers+figures), "cus_"+c.chars(14, lowers+uppers+figures), "pi_"+c.chars(24, lowers+uppers+figures))
		}},
		{"words and codes", func() string {
			return c.one("SEK", "new", "gold", "DE", "card", "Desk lamp", "A"+c.digits(2), "true", c.chars(5, uppers), "n/a", "12 x 40 cm", "EUR 1,890.00", "10:1", "5-7 days", "50%", "B2B")
		}},
	}
}
