package schemas

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// apicurio speaks the core API of Apicurio Registry, versions 2 and 3.
type apicurio struct {
	*caller
	ids IDs
	v3  bool
}

func newApicurio(c *caller, ids IDs) (*apicurio, error) {
	a := &apicurio{caller: c, ids: ids, v3: !strings.Contains(c.base.Path, "/registry/v2")}
	if a.ids == event.IDAny {
		a.ids = event.IDGlobal
		if a.v3 {
			a.ids = event.IDContent
		}
	}
	if a.ids != event.IDGlobal && a.ids != event.IDContent {
		return nil, errKind
	}
	return a, nil
}

type apicurioReference struct {
	GroupID    string `json:"groupId"`
	ArtifactID string `json:"artifactId"`
	Version    string `json:"version"`
	Name       string `json:"name"`
}

// fetch also takes the four bytes that Confluent's records have: Apicurio's newer serializers write them.
func (a *apicurio) fetch(ctx context.Context, id event.SchemaID) (event.SchemaText, error) {
	text := event.SchemaText{ID: id}
	if id.GUID != "" {
		return text, event.ErrNoSchema
	}
	kind := id.Kind
	if kind == event.IDAny {
		kind = a.ids
	}
	path := []string{"ids", "contentIds", strconv.FormatUint(id.Number, 10)}
	var query url.Values
	if kind == event.IDGlobal {
		path[1] = "globalIds"
		if a.v3 {
			query = url.Values{"returnArtifactType": {"true"}}
		}
	}
	found, err := a.get(ctx, query, path...)
	if err != nil {
		return text, err
	}
	if len(found.body) > maxSchemaBytes {
		return text, errTooLarge
	}
	text.Text = string(found.body)
	text.Language = apicurioLanguage(found.header.Get("X-Registry-ArtifactType"), text.Text)
	g := gathering{text: &text, size: len(text.Text), seen: map[string]bool{}}
	return text, a.references(ctx, &g, 1, append(path, "references")...)
}

// references adds what the list at that path names, each after what it needs itself.
func (a *apicurio) references(ctx context.Context, g *gathering, depth int, path ...string) error {
	var refs []apicurioReference
	if err := a.json(ctx, &refs, nil, path...); err != nil {
		return ofReference(err)
	}
	for _, r := range refs {
		if g.has(r.Name) {
			continue
		}
		if err := g.deeper(depth); err != nil {
			return err
		}
		if r.GroupID == "" {
			r.GroupID = "default"
		}
		at := []string{"groups", r.GroupID, "artifacts", r.ArtifactID, "versions", r.Version}
		if err := a.references(ctx, g, depth+1, append(at, "references")...); err != nil {
			return err
		}
		if a.v3 {
			at = append(at, "content")
		}
		found, err := a.get(ctx, nil, at...)
		if err != nil {
			return ofReference(err)
		}
		version, _ := strconv.Atoi(r.Version) // versions of Apicurio may be any text; then the number is not shown
		if err := g.add(event.SchemaReference{Name: r.Name, Subject: r.ArtifactID, Version: version, Text: string(found.body)}); err != nil {
			return err
		}
	}
	return nil
}

// apicurioLanguage is what the registry says, or what the text looks like where it says nothing: contents have no type in Apicurio.
func apicurioLanguage(typ, text string) event.SchemaLanguage {
	switch typ {
	case "AVRO":
		return event.LanguageAvro
	case "PROTOBUF":
		return event.LanguageProtobuf
	case "JSON":
		return event.LanguageJSON
	case "":
	default:
		return event.SchemaLanguage(strings.ToLower(typ))
	}
	var doc any
	if json.Unmarshal([]byte(text), &doc) != nil {
		return event.LanguageProtobuf
	}
	m, ok := doc.(map[string]any)
	if !ok {
		return event.LanguageAvro // a union or a primitive
	}
	for _, keyword := range []string{"$schema", "$id", "$ref", "properties", "allOf", "anyOf", "oneOf", "$defs"} {
		if _, ok := m[keyword]; ok {
			return event.LanguageJSON
		}
	}
	switch m["type"] {
	case "object", "integer", "number", nil:
		return event.LanguageJSON
	}
	return event.LanguageAvro
}
