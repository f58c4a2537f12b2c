package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Canonical JSON (RFC 8785) of what the audit log holds: objects whose members are strings, arrays of strings and integers below 2^53.
// Members stand in the order of their names' UTF-16 code units; ours are ASCII, where that is the order of bytes.

// auditTime is how instants are written: UTC with six digits, so that the same instant has one text.
const auditTime = "2006-01-02T15:04:05.000000Z"

// maxCanonical is the largest integer that every reader of JSON takes exactly.
const maxCanonical = 1<<53 - 1

// canonical writes members, which the caller gives in order of their names.
type canonical struct {
	b     []byte
	begun bool
}

func (c *canonical) name(n string) {
	if c.begun {
		c.b = append(c.b, ',')
	} else {
		c.b = append(c.b, '{')
	}
	c.begun = true
	c.b = append(appendCanonical(c.b, n), ':')
}

func (c *canonical) text(name, v string) {
	if v != "" {
		c.name(name)
		c.b = appendCanonical(c.b, v)
	}
}

func (c *canonical) number(name string, v uint64) {
	if v != 0 {
		c.name(name)
		c.b = strconv.AppendUint(c.b, v, 10)
	}
}

func (c *canonical) digest(name string, d Digest) {
	if d != (Digest{}) {
		c.text(name, d.String())
	}
}

func (c *canonical) list(name string, of []string) {
	if len(of) == 0 {
		return
	}
	c.name(name)
	for i, s := range of {
		if i == 0 {
			c.b = append(c.b, '[')
		} else {
			c.b = append(c.b, ',')
		}
		c.b = appendCanonical(c.b, s)
	}
	c.b = append(c.b, ']')
}

func (c *canonical) end() []byte {
	if !c.begun {
		c.b = append(c.b, '{')
	}
	return append(c.b, '}')
}

// appendCanonical writes a string as RFC 8785, 3.2.2.2 has it: only what must be escaped is, in the shortest form.
// s must be valid UTF-8.
func appendCanonical(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(b, '"')
}

// Canonical appends the entry as RFC 8785 JSON to b; without its hash when sealed is false.
func (e *Entry) Canonical(b []byte, sealed bool) []byte {
	c := canonical{b: b}
	c.text("action", string(e.Action))
	c.text("before", e.Before)
	c.digest("before_hash", e.BeforeHash)
	c.list("classes", e.Classes)
	c.text("client", e.Client)
	c.text("decoder", e.Decoder)
	c.number("file", e.File)
	c.text("filter", e.Filter)
	c.number("format", e.Format)
	c.text("grant", e.Grant)
	if sealed {
		c.digest("hash", e.Hash)
	}
	c.text("key", e.Key)
	c.number("of", e.Of)
	c.text("outcome", string(e.Outcome))
	c.text("phase", string(e.Phase))
	c.text("policy", e.Policy)
	c.digest("prev_hash", e.Prev)
	c.text("principal", e.Principal)
	c.list("ranges", e.Ranges)
	c.text("reason", e.Reason)
	c.number("records", e.Records)
	c.number("removed_first", e.RemovedFirst)
	c.digest("removed_hash", e.RemovedHash)
	c.number("removed_last", e.RemovedLast)
	c.text("resource", string(e.Resource))
	c.list("roles", e.Roles)
	c.number("seq", e.Seq)
	if !e.Time.IsZero() {
		c.text("time", e.Time.UTC().Format(auditTime))
	}
	return c.end()
}

// ErrFormat: the text is of a later version of the log, so that this program cannot judge it.
var ErrFormat = errors.New("the audit log is of a later version than this program")

// ParseEntry reads one line without its end. The line must be exactly what Canonical writes, so that no byte of it can change
// unseen; the hash is not checked. Errors: ErrFormat, else what is wrong, without a word of the line's content.
func ParseEntry(line []byte) (Entry, error) {
	var e Entry
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(&e); err != nil {
		return Entry{}, errors.New("it is no JSON object of an entry")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Entry{}, errors.New("it goes on behind its end")
	}
	if e.Phase == PhaseFile && e.Format > AuditFormat {
		return Entry{}, fmt.Errorf("%w: format %d", ErrFormat, e.Format)
	}
	if e.Seq > maxCanonical || e.Records > maxCanonical || e.Of > maxCanonical {
		return Entry{}, errors.New("a number is beyond 2^53")
	}
	if !bytes.Equal(e.Canonical(nil, true), line) {
		return Entry{}, errors.New("it is not in canonical form")
	}
	return e, nil
}
