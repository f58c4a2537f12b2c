package registry

import (
	"context"

	"github.com/sightglass/sightglass/internal/language"
)

// formatter is a parsed schema that can also be written in other forms: resolved, serialized, ignore_extensions.
type formatter interface {
	Format(format string) (text string, ok bool)
}

// Format is the text of a schema as a client asks for it. CodeUnsupported when the language has no such form.
func (r *Registry) Format(ctx context.Context, s *Schema, format string) (string, error) {
	if format == "" || format == "default" {
		return s.Text, nil
	}
	p, err := r.parse(ctx, r.db, s)
	if err != nil {
		return "", err
	}
	if f, ok := p.(formatter); ok {
		if text, ok := f.Format(format); ok {
			return text, nil
		}
	}
	if format == "resolved" && len(s.References) == 0 && s.Kind != language.Protobuf {
		return s.Text, nil
	}
	return "", refuse(CodeUnsupported, "This registry does not write %s schemas in the format %q; leave format out for the text as it is", s.Kind, shortened(format))
}
