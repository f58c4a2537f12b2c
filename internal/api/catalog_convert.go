package api

import (
	"context"
	"maps"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
)

func catalogBriefOf(b *catalog.Brief) CatalogBrief {
	out := CatalogBrief{
		ID: string(b.ID), Kind: string(b.Kind), Name: b.Name, Cluster: b.Cluster, Parent: string(b.Parent), Owners: all(b.Owners), Tags: all(b.Tags), Fields: b.Fields, Doc: b.Doc,
		First: at(b.First), Last: at(b.Last), Facts: map[string]string{},
	}
	maps.Copy(out.Facts, b.Facts)
	maps.DeleteFunc(out.Facts, func(name, value string) bool { return value == "" || name == "resource" }) // resource is the access policy's
	return out
}

func briefOfEntity(e *catalog.Entity, owners []string) CatalogBrief {
	return catalogBriefOf(&catalog.Brief{Entity: *e, Owners: owners})
}

// readerWords is what a system reads by in one line: a text that stands in its contract is there for who opens that.
func readerWords(reader string) string {
	if contract.IsSchemaText(reader) {
		return "the schema in its contract"
	}
	return reader
}

func catalogSystemsOf(list []catalog.System) []CatalogSystem {
	out := []CatalogSystem{}
	for i := range list {
		x := &list[i]
		y := CatalogSystem{CatalogBrief: briefOfEntity(&x.Entity, x.Owners), Reads: x.Reads, Known: x.Known, Paths: all(x.Paths), Reader: readerWords(x.Reader), Seen: at(x.Seen), Stale: x.Stale, Evidence: []CatalogEvidence{}}
		for _, e := range x.Evidence {
			y.Evidence = append(y.Evidence, CatalogEvidence{Kind: string(e.Evidence), Detail: e.Detail, Known: e.Known, Paths: all(e.Paths), First: at(e.First), Last: at(e.Last)})
		}
		out = append(out, y)
	}
	return out
}

func catalogChangesOf(list []catalog.Change) []CatalogChange {
	out := []CatalogChange{}
	for _, x := range list {
		out = append(out, CatalogChange{
			ID: I64(x.ID), Entity: string(x.Entity), Path: x.Path, Attribute: string(x.Attribute), By: x.By, Name: x.Name, At: Time{x.At}, Reason: x.Reason, Before: all(x.Before), After: all(x.After), Proposal: x.Proposal,
		})
	}
	return out
}

func catalogProposalOf(v *catalog.Verdict) CatalogProposal {
	p := &v.Proposal
	return CatalogProposal{
		ID: p.ID, Entity: string(p.Entity), Path: p.Path, Attribute: string(p.Attribute), Before: all(v.Before), Values: all(p.Values), By: p.By, Name: p.Name, At: Time{p.At}, Reason: p.Reason,
		State: string(p.State), DecidedBy: p.DecidedBy, Decided: at(p.Decided), Why: p.Why, Decide: v.Decide, Yours: v.Yours,
	}
}

func (s *service) catalogEntityOf(ctx context.Context, c *catalog.Catalog, sight *catalog.Sight, p *catalog.Page) CatalogEntity {
	out := CatalogEntity{
		CatalogBrief: catalogBriefOf(&p.Brief), Contact: p.Contact, DocText: p.DocText, OwnerSource: p.OwnerSource, DocSource: p.DocSource, Editable: p.Editable, Owns: p.Owns,
		FieldList: []CatalogField{}, Writers: catalogSystemsOf(p.Writers), Readers: catalogSystemsOf(p.Readers), Streams: catalogSystemsOf(p.Streams), Hidden: p.Hidden,
		Parts: []CatalogBrief{}, Health: []CatalogHealth{}, Changes: catalogChangesOf(p.Changes), Proposals: []CatalogProposal{},
	}
	for _, r := range p.Readers {
		if !r.Known {
			out.UnknownReaders++
		}
	}
	_, resource := p.Resource()
	for i := range p.FieldPages {
		f := s.catalogFieldOf(ctx, c, resource, p, &p.FieldPages[i])
		if f.Mask != "" {
			out.Masked++
		}
		out.FieldList = append(out.FieldList, f)
	}
	for i := range p.Parts {
		out.Parts = append(out.Parts, catalogBriefOf(&p.Parts[i]))
	}
	for _, h := range p.Health {
		out.Health = append(out.Health, CatalogHealth{Name: h.Name, State: h.State, Text: h.Text, Link: h.Link, At: at(h.At)})
	}
	for i := range p.Proposals {
		if v, err := c.Proposal(sight, p.Proposals[i].ID); err == nil { // else somebody was faster
			out.Proposals = append(out.Proposals, catalogProposalOf(&v))
		}
	}
	return out
}

// catalogFieldOf is a field with its class of data for the caller.
func (s *service) catalogFieldOf(ctx context.Context, c *catalog.Catalog, of access.Resource, p *catalog.Page, f *catalog.PageField) CatalogField {
	out := CatalogField{
		Part: string(f.Part), Path: f.Path, Depth: strings.Count(f.Path, "."), Type: f.Type, Optional: f.Optional, Doc: f.Doc, Tags: all(f.Tags), TagSource: f.TagSource, Origins: all(f.Origins), Rule: f.Rule,
		ReadBy: []string{}, WrittenBy: []string{},
	}
	for _, id := range f.ReadBy {
		out.ReadBy = append(out.ReadBy, string(id))
	}
	for _, id := range f.WrittenBy {
		out.WrittenBy = append(out.WrittenBy, string(id))
	}
	for i := range p.FieldPages {
		if inside, ok := strings.CutPrefix(p.FieldPages[i].Path, f.Path); ok && inside != "" && strings.ContainsAny(inside[:1], ".[{") {
			return out // what is inside of it has classes
		}
	}
	what := access.Subject{Resource: of, Part: access.Part(f.Part), Tagged: c.TagsOf(p.Cluster, p.Name, access.Part(f.Part))}
	t := s.Browser.PolicyIn(ctx).Plan(caller(ctx), what).Leaf(access.PathOf(f.Path), event.Value{})
	out.Class = t.Class
	switch {
	case t.Mask == access.Clear:
	case t.Mask == "":
		out.Mask = string(access.Redact)
	default:
		out.Mask = string(t.Mask)
	}
	return out
}

func catalogMapOf(m *catalog.Map) CatalogMap {
	out := CatalogMap{Kind: "lineage-map", Version: shapeVersion, Nodes: []CatalogMapNode{}, Edges: []CatalogMapEdge{}, Hidden: m.Hidden, Cut: m.Cut}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		out.Nodes = append(out.Nodes, CatalogMapNode{ID: string(n.ID), Kind: string(n.Kind), Name: n.Name, Cluster: n.Cluster, Path: n.Path, Owners: all(n.Owners), Level: n.Level})
	}
	for _, e := range m.Edges {
		out.Edges = append(out.Edges, CatalogMapEdge{From: e.From, To: e.To, Evidence: string(e.Evidence), Known: e.Known, How: e.How, Via: string(e.Via), Seen: at(e.Seen)})
	}
	return out
}
