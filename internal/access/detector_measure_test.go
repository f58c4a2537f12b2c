package access

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write docs/reference/detectors.md anew")

const measuredPage = "../../docs/reference/detectors.md"

// measure is what a detector found of the corpus.
type measure struct {
	there, found, wrong int
	wrongIn             map[string]int // by family
}

func (m *measure) recall() float64    { return float64(m.found) / float64(max(m.there, 1)) }
func (m *measure) precision() float64 { return float64(m.found) / float64(max(m.found+m.wrong, 1)) }

func measured(of []labelled) (all [kindCount]measure) {
	values := valueKinds()
	for i := range of {
		v := &of[i]
		hits := values.scan(v.text, nameKinds(Path{v.name}))
		for k := range kindCount {
			m := &all[k]
			is := v.any && v.is == k
			if is {
				m.there++
			}
			switch {
			case hits.has(k) && is:
				m.found++
			case hits.has(k):
				m.wrong++
				if m.wrongIn == nil {
					m.wrongIn = map[string]int{}
				}
				m.wrongIn[v.family]++
			}
		}
	}
	return all
}

// floors are what each detector's recall and precision must not fall below: just under what was measured.
var floors = map[kind][2]float64{
	kindAadhaar: {0.78, 0.99}, kindBirthDate: {0.87, 0.99}, kindKey: {0.94, 0.99}, kindCodiceFiscale: {0.97, 0.99}, kindCPF: {0.99, 0.97}, kindDNI: {0.99, 0.99}, kindEmail: {0.94, 0.99}, kindIBAN: {0.96, 0.99},
	kindIP: {0.99, 0.88}, kindJWT: {0.96, 0.99}, kindMAC: {0.93, 0.99}, kindNHS: {0.69, 0.99}, kindNIR: {0.95, 0.99}, kindCard: {0.93, 0.93}, kindPEM: {0.95, 0.99}, kindPersonnummer: {0.91, 0.99},
	kindPESEL: {0.99, 0.96}, kindPhone: {0.83, 0.99}, kindSSN: {0.85, 0.99}, kindTaxDE: {0.82, 0.98}, kindURLPassword: {0.94, 0.99},
}

func TestDetectorsAreAsGoodAsMeasured(t *testing.T) {
	of := newCorpus().all
	all := measured(of)
	for k := range kindCount {
		if foundKinds[k].nameOnly {
			continue
		}
		floor, ok := floors[k]
		if m := &all[k]; !ok || m.recall() < floor[0] || m.precision() < floor[1] {
			t.Errorf("%s: recall %.3f, precision %.3f; floors %v", foundKinds[k].name, m.recall(), m.precision(), floor)
		}
	}
	page := measuredText(of, all)
	if *rewrite {
		if err := os.WriteFile(measuredPage, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("\n%s", page)
	there, err := os.ReadFile(measuredPage)
	if err != nil || !bytes.Equal(there, page) {
		t.Errorf("docs/reference/detectors.md is not what is measured: go test ./internal/access -run AsGoodAsMeasured -rewrite (%v)", err)
	}
}

func measuredText(of []labelled, all [kindCount]measure) []byte {
	var b bytes.Buffer
	negatives := 0
	for i := range of {
		if !of[i].any {
			negatives++
		}
	}
	fmt.Fprintf(&b, `# Detectors: what was measured

Of %d made-up values: %d of each detector's kind, and %d that are nothing of the kind (%d of each family) but look like it. Half of the values stand in fields whose names say nothing, those of detectors that need a name in one of ten. The values are in the shapes that people
write them in, some of which the detectors are known to miss. Who made the values made the detectors too: in real data other shapes come up, and other numbers of each. Precision depends on how many such values there are: what counts is which families are taken for what.

*Recall* is how many of the kind were found, *precision* how many of those that were found are of the kind.

| detector | there | found | recall | wrong | precision | taken for it |
|---|---:|---:|---:|---:|---:|---|
`, len(of), perFamily, negatives, perFamily)
	for _, name := range AllDetectors() {
		for k := range kindCount {
			if m := &all[k]; foundKinds[k].name == name && !foundKinds[k].nameOnly {
				fmt.Fprintf(&b, "| `%s` | %d | %d | %.1f %% | %d | %.1f %% | %s |\n", name, m.there, m.found, 100*m.recall(), m.wrong, 100*m.precision(), m.mistaken())
			}
		}
	}
	there, found, wrong := namesMeasured()
	fmt.Fprintf(&b, "| `names` | %d | %d | %.1f %% | %d | %.1f %% | names of %d fields |\n", there, found, 100*float64(found)/float64(there), wrong, 100*float64(found)/float64(found+wrong), len(namesOfPersons)+len(namesOfThings))
	b.WriteString("\nThe corpus is the same each time (`internal/access/detector_corpus_test.go`). To measure again:\n\n    go test ./internal/access -run AsGoodAsMeasured -v\n\nand with `-rewrite` to write this page.\n")
	return b.Bytes()
}

// mistaken lists the families that were taken for the kind, the most frequent first, four at most.
func (m *measure) mistaken() string {
	var families []string
	for f := range m.wrongIn {
		families = append(families, f)
	}
	slices.SortFunc(families, func(a, b string) int {
		if d := m.wrongIn[b] - m.wrongIn[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, f := range families[:min(4, len(families))] {
		out = append(out, fmt.Sprintf("%s (%d)", f, m.wrongIn[f]))
	}
	if len(families) > 4 {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// namesOfPersons are names of fields that hold something of a person or a secret; namesOfThings hold nothing of the kind.
var (
	namesOfPersons = strings.Fields(`email emailAddr primary_email EMAIL_ADDRESS contactMail mail_to userMail phone phone_number homePhone mobilePhone telefonNr tel_no faxNumber contactNo first_name lastName full_name surname givenName middle_initial
		customerName vorname nachname nom_de_famille apellidos birth_date dateOfBirth dob birthYear geburtsdatum yob street street_line_1 addressLine2 home_address postalCode zip_code plz city_of_birth ssn social_security_number taxId
		passport_no drivingLicense nationalIdentityNumber personnummer pesel cpf_number codiceFiscale cardNumber card_pan cc_number cvv iban bankAccountNumber sort_code bic ip clientIpAddress remote_addr macAddress password userPassword
		passwd api_key apiSecret access_token refreshToken sessionId private_key clientSecret auth_header latitude gps_lat geoLocation gender religion ethnic_group marital_status blood_type diagnosis salary nickname cardholder_name
		recipientName signature next_of_kin username imei device_fingerprint`)
	namesOfThings = strings.Fields(`id order_id orderNo status state name title description type kind category amount total price currency quantity sku productName createdAt updated_at timestamp event_time version hostname fileName className topic partition
		offset key value count size length width height color region country_code language source target message text comment reason errorCode retries duration latency_ms url path method user_agent referer correlationId traceId span_id batch
		shipment_id trackingNumber warehouse carrier delivery_date due_date invoiceNo discount_rate taxRate tax_amount vat score rank rating level priority enabled flag isActive channel campaign segment group memberCount queueName
		processName schema_id tableName columnName walletBalance tokenCount cardType emailSent phoneVerified addressType passwordChangedAt ipVersion birthCount secretSanta`)
)

func namesMeasured() (there, found, wrong int) {
	for _, name := range namesOfPersons {
		there++
		if kindsOfName(name) != 0 {
			found++
		}
	}
	for _, name := range namesOfThings {
		if kindsOfName(name) != 0 {
			wrong++
		}
	}
	return there, found, wrong
}
