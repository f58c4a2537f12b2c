package rest

import (
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// schemaBody is a schema in an answer. Members that are empty are left out.
type schemaBody struct {
	Subject    string               `json:"subject,omitempty"`
	Version    int                  `json:"version,omitempty"`
	ID         int                  `json:"id,omitempty"`
	GUID       string               `json:"guid,omitempty"`
	Type       language.Kind        `json:"schemaType,omitempty"`
	References []registry.Reference `json:"references,omitempty"`
	Metadata   *registry.Metadata   `json:"metadata,omitempty"`
	RuleSet    *registry.RuleSet    `json:"ruleSet,omitempty"`
	Schema     string               `json:"schema,omitempty"`
	TS         int64                `json:"ts,omitempty"` // milliseconds since 1970
	Deleted    *bool                `json:"deleted,omitempty"`
	MaxID      int                  `json:"maxId,omitempty"`
}

// schemaOf is what both shapes have of a schema, and what v8 has besides.
func (c *call) schemaOf(s *registry.Schema, text string) schemaBody {
	c.id = s.ID
	b := schemaBody{Type: s.Kind, References: s.References, Metadata: s.Metadata, RuleSet: s.RuleSet, Schema: text}
	if c.v8() {
		b.GUID = s.GUID
	} else if s.Kind == language.Avro {
		b.Type = ""
	}
	return b
}

func (c *call) versionOf(v *registry.Version, text string) schemaBody {
	b := c.schemaOf(&v.Schema, text)
	b.Subject, b.Version, b.ID = v.Subject.String(), v.Version, v.ID
	if c.v8() {
		b.TS, b.Deleted = v.Time.UnixMilli(), &v.Deleted
	}
	return b
}

// formatted is versionOf in the format that the request wants.
func (c *call) formatted(v *registry.Version) (any, error) {
	text, err := c.Registry.Format(c.r.Context(), &v.Schema, c.query().Get("format"))
	if err != nil {
		return nil, err
	}
	return c.versionOf(v, text), nil
}

// schemaRequest is the body of registrations, lookups and questions of compatibility. Members that this server does not know are ignored, as
// Confluent's does, but those that would change what is stored.
type schemaRequest struct {
	Schema       *string              `json:"schema"`
	Type         language.Kind        `json:"schemaType"`
	References   []registry.Reference `json:"references"`
	Metadata     *registry.Metadata   `json:"metadata"`
	RuleSet      *registry.RuleSet    `json:"ruleSet"`
	ID           *int                 `json:"id"`
	Version      *int                 `json:"version"`
	TagsToAdd    []any                `json:"schemaTagsToAdd"`
	TagsToRemove []any                `json:"schemaTagsToRemove"`
}

func (c *call) request() (registry.Request, error) {
	var b schemaRequest
	if err := c.read(&b); err != nil {
		return registry.Request{}, err
	}
	if len(b.TagsToAdd)+len(b.TagsToRemove) > 0 {
		return registry.Request{}, &registry.Error{Code: registry.CodeUnsupported, Message: "This registry does not write tags into schemas: send the schema with its tags"}
	}
	q := registry.Request{
		Kind: b.Type, References: b.References, Metadata: b.Metadata, RuleSet: b.RuleSet, Normalize: c.flag("normalize"),
		Profile: language.Profile(c.query().Get("profile")),
	}
	if b.Schema != nil {
		q.Schema = *b.Schema
	}
	if b.ID != nil && *b.ID >= 0 { // clients send -1 for none
		q.ID = *b.ID
	}
	if b.Version != nil && *b.Version > 0 {
		q.Version = *b.Version
	}
	return q, nil
}
