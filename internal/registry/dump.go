package registry

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// DumpFormat is the first line's format of an export; DumpVersion the newest that is read.
const (
	DumpFormat  = "sightglass-registry"
	DumpVersion = 1
)

// maxLine bounds a line of an export: a schema and what is said of it.
const maxLine = 8 << 20

// Line is one line of an export. Kind says which of the other members are there.
type Line struct {
	Kind string `json:"kind"` // header, schema, version, setting, counter

	Format   string     `json:"format,omitempty"`    // header
	Number   int        `json:"number,omitempty"`    // header: of the format
	Exported *time.Time `json:"exported,omitempty"`  // header
	Context  string     `json:"context,omitempty"`   // of all others
	Subject  string     `json:"subject,omitempty"`   // version, setting: without its context
	Version  int        `json:"version,omitempty"`   // version
	ID       int        `json:"id,omitempty"`        // schema, version
	Deleted  bool       `json:"deleted,omitempty"`   // version: softly
	TS       int64      `json:"ts_micros,omitempty"` // version

	GUID       string        `json:"guid,omitempty"` // schema
	Type       language.Kind `json:"schemaType,omitempty"`
	Schema     string        `json:"schema,omitempty"`
	References []Reference   `json:"references,omitempty"`
	Metadata   *Metadata     `json:"metadata,omitempty"`
	RuleSet    *RuleSet      `json:"ruleSet,omitempty"`

	Config *Config `json:"config,omitempty"` // setting
	Mode   string  `json:"mode,omitempty"`   // setting
	Next   int     `json:"next,omitempty"`   // counter: the id that comes next
}

// Kinds of lines.
const (
	lineHeader  = "header"
	lineSchema  = "schema"
	lineVersion = "version"
	lineSetting = "setting"
	lineCounter = "counter"
)

// Dump is all that a registry holds, or the part of it below a context.
type Dump struct {
	Schemas  []Line
	Versions []Line
	Settings []Line
	Counters []Line
}

func (d *Dump) add(l Line) error {
	switch l.Kind {
	case lineSchema:
		d.Schemas = append(d.Schemas, l)
	case lineVersion:
		d.Versions = append(d.Versions, l)
	case lineSetting:
		d.Settings = append(d.Settings, l)
	case lineCounter:
		d.Counters = append(d.Counters, l)
	default:
		return fmt.Errorf("a line of kind %q, which this version does not know", shortened(l.Kind))
	}
	return nil
}

// Write writes a dump as JSON lines.
func (d *Dump) Write(to io.Writer, at time.Time) error {
	b := bufio.NewWriter(to)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	at = at.UTC()
	if err := e.Encode(Line{Kind: lineHeader, Format: DumpFormat, Number: DumpVersion, Exported: &at}); err != nil {
		return err
	}
	for _, part := range [][]Line{d.Counters, d.Settings, d.Schemas, d.Versions} {
		for i := range part {
			if err := e.Encode(&part[i]); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

// ReadDump reads what Write wrote. An error names the line.
func ReadDump(from io.Reader) (*Dump, error) {
	d := &Dump{}
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var l Line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d is no line of an export: it is not JSON, or a member has another type", n)
		}
		if n == 1 {
			if l.Kind != lineHeader || l.Format != DumpFormat {
				return nil, errors.New("line 1 is no head of an export: sightglass registry export writes them")
			}
			if l.Number > DumpVersion {
				return nil, fmt.Errorf("the export has format %d, this program reads up to %d", l.Number, DumpVersion)
			}
			continue
		}
		if err := d.add(l); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading an export: %w", err)
	}
	return d, nil
}

// Export reads all that there is, as of one moment.
func (r *Registry) Export(ctx context.Context) (*Dump, error) {
	d := &Dump{}
	// One statement after the other could see a registration by halves: a schema's versions are read before the schemas, so that each version's is
	// there; and what is deleted for good meanwhile is left out with its versions below.
	err := each(ctx, r.db, "SELECT context, subject, version, schema_id, deleted, ts FROM registry_subject_version ORDER BY context, subject, version", func(scan func(...any) error) error {
		l := Line{Kind: lineVersion}
		var deleted int64
		if err := scan(&l.Context, &l.Subject, &l.Version, &l.ID, &deleted, &l.TS); err != nil {
			return err
		}
		l.Deleted = deleted != 0
		return d.add(l)
	})
	if err != nil {
		return nil, err
	}
	there := map[schemaKey]bool{}
	err = each(ctx, r.db, "SELECT "+schemaColumns+" FROM registry_schema ORDER BY context, id", func(scan func(...any) error) error {
		s, err := scanSchema(scan)
		if err != nil {
			return err
		}
		there[schemaKey{s.Context, s.ID}] = true
		return d.add(lineOf(s))
	})
	if err != nil {
		return nil, err
	}
	kept := d.Versions[:0]
	for _, v := range d.Versions {
		if there[schemaKey{v.Context, v.ID}] {
			kept = append(kept, v)
		}
	}
	d.Versions = kept
	err = each(ctx, r.db, "SELECT context, subject, config, mode FROM registry_setting ORDER BY context, subject", func(scan func(...any) error) error {
		l := Line{Kind: lineSetting}
		var config string
		err := scan(&l.Context, &l.Subject, &config, &l.Mode)
		if err != nil {
			return err
		}
		if l.Config, err = fromText[*Config](config); err != nil {
			return err
		}
		return d.add(l)
	})
	if err != nil {
		return nil, err
	}
	return d, each(ctx, r.db, "SELECT context, next FROM registry_counter ORDER BY context", func(scan func(...any) error) error {
		l := Line{Kind: lineCounter}
		if err := scan(&l.Context, &l.Next); err != nil {
			return err
		}
		return d.add(l)
	})
}

func lineOf(s *Schema) Line {
	return Line{Kind: lineSchema, Context: s.Context, ID: s.ID, GUID: s.GUID, Type: s.Kind, Schema: s.Text, References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet}
}

// each calls f for every row.
func each(ctx context.Context, q queries, query string, f func(scan func(...any) error) error, args ...any) error {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("reading the registry: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("reading the registry: %w", err)
		}
	}
	return rows.Err()
}
