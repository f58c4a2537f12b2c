package registry

import (
	"context"

	"github.com/sightglass/sightglass/internal/language"
)

// Fields are those of records that a schema describes. CodeSchema: no language here reads it.
func (r *Registry) Fields(ctx context.Context, s *Schema) ([]language.Field, error) {
	p, err := r.parse(ctx, r.db, s)
	if err != nil {
		return nil, err
	}
	return p.Fields(), nil
}

// Referred are the schemas that one needs, also indirectly, each behind what it needs itself; of softly deleted versions too. CodeSchema.
func (r *Registry) Referred(ctx context.Context, s *Schema) ([]language.Referenced, error) {
	return r.resolved(ctx, r.db, s.Context, s.References, false)
}
