package registry

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// Reference is how a schema names another one.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Metadata is what people say of a schema. Nil fields were not given.
type Metadata struct {
	Tags       map[string][]string `json:"tags,omitempty"`
	Properties map[string]string   `json:"properties,omitempty"`
	Sensitive  []string            `json:"sensitive,omitempty"`
}

// Schema is what an id stands for. It is never changed.
type Schema struct {
	Context    string
	ID         int
	GUID       string
	Kind       language.Kind
	Text       string
	References []Reference
	Metadata   *Metadata
	RuleSet    *RuleSet
	hash       string
}

// Version is a schema as a version of a subject.
type Version struct {
	Schema
	Subject Subject
	Version int
	Deleted bool // softly
	Time    time.Time
}

// normal sorts what means nothing by its order, as Confluent's clients do.
func (m *Metadata) normal() *Metadata {
	if m == nil {
		return nil
	}
	out := &Metadata{Properties: m.Properties, Sensitive: sortedSet(m.Sensitive)}
	for k, v := range m.Tags {
		if out.Tags == nil {
			out.Tags = make(map[string][]string, len(m.Tags))
		}
		out.Tags[k] = sortedSet(v)
	}
	return out
}

func sortedSet(list []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// mergeMetadata gives what is in both, over's word counting.
func mergeMetadata(base, over *Metadata) *Metadata {
	switch {
	case base == nil:
		return over
	case over == nil:
		return base
	}
	m := &Metadata{Tags: maps.Clone(base.Tags), Properties: maps.Clone(base.Properties), Sensitive: sortedSet(slices.Concat(base.Sensitive, over.Sensitive))}
	if m.Tags == nil {
		m.Tags = map[string][]string{}
	}
	for k, v := range over.Tags {
		m.Tags[k] = sortedSet(slices.Concat(m.Tags[k], v))
	}
	if m.Properties == nil {
		m.Properties = map[string]string{}
	}
	maps.Copy(m.Properties, over.Properties)
	return m
}

// Equal compares as JSON does: what is empty and what was not given are the same.
func (m *Metadata) equal(o *Metadata) bool { return text(m.normal()) == text(o.normal()) }

// guid is Confluent's: the MD5 of the text, the references and, each behind a 1, metadata and rule set, written as a UUID.
func (s *Schema) guid() string {
	h := md5.New()
	put(h, s.Text)
	for _, r := range s.References {
		put(h, r.Name, r.Subject)
		_ = binary.Write(h, binary.BigEndian, int32(r.Version)) // a hash takes everything
	}
	if m := s.Metadata.normal(); m != nil {
		h.Write([]byte{1})
		for _, k := range slices.Sorted(maps.Keys(m.Tags)) {
			put(h, k)
			put(h, m.Tags[k]...)
		}
		for _, k := range slices.Sorted(maps.Keys(m.Properties)) {
			put(h, k, m.Properties[k])
		}
		put(h, m.Sensitive...)
	}
	if s.RuleSet != nil {
		h.Write([]byte{1})
		for _, rules := range [][]Rule{s.RuleSet.Migration, s.RuleSet.Domain, s.RuleSet.Encoding} {
			for i := range rules {
				rules[i].put(h)
			}
		}
	}
	x := h.Sum(nil)
	return fmt.Sprintf("%x-%x-%x-%x-%x", x[:4], x[4:6], x[6:8], x[8:10], x[10:])
}

func put(h hash.Hash, texts ...string) {
	for _, t := range texts {
		h.Write([]byte(t))
	}
}

// sameHash is equal for two schemas that are the same one.
func sameHash(kind language.Kind, canonical string, s *Schema) string {
	h := sha256.New()
	for _, part := range []string{string(kind), canonical, text(s.References), text(s.Metadata.normal()), text(s.RuleSet.normal())} {
		_ = binary.Write(h, binary.BigEndian, int64(len(part)))
		put(h, part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// text is JSON of v for a column; nothing for what is nil.
func text(v any) string {
	switch x := v.(type) {
	case *Metadata:
		if x == nil {
			return ""
		}
	case *RuleSet:
		if x == nil {
			return ""
		}
	case *Config:
		if x == nil {
			return ""
		}
	case []Reference:
		if len(x) == 0 {
			return ""
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic("registry: a value of ours is no JSON: " + err.Error())
	}
	return string(raw)
}

func fromText[T any](column string) (v T, err error) {
	if column == "" {
		return v, nil
	}
	if err := json.Unmarshal([]byte(column), &v); err != nil {
		return v, fmt.Errorf("reading a column: %w", err)
	}
	return v, nil
}
