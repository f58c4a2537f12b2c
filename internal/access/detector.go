package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Detector names one way to find personal or secret data, in the policy file and in what was measured of them
// (docs/operations/detectors.md).
type Detector string

// Detectors are which are at work in a masking. They only hide more: a leaf of a class that is shown to everybody is raised to the class of
// what is found in it. The zero Detectors find nothing.
type Detectors struct {
	Enabled  []Detector
	FreeText FreeText
	Classes  map[Detector]string // in place of a detector's own class
}

// FreeText says what happens to prose in a leaf that would be shown: nobody knows what a person wrote there.
type FreeText string

// What happens to prose. The empty FreeText is FreeTextRedact where a detector is enabled, else FreeTextKeep.
const (
	FreeTextRedact FreeText = "redact"
	FreeTextKeep   FreeText = "keep"
)

// kind is a kind of data that is found, in a value or by the name of a field.
type kind uint8

const (
	kindEmail kind = iota
	kindCard
	kindIBAN
	kindSSN
	kindNHS
	kindTaxDE
	kindDNI
	kindCodiceFiscale
	kindNIR
	kindCPF
	kindAadhaar
	kindPESEL
	kindPersonnummer
	kindPhone
	kindIP
	kindMAC
	kindJWT
	kindPEM
	kindKey
	kindURLPassword
	kindBirthDate

	// Found by names of fields alone.
	kindPersonName
	kindAddress
	kindNationalID
	kindAccount
	kindPassword
	kindLocation
	kindIdentity

	kindCount
)

// Classes that a detector's finding belongs to unless the policy says another.
const (
	classContact   = "pii.contact"
	classFinancial = "pii.financial"
	classNational  = "pii.national"
	classNetwork   = "pii.network"
	classBirth     = "pii.birth"
	classPerson    = "pii.person"
	classAddress   = "pii.address"
	classLocation  = "pii.location"
	classSensitive = "pii.sensitive"
)

// byNames is the detector that raises a leaf because of its field's name alone, whatever the value is.
const byNames Detector = "names"

// found describes a kind. Confidences are in percent: of a value alone, and of a value in a field whose name says the same. A kind with
// alone = 0 is weak: so many other values have its shape that it counts only with such a name.
type foundKind struct {
	name     Detector
	class    string
	alone    int
	named    int
	support  kindSet // names of these kinds count as its own
	nameOnly bool
}

var nationalNames = kindSetOf(kindNationalID)

var foundKinds = [kindCount]foundKind{
	kindEmail:         {name: "email", class: classContact, alone: 97, named: 99},
	kindCard:          {name: "pan", class: classFinancial, alone: 85, named: 98, support: kindSetOf(kindAccount)},
	kindIBAN:          {name: "iban", class: classFinancial, alone: 97, named: 99, support: kindSetOf(kindAccount)},
	kindSSN:           {name: "ssn", class: classNational, alone: 80, named: 95, support: nationalNames},
	kindNHS:           {name: "nhs", class: classNational, named: 95, support: nationalNames},
	kindTaxDE:         {name: "tax_de", class: classNational, alone: 70, named: 95, support: nationalNames},
	kindDNI:           {name: "dni_es", class: classNational, alone: 75, named: 95, support: nationalNames},
	kindCodiceFiscale: {name: "codice_fiscale_it", class: classNational, alone: 95, named: 99, support: nationalNames},
	kindNIR:           {name: "nir_fr", class: classNational, alone: 90, named: 97, support: nationalNames},
	kindCPF:           {name: "cpf_br", class: classNational, alone: 85, named: 97, support: nationalNames},
	kindAadhaar:       {name: "aadhaar_in", class: classNational, named: 90, support: nationalNames},
	kindPESEL:         {name: "pesel_pl", class: classNational, alone: 70, named: 95, support: nationalNames},
	kindPersonnummer:  {name: "personnummer_se", class: classNational, alone: 75, named: 95, support: nationalNames},
	kindPhone:         {name: "phone", class: classContact, named: 90},
	kindIP:            {name: "ip", class: classNetwork, alone: 85, named: 97},
	kindMAC:           {name: "mac", class: classNetwork, alone: 90, named: 97},
	kindJWT:           {name: "jwt", class: ClassSecret, alone: 99, named: 99, support: kindSetOf(kindPassword)},
	kindPEM:           {name: "pem", class: ClassSecret, alone: 99, named: 99, support: kindSetOf(kindPassword)},
	kindKey:           {name: "cloud_key", class: ClassSecret, alone: 98, named: 99, support: kindSetOf(kindPassword)},
	kindURLPassword:   {name: "url_password", class: ClassSecret, alone: 95, named: 97, support: kindSetOf(kindPassword)},
	kindBirthDate:     {name: "birth_date", class: classBirth, named: 95},
	kindPersonName:    {name: "person_name", class: classPerson, named: 70, nameOnly: true},
	kindAddress:       {name: "address", class: classAddress, named: 60, nameOnly: true},
	kindNationalID:    {name: "national_id", class: classNational, named: 80, nameOnly: true},
	kindAccount:       {name: "account", class: classFinancial, named: 60, nameOnly: true},
	kindPassword:      {name: "password", class: ClassSecret, named: 85, nameOnly: true},
	kindLocation:      {name: "location", class: classLocation, named: 60, nameOnly: true},
	kindIdentity:      {name: "sensitive", class: classSensitive, named: 70, nameOnly: true},
}

// kindSet is a set of kinds.
type kindSet uint32

func kindSetOf(kinds ...kind) kindSet {
	var s kindSet
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (s kindSet) has(k kind) bool { return s&(1<<k) != 0 }

// each calls do with every kind of s, lowest first.
func (s kindSet) each(do func(kind)) {
	for k := range kindCount {
		if s.has(k) {
			do(k)
		}
	}
}

// valueKinds are the kinds that are found in values.
func valueKinds() kindSet {
	var s kindSet
	for k := range kindCount {
		if !foundKinds[k].nameOnly {
			s |= 1 << k
		}
	}
	return s
}

// weakKinds are the kinds whose values count only where a name supports them.
func weakKinds() kindSet {
	var s kindSet
	for k := range kindCount {
		if !foundKinds[k].nameOnly && foundKinds[k].alone == 0 {
			s |= 1 << k
		}
	}
	return s
}

// AllDetectors are the names of all there are, in order.
func AllDetectors() []Detector {
	all := []Detector{byNames}
	for k := range kindCount {
		if !foundKinds[k].nameOnly {
			all = append(all, foundKinds[k].name)
		}
	}
	slices.Sort(all)
	return all
}

// detectors is a Detectors, compiled for a masking.
type detectors struct {
	values   kindSet
	names    bool
	freeText bool
	classes  [kindCount]*class // nil: the masking has no such class
}

// on tells whether there is anything to look for.
func (d *detectors) on() bool { return d.values != 0 || d.names || d.freeText }

// compile checks d against the classes of a masking; say takes each mistake.
func (d *Detectors) compile(classes map[string]*class, say func(format string, args ...any)) detectors {
	var c detectors
	known := map[Detector]kind{}
	for k := range kindCount {
		known[foundKinds[k].name] = k
		c.classes[k] = classes[foundKinds[k].class]
	}
	for _, name := range d.Enabled {
		switch k, ok := known[name]; {
		case name == byNames:
			c.names = true
		case !ok || foundKinds[k].nameOnly:
			say("there is no detector %q; there are %s", name, joinDetectors())
		default:
			c.values |= 1 << k
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Classes)) {
		k, ok := known[name]
		of := classes[d.Classes[name]]
		switch {
		case !ok:
			say("there is no detector %q to give a class to", name)
		case of == nil:
			say("detector %s: there is no class %q", name, d.Classes[name])
		default:
			c.classes[k] = of
		}
	}
	switch d.FreeText {
	case FreeTextRedact:
		c.freeText = true
	case FreeTextKeep:
	case "":
		c.freeText = len(d.Enabled) > 0
	default:
		say("free text is redacted or kept: there is no %q", d.FreeText)
	}
	return c
}

func joinDetectors() string {
	var all []string
	for _, d := range AllDetectors() {
		all = append(all, string(d))
	}
	return strings.Join(all, ", ")
}

// Finding is what a detector says of a value in a field. It holds nothing of the value.
type Finding struct {
	Detector   Detector
	Class      string
	Confidence int  // percent
	NeedsName  bool // the value alone says nothing: it counts because the field's name says the same
}

// Find tells what all detectors find in a text in the field at path, in the order of the detectors. It is for tools and tests; a masking
// asks nothing but whether there is something.
func Find(path Path, text string) []Finding {
	named := nameKinds(path)
	var all []Finding
	valueKinds().scan(text, named).each(func(k kind) {
		all = append(all, findingOf(k, named))
	})
	return all
}

func findingOf(k kind, named kindSet) Finding {
	f := Finding{Detector: foundKinds[k].name, Class: foundKinds[k].class, Confidence: foundKinds[k].alone, NeedsName: foundKinds[k].alone == 0}
	if named.supports(k) {
		f.Confidence = foundKinds[k].named
	}
	return f
}

// supports tells whether names of these kinds speak for a value of kind k.
func (s kindSet) supports(k kind) bool { return s&(1<<k|foundKinds[k].support) != 0 }

// String lists the detectors of a set, for tests.
func (s kindSet) String() string {
	var all []string
	s.each(func(k kind) { all = append(all, string(foundKinds[k].name)) })
	return fmt.Sprint(all)
}
