package access

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// treatWhole is treatAt for who does not mask the JSON within a text field by field: such a text is hidden whole.
func (p *plan) treatWhole(at *place, v event.Value) Treatment {
	if at.opens() && v.Kind() == event.ValueString && looksLikeJSON(v.Raw()) {
		if _, is, err := nestedJSON(v.Raw()); is || err != nil {
			return p.treat(p.classes[ClassUnknown])
		}
	}
	return p.treatAt(at, v)
}

// treatAt says what happens to a value at a place. What rules show to everybody is looked into; an override is a person's word that nothing
// is to be looked for.
func (p *plan) treatAt(at *place, v event.Value) Treatment {
	if !at.opens() || !p.detect.on() {
		return p.treat(at.class)
	}
	return p.raised(at, v)
}

// raised is the treatment of a value that rules show: that of the class of what is found in it, where the masking has such a class and it
// ranks higher, else that of unknown.
//
// A detector more must never show more. So a class whose mask is lifted for the principal says nothing beside one whose mask is not, and of
// two classes that hide neither one's mask is taken: another mask may show what the first one hides. Both are hidden whole.
func (p *plan) raised(at *place, v event.Value) Treatment {
	found := p.detect.values.in(v, at.names)
	if p.detect.names {
		found |= at.names
	}
	var shown, hidden *class // of the highest rank
	several, drop := false, false
	take := func(c *class) {
		if c == nil || c.Rank <= at.class.Rank {
			c = p.classes[ClassUnknown]
		}
		into := &hidden
		if p.treat(c).Mask == Clear {
			into = &shown
		} else {
			several = several || hidden != nil && hidden != c
			drop = drop || c.Action.Mask == Drop
		}
		if *into == nil || (&rule{class: c}).over(&rule{class: *into}) {
			*into = c
		}
	}
	for k := range kindCount {
		if found.has(k) {
			take(p.detect.classes[k])
		}
	}
	if p.detect.freeText && v.Kind() == event.ValueString && prose(v.Raw()) || p.detect.values != 0 && len(v.Raw()) > mostScanned {
		take(p.classes[ClassUnknown])
	}
	switch {
	case hidden != nil && several && drop:
		return Treatment{Class: hidden.name, Mask: Drop}
	case hidden != nil && several:
		return Treatment{Class: hidden.name, Mask: Redact}
	case hidden != nil:
		return p.treat(hidden)
	case shown != nil:
		return p.treat(shown)
	}
	return p.treat(at.class)
}

// leastNumber is the smallest number that has enough digits to be looked at.
const leastNumber = 1_000_000

// in finds kinds of s in a value of any kind. Whole numbers are looked at by their digits; what is no text, number or date holds nothing.
func (s kindSet) in(v event.Value, named kindSet) kindSet {
	var digits [20]byte
	switch v.Kind() {
	case event.ValueString, event.ValueEnum, event.ValueBytes, event.ValueDecimal:
		return s.scan(v.Raw(), named)
	case event.ValueInt:
		if v.Int() >= leastNumber {
			return s.scan(string(strconv.AppendInt(digits[:0], v.Int(), 10)), named)
		}
	case event.ValueUint:
		if v.Uint() >= leastNumber {
			return s.scan(string(strconv.AppendUint(digits[:0], v.Uint(), 10)), named)
		}
	case event.ValueDate, event.ValueDateTime, event.ValueInstant:
		return (s & (1 << kindBirthDate)).scan(v.Raw(), named)
	}
	return 0
}
