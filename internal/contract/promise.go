package contract

import (
	"fmt"
	"strings"
)

// promises reads slaProperties: those of this stream and those that name none.
func (b *builder) promises(p part) {
	for _, x := range p.at("slaProperties").list() {
		element := strings.TrimSpace(x.text("element"))
		stream, field, _ := strings.Cut(element, ".")
		if element != "" && stream != b.s.Name && stream != b.s.Topic {
			continue
		}
		property := x.text("property")
		switch strings.ToLower(property) {
		case "latency", "ly":
			b.latency(x, field)
		case "freshness":
			b.timed(x, Freshness, "freshness", "the newest record is at most %s old")
		case "frequency", "fy":
			b.timed(x, Frequency, "frequency", "a record comes at least every %s")
		case "retention", "re":
			b.timed(x, Retention, "retention", "the topic keeps records for at least %s")
		case "throughput", "th":
			if f, ok := b.number(x.at("value"), "throughput"); ok {
				b.add(x, Check{Kind: Throughput, Rate: f}, "throughput", fmt.Sprintf("at least %s records a second come, over a minute", trimmed(f)))
			}
		default:
			if len(b.c.Streams) == 0 { // once, not for each stream
				b.note(x, "%s is a promise that nobody checks here", property)
			}
		}
	}
}

func (b *builder) timed(x part, k Kind, about, says string) {
	if d, ok := b.reader.span(x.at("value"), x.text("unit"), about); ok {
		b.add(x, Check{Kind: k, Within: d}, about, fmt.Sprintf(says, words(d)))
	}
}

// latency is that from a field with the event's time to when the record was appended; without a field all that can be told is how old the newest record is.
func (b *builder) latency(x part, field string) {
	var path Path
	switch {
	case field != "":
		path = b.known(part{x.at("element").n, x.at("element").steps}.renamed(field))
	case len(b.event) == 1:
		path = b.event[0]
	default:
		b.timed(x, Freshness, "latency", "the newest record is at most %s old")
		return
	}
	if d, ok := b.reader.span(x.at("value"), x.text("unit"), "latency"); ok {
		b.add(x, Check{Kind: Latency, Path: path, Within: d}, "latency", fmt.Sprintf("a record is appended at most %s after its %s", words(d), path))
	}
}

// renamed is the part with another text, for what looks for a part of it.
func (p part) renamed(text string) part {
	n := *p.n
	n.Value = text
	return part{&n, p.steps}
}
