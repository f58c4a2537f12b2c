package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/schemas"
	"github.com/sightglass/sightglass/internal/serde"
)

// registrySchemas are where the schemas of a cluster's records and their subjects are.
type registrySchemas interface {
	serde.Schemas
	checks.Subjects
}

// ownSchemas are the schemas of clusters of kafka-file that name no registry: those of the registry that this server is or stands before. nil: it is
// none, or follows one, whose newest schemas it may not have yet.
func (s *Server) ownSchemas() (registrySchemas, error) {
	c := s.cfg.Registry
	switch {
	case c.Listen == "" || s.opened != (event.RecordingID{}):
		return nil, nil
	case c.Mode == config.RegistryServe:
		return &ownSchemas{s}, nil
	case c.Mode == config.RegistryProxy:
		up, err := s.upstream()
		if err != nil {
			return nil, err
		}
		reader, err := schemas.New(schemas.Options{URL: up.URL, User: up.User, Password: up.Password})
		if err != nil {
			return nil, fmt.Errorf("setting registry-upstream: %w", err)
		}
		return reader, nil
	}
	return nil, nil
}

// ownSchemas asks the registry of this process, which opens after what is decoded by it.
type ownSchemas struct{ server *Server }

// askOwn bounds one question to the tables.
const askOwn = 5 * time.Second

// ByID is that of serde.Schemas.
func (o *ownSchemas) ByID(ctx context.Context, id event.SchemaID) (event.SchemaText, error) {
	ctx, stop := context.WithTimeout(ctx, askOwn)
	defer stop()
	s, err := o.find(ctx, id)
	if err != nil {
		return event.SchemaText{}, err
	}
	out := event.SchemaText{ID: id, Text: s.Text, Language: spoken[s.Kind]}
	uses, err := o.kept().Uses(ctx, s, true)
	if err != nil {
		return event.SchemaText{}, unanswered(err)
	}
	if len(uses) > 0 {
		out.Subject, out.Version = uses[0].Subject.String(), uses[0].Version
	}
	needs, err := o.kept().Referred(ctx, s)
	if err != nil {
		return event.SchemaText{}, unanswered(err)
	}
	for _, n := range needs {
		out.References = append(out.References, event.SchemaReference{Name: n.Name, Text: n.Text})
	}
	return out, nil
}

// Subjects is that of checks.Subjects.
func (o *ownSchemas) Subjects(ctx context.Context, id event.SchemaID) (out []string, err error) {
	ctx, stop := context.WithTimeout(ctx, askOwn)
	defer stop()
	s, err := o.find(ctx, id)
	if err != nil {
		return nil, err
	}
	uses, err := o.kept().Uses(ctx, s, true)
	if err != nil {
		return nil, unanswered(err)
	}
	for _, u := range uses {
		out = append(out, u.Subject.String())
	}
	return slices.Compact(out), nil
}

var spoken = map[language.Kind]event.SchemaLanguage{
	"": event.LanguageAvro, language.Avro: event.LanguageAvro, language.Protobuf: event.LanguageProtobuf, language.JSONSchema: event.LanguageJSON,
}

func (o *ownSchemas) kept() *registry.Registry { return o.server.registry.kept }

func (o *ownSchemas) find(ctx context.Context, id event.SchemaID) (*registry.Schema, error) {
	switch {
	case id.Registry != "" && id.Registry != event.RegistryConfluent:
		return nil, event.ErrNoSchema
	case o.server.registry == nil:
		return nil, &event.RegistryError{Why: "this server's registry is not open yet"}
	case id.GUID != "":
		all, err := o.kept().ByGUID(ctx, id.GUID)
		if err != nil {
			return nil, unanswered(err)
		}
		return all[0], nil
	}
	s, err := o.kept().ByID(ctx, int(min(id.Number, 1<<31)), "", "")
	if err != nil {
		return nil, unanswered(err)
	}
	return s, nil
}

func unanswered(err error) error {
	if errors.Is(err, &registry.Error{Code: registry.CodeSchemaMissing}) {
		return event.ErrNoSchema
	}
	return &event.RegistryError{Why: "this server's registry could not read its tables"}
}
