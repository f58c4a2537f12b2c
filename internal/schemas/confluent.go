package schemas

import (
	"context"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// confluent speaks the API of Confluent's Schema Registry, which Karapace, Redpanda and Apicurio (/apis/ccompat/v7) have too.
type confluent struct{ *caller }

// confluentSchema is a schema as /schemas/ids and /subjects/…/versions have it. A missing type is Avro.
type confluentSchema struct {
	Schema     string
	SchemaType string
	Subject    string
	Version    int
	References []confluentReference
}

type confluentReference struct {
	Name    string
	Subject string
	Version int
}

func (c *confluent) fetch(ctx context.Context, id event.SchemaID) (event.SchemaText, error) {
	text := event.SchemaText{ID: id}
	if id.Registry != event.RegistryConfluent {
		return text, event.ErrNoSchema
	}
	var s confluentSchema
	path := []string{"schemas", "ids", strconv.FormatUint(id.Number, 10)}
	if id.GUID != "" {
		path = []string{"schemas", "guids", id.GUID}
	}
	if err := c.json(ctx, &s, nil, path...); err != nil {
		return text, err
	}
	text.Text, text.Language = s.Schema, confluentLanguage(s.SchemaType)
	text.Subject, text.Version = s.Subject, s.Version
	g := gathering{text: &text, size: len(s.Schema), seen: map[string]bool{}}
	if err := c.references(ctx, &g, s.References, 1); err != nil {
		return text, err
	}
	if text.Subject == "" && id.GUID == "" {
		c.name(ctx, &text)
	}
	return text, nil
}

// name finds a subject of the id, the first by name, since one has to be shown. Older registries do not tell; then there is none.
func (c *confluent) name(ctx context.Context, text *event.SchemaText) {
	var subjects []struct {
		Subject string
		Version int
	}
	if c.json(ctx, &subjects, nil, "schemas", "ids", text.ID.String(), "versions") != nil {
		return
	}
	for _, s := range subjects {
		if text.Subject == "" || s.Subject < text.Subject || s.Subject == text.Subject && s.Version < text.Version {
			text.Subject, text.Version = s.Subject, s.Version
		}
	}
}

// references adds what refs name, each after what it needs itself.
func (c *confluent) references(ctx context.Context, g *gathering, refs []confluentReference, depth int) error {
	for _, r := range refs {
		if g.has(r.Name) {
			continue
		}
		var s confluentSchema
		// deleted: a schema may refer to a version that was deleted since.
		err := c.json(ctx, &s, url.Values{"deleted": {"true"}}, "subjects", r.Subject, "versions", strconv.Itoa(r.Version))
		if err != nil {
			return ofReference(err)
		}
		if err := g.deeper(depth); err != nil {
			return err
		}
		if err := c.references(ctx, g, s.References, depth+1); err != nil {
			return err
		}
		if err := g.add(event.SchemaReference{Name: r.Name, Subject: r.Subject, Version: r.Version, Text: s.Schema}); err != nil {
			return err
		}
	}
	return nil
}

func confluentLanguage(t string) event.SchemaLanguage {
	switch t {
	case "", "AVRO":
		return event.LanguageAvro
	case "PROTOBUF":
		return event.LanguageProtobuf
	case "JSON":
		return event.LanguageJSON
	}
	return event.SchemaLanguage(t)
}
