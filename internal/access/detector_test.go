package access

import (
	"slices"
	"strings"
	"testing"
)

// detectedIn are the detectors that find something in a text in a field of that name.
func detectedIn(name, text string) string {
	var all []string
	for _, f := range Find(Path{name}, text) {
		all = append(all, string(f.Detector))
	}
	return strings.Join(all, " ")
}

// Published examples: of the issuers' test pages, the IBAN registry, and the authorities' own descriptions. Keys are put together here, so that
// scanners of source text leave them alone.
func TestDetectorsFind(t *testing.T) {
	for text, want := range map[string]string{
		"astrid.lindqvist@example.org": "email", "A.B+tag@Mail.Example.CO.UK": "email", "mail to <x_y@example.net>, please": "email", "o'neil@example.ie.": "email", "jürgen@müller.de": "email",
		"4111111111111111": "pan", "4111 1111 1111 1111": "pan", "5555-5555-5555-4444": "pan", "378282246310005": "pan", "3782 822463 10005": "pan", "6011111111111117": "pan", "2223003122003222": "pan",
		"paid with 4242424242424242, thanks": "pan", "order 77 4242424242424242": "pan", "30569309025904": "", "3530111333300000": "pan", "36227206271667": "pan",
		"DE89370400440532013000": "iban", "GB82 WEST 1234 5698 7654 32": "iban", "no9386011117947": "iban", "MT84MALT011000012345MTLCAST001S": "iban", "from FR14 2004 1010 0505 0001 3M02 606 to": "iban",
		"536-90-4399": "ssn", "12345678Z": "dni_es", "X1234567L": "dni_es", "12345678-Z": "dni_es", "RSSMRA85T10A562S": "codice_fiscale_it", "255081416802538": "nir_fr", "2 55 08 14 168 025 38": "nir_fr",
		"529.982.247-25": "cpf_br", "52998224725": "cpf_br", "44051401359": "pesel_pl", "811218-9876": "personnummer_se", "198112189876": "personnummer_se", "86095742719": "tax_de", "86 095 742 719": "tax_de",
		"192.168.7.20": "ip", "203.0.113.7:8080": "ip", "from 203.0.113.7.": "ip", "2001:db8::8a2e:370:7334": "ip", "fe80::1ff:fe23:4567:890a": "ip", "00:1B:44:11:3A:B7": "mac", "00-1b-44-11-3a-b7": "mac",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc": "jwt", "-----BEGIN " + "RSA PRIVATE KEY-----\nMII": "pem",
		"AKIA" + "IOSFODNN7EXAMPLE": "cloud_key", "key=AIza" + strings.Repeat("Sy1_", 8) + "abc": "cloud_key", "ghp_" + strings.Repeat("aB3d", 9): "cloud_key", "sk_live_" + strings.Repeat("4eC3", 6): "cloud_key",
		"xoxb-" + "123456789012-abcdefghij": "cloud_key", "postgres://app:s3cret@db.example.com/shop": "url_password", "https://u:p@localhost/": "url_password",
	} {
		if got := detectedIn("x", text); got != want {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

func TestDetectorsFindNothing(t *testing.T) {
	for _, text := range []string{
		"", "a", "SKU-1182", "O-0000032", "leave at the door, please ring", "550e8400-e29b-41d4-a716-446655440000", "2026-08-01T14:02:11.482Z", "1785592906902", "1.2.3.4", "10.0.0.1", "v1.20.30.40",
		"4006381333931", "d41d8cd98f00b204e9800998ecf8427e", "icon@2x.png", "git@github.com:acme/shop.git", "user@host", "@scope/package@1.2.3", "4111111111111112", "DE89370400440532013001", "000-12-3456",
		"900-12-3456", "12:34:56", "std::vector", "::1", "127.0.0.1", "0.0.0.0", "00:00:00:00:00:00", "12345678A", "811218-9875", "eyJhbGciOiJIUzI1NiJ9", "AKIAIOSFODNN7EXAMPL", "ghp_short", "9434765919",
		"+46701234567", "1984-02-29", "1.7976931348623157e308", "3.14159265358979", "https://example.com/a/b?c=4111-2222", "ORD-4111111111111111", "1234567890123.45", "20260801140211", "aa:bb",
		"kafka-broker-0.kafka.svc.cluster.local:9092", "com.example.shop.OrderCreated", "00000000000", "11111111111", "0000000000000000",
	} {
		if got := detectedIn("x", text); got != "" {
			t.Errorf("%q: found %q", text, got)
		}
	}
}

func TestWeakDetectorsNeedAName(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"phone", "+46701234567", "phone"}, {"customerPhone", "(202) 555-0161", "phone"}, {"telefon_nr", "030 1234567", "phone"}, {"Telefonnummer", "+49 (0) 30 1234567", "phone"}, {"order", "+46701234567", ""},
		{"birth_date", "1984-02-29", "birth_date"}, {"geburtsdatum", "29.02.1984", "birth_date"}, {"dob", "19840229", "birth_date"}, {"dateOfBirth", "02/29/1984", "birth_date"}, {"createdAt", "1984-02-29", ""},
		{"nhsNumber", "943 476 5919", "nhs"}, {"id", "9434765919", ""}, {"aadhaar", "2341 2341 2346", "aadhaar_in"}, {"ssn", "536904399", "ssn"}, {"nr", "536904399", ""}, {"client_ip", "10.0.0.1", "ip"},
		{"personnummer", "8112189876", "personnummer_se"}, {"national_id", "8112189876", "personnummer_se"},
	} {
		if got := detectedIn(c.name, c.text); got != c.want {
			t.Errorf("%s = %q: found %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestNamesSpeakOfKinds(t *testing.T) {
	for name, want := range map[string]string{
		"email": "[email]", "e-mail": "[email]", "EMailAddress": "[email]", "customer_email_2": "[email]", "userEmail": "[email]", "useremail": "[email]", "KUNDENTELEFON": "[phone]", "correoElectrónico": "[email]", "dateOfBirth": "[birth_date]",
		"fecha_de_nacimiento": "[birth_date]", "firstName": "[person_name]", "Vorname": "[person_name]", "prénom": "[person_name]", "cardNumber": "[pan]", "IBANNumber": "[iban]", "x-forwarded-for": "[ip]", "authToken": "[password]",
		"Straße": "[address]", "id": "[]", "status": "[]", "hostname": "[]", "filename": "[]", "tokenCount": "[]", "name": "[]", "currency": "[]", "longText": "[]", "amount": "[]", "memory_address": "[]", "": "[]",
	} {
		if got := kindsOfName(name).String(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := nameKinds(Path{"phones", elementStep, "value"}).String(); got != "[phone]" {
		t.Errorf("a step above says %s", got)
	}
}

func TestDetectorsAreNamed(t *testing.T) {
	all := AllDetectors()
	if len(all) != 22 || !slices.IsSorted(all) {
		t.Errorf("%d detectors: %v", len(all), all)
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	for _, text := range []string{"leave at the door, please ring the bell!", "550e8400-e29b-41d4-a716-446655440000", "4111111111111111", "a@b at 10.1.2.3 :: x", "astrid.lindqvist@example.org"} {
		if n := testing.AllocsPerRun(100, func() { valueKinds().scan(text, 0) }); n != 0 {
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	all := valueKinds()
	for name, text := range map[string]string{
		"prose": "leave at the door, please ring the bell!", "uuid": "550e8400-e29b-41d4-a716-446655440000.sku", "hash": "d41d8cd98f00b204e9800998ecf8427e00112233", "time": "2026-08-01T14:02:11.482Z", "id": "O-0000032",
		"email": "to: astrid.lindqvist.1984@mail.example.org", "card": "4111 1111 1111 1111", "json": order407,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				all.scan(text, 0)
			}
		})
	}
}

const order407 = `{"id":"o-7719342","merchantId":"m-4471","customer":{"id":"c-93412","name":"Astrid","tier":"gold","since":"spring","score":"high"},"items":[{"sku":"SKU-1182","quantity":2}]}`
