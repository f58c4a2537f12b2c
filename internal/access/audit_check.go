package access

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
)

// Broken says where an audit log is not whole: the first entry that is not as it was written, or not there.
type Broken struct {
	File string
	Line int    // from 1; 0 = behind the last, or none
	Seq  uint64 // of the entry that is wrong or missing; 0 = not known
	Text string // what is wrong, without a word of the entry's content
}

// Error names the entry.
func (b *Broken) Error() string {
	where := b.File
	if b.Line > 0 {
		where = fmt.Sprintf("%s, line %d", b.File, b.Line)
	}
	if b.Seq == 0 {
		return where + ": " + b.Text
	}
	return fmt.Sprintf("entry %d (%s): %s", b.Seq, where, b.Text)
}

// HeadList gives heads in the order in which they were signed; ok is false behind the last one.
type HeadList struct {
	Name string
	Next func() (h Head, ok bool, err error)
}

// CheckOptions say against what a log is checked.
type CheckOptions struct {
	// Key must have signed the heads; nil: the key that the log names itself, which whoever rewrites all of it could have replaced.
	Key   ed25519.PublicKey
	Heads []HeadList
	// Partial: entries before the first are not looked for, since only some files are given.
	Partial bool
}

// Check reads a log from its beginning and finds the first entry that was changed, taken out, put elsewhere or cut off. It keeps the
// end of what it has read and one head of each list. Not safe for concurrent use.
type Check struct {
	o       CheckOptions
	heads   []pendingHead
	key     ed25519.PublicKey // that the log names
	file    string
	line    int
	link    Link
	missing *Broken // entries before the first that nothing has explained yet
	gone    Link    // the last of those entries
	last    struct {
		name string
		sum  Digest
	}
	report CheckReport
}

type pendingHead struct {
	HeadList
	head  Head
	ready bool // head is read and not compared
	done  bool
}

// CheckReport is what a check has found so far.
type CheckReport struct {
	Entries   uint64
	First     uint64 // number of the first entry
	End       Link   // of the chain
	Heads     int    // that were compared
	HeadSeq   uint64 // the last entry that a head covers
	Key       string // hex, who signed; empty = no head was compared
	OwnKey    bool   // Key is what the log says itself
	Removed   uint64 // the last entry that retention took away; 0 = none
	Unchained []string
}

// NewCheck begins a check.
func NewCheck(o CheckOptions) *Check {
	c := &Check{o: o}
	for _, l := range o.Heads {
		c.heads = append(c.heads, pendingHead{HeadList: l})
	}
	return c
}

// Report is what was found so far.
func (c *Check) Report() CheckReport { return c.report }

// Begin says that the lines of a file follow.
func (c *Check) Begin(file string) { c.file, c.line = file, 0 }

// Finish says that the file is at its end, and gives the SHA-256 of its bytes.
func (c *Check) Finish(sum Digest) { c.last.name, c.last.sum = c.file, sum }

// Skip notes a file without a chain: only its SHA-256 is known, and the next file must name it.
func (c *Check) Skip(file string, sum Digest) {
	c.last.name, c.last.sum = file, sum
	c.report.Unchained = append(c.report.Unchained, file)
}

func (c *Check) broken(format string, args ...any) *Broken {
	seq := uint64(0)
	if c.report.Entries > 0 {
		seq = c.link.Seq + 1
	}
	return &Broken{File: c.file, Line: c.line, Seq: seq, Text: fmt.Sprintf(format, args...)}
}

// Line checks the next line, without its end. Errors: *Broken, ErrFormat, what reading heads gave.
func (c *Check) Line(line []byte) error {
	c.line++
	e, err := ParseEntry(line)
	if errors.Is(err, ErrFormat) {
		return err
	}
	if err != nil {
		return c.broken("%v", err)
	}
	if !e.Whole() {
		return c.broken("it was changed: its hash is not that of its content")
	}
	if c.line == 1 {
		if err := c.begins(&e); err != nil {
			return err
		}
	} else if e.Phase == PhaseFile {
		return c.broken("a file begins in the middle of a file")
	}
	if c.report.Entries > 0 && e.Prev != (Digest{}) {
		switch {
		case e.Seq > c.link.Seq+1:
			return c.broken("it is missing: %d follows %d", e.Seq, c.link.Seq)
		case e.Seq <= c.link.Seq:
			return c.broken("it is missing: %d stands in its place", e.Seq)
		case e.Prev != c.link.Hash:
			return c.broken("it is not tied to entry %d as that is now: one of them was replaced", c.link.Seq)
		}
	}
	if c.report.Entries == 0 {
		c.report.First = e.Seq
	}
	c.link = e.Link()
	c.report.End = c.link
	c.report.Entries++
	if e.Action == AuditKeep && e.RemovedLast > 0 {
		c.report.Removed = max(c.report.Removed, e.RemovedLast)
		if c.missing != nil && e.RemovedLast == c.gone.Seq && e.RemovedHash == c.gone.Hash && e.Before == c.missingFile() {
			c.missing = nil
		}
	}
	return c.compare()
}

// missingFile is the file that is missing as a whole, where it is one that the chain does not go on from.
func (c *Check) missingFile() string {
	if c.missing.Seq == 0 {
		return c.missing.File
	}
	return ""
}

// begins checks how a file is tied to what was before.
func (c *Check) begins(e *Entry) error {
	if e.Phase != PhaseFile {
		return c.broken("the file does not begin with its first entry, which says what it goes on from")
	}
	if key, err := hex.DecodeString(e.Key); err == nil && len(key) == ed25519.PublicKeySize {
		c.key = key
	}
	if e.Prev != (Digest{}) {
		if c.report.Entries == 0 {
			c.gone = Link{Seq: e.Seq - 1, Hash: e.Prev}
			if !c.o.Partial {
				c.missing = &Broken{File: c.file, Line: 1, Seq: e.Seq - 1, Text: "it is missing, with all before it, and no entry says that retention took them away"}
			}
		}
		return nil
	}
	switch {
	case c.report.Entries > 0 && len(c.report.Unchained) == 0:
		return c.broken("the chain begins anew behind entries that were in a chain")
	case e.Before != c.last.name && c.last.name != "":
		return c.broken("it says that %q was before, and %q was", e.Before, c.last.name)
	case e.Before != "" && c.last.name == "" && !c.o.Partial:
		c.missing = &Broken{File: e.Before, Text: "the file is missing, and no entry says that retention took it away"}
	case c.last.name != "" && e.BeforeHash != c.last.sum:
		return &Broken{File: c.last.name, Text: "the file was changed: its hash is not the one that entry " + fmt.Sprint(e.Seq) + " holds"}
	case e.Before == "" && e.Seq != 1:
		return c.broken("the chain begins with a number that is not 1")
	}
	c.gone = Link{Seq: e.Seq - 1}
	return nil
}

// compare holds the entry that was read last against heads.
func (c *Check) compare() error {
	for i := range c.heads {
		h := &c.heads[i]
		for {
			if err := h.fill(); err != nil {
				return err
			}
			if !h.ready || h.head.Seq > c.link.Seq {
				break
			}
			if err := c.held(h); err != nil {
				return err
			}
			h.ready = false
		}
	}
	return nil
}

// fill reads the next head of a list, unless one waits.
func (h *pendingHead) fill() (err error) {
	if h.ready || h.done {
		return nil
	}
	if h.head, h.ready, err = h.Next(); err != nil {
		return fmt.Errorf("reading the heads in %s: %w", h.Name, err)
	}
	h.done = !h.ready
	return nil
}

// held compares one head with the entry that it covers, or with the hash of the last entry that is gone.
func (c *Check) held(h *pendingHead) error {
	if err := c.signed(h); err != nil {
		return err
	}
	known := c.link
	if h.head.Seq == c.gone.Seq && c.gone.Hash != (Digest{}) {
		known = c.gone
	}
	if h.head.Seq != known.Seq {
		return nil // of entries that retention took away
	}
	if h.head.Hash != known.Hash {
		return &Broken{File: c.file, Line: c.line, Seq: known.Seq, Text: "it is another than the one that was signed (" + h.Name + "): the log was written anew"}
	}
	c.report.Heads++
	c.report.HeadSeq = max(c.report.HeadSeq, known.Seq)
	c.report.Key, c.report.OwnKey = h.head.Key, c.o.Key == nil
	return nil
}

func (c *Check) signed(h *pendingHead) error {
	key := c.o.Key
	if key == nil {
		key = c.key
	}
	if key == nil || h.head.Signed(key) != nil {
		return &Broken{File: h.Name, Seq: h.head.Seq, Text: "the head that covers it is not signed with the key"}
	}
	return nil
}

// End judges what only the end can show: heads of entries that are not there, and entries before the first that nobody explained.
func (c *Check) End() error {
	if c.missing != nil {
		return c.missing
	}
	for i := range c.heads {
		h := &c.heads[i]
		if err := h.fill(); err != nil {
			return err
		}
		if !h.ready {
			continue
		}
		if err := c.signed(h); err != nil {
			return err
		}
		c.line = 0
		return c.broken("it was cut off: the log ends with %d, and a head of %s (%s) covers %d", c.link.Seq, h.head.Time.UTC().Format(auditTime), h.Name, h.head.Seq)
	}
	return nil
}

// Torn is the error of a file whose last line has no end.
func (c *Check) Torn() error {
	c.line++
	return c.broken("its line is cut: the server was killed while it wrote, which its next start records, or somebody cut it")
}
