package access

import "fmt"

// ParquetRole is the role of the export of recordings that goes on in the background. It sees no value.
const ParquetRole = "parquet"

// ParquetPrincipal is that part of the server. as is a role whose right to see values it has; empty = nobody's.
func ParquetPrincipal(as string) Principal {
	p := Principal{ID: "service:parquet", Name: "parquet", Roles: []string{ParquetRole}}
	if as != "" {
		p.Roles = append(p.Roles, as)
	}
	return p
}

// WithParquet is p with the role of that export. It fails when as, unless empty, is no role of p.
func (p *Policy) WithParquet(as string) (*Policy, error) {
	if _, ok := p.roles[as]; as != "" && !ok {
		return nil, fmt.Errorf("the access policy has no role %q", as)
	}
	return p.with(Role{Name: ParquetRole, Statements: []Statement{{
		Effect: Allow, Actions: []Action{JobView, RecordingExport}, Resources: []string{"flink/**"},
	}}}), nil
}
