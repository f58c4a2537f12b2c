package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
)

// catalogRoutes are those of the catalog. Each asks the policy about every entity that it would show: what a caller may not see they do not find.
// Who may change what is said of an entity is decided by handlers, since owners may as well.
func (s *service) catalogRoutes() {
	get(s, route{"catalog", "/catalog", anyone, "Search for streams, fields, jobs, schemas, owners", nil}, s.catalogSearch)
	get(s, route{"catalog-entity", "/catalog/entities/{entity}", anyone, "All that is known of one entity", nil}, s.catalogEntity)
	get(s, route{"catalog-history", "/catalog/entities/{entity}/history", anyone, "Changes of what is said or known of an entity, newest first", nil}, s.catalogHistory)
	get(s, route{"catalog-lineage", "/catalog/entities/{entity}/lineage", anyone, "What is up- and downstream of an entity or a field", nil}, s.catalogLineage)
	get(s, route{"catalog-who", "/catalog/entities/{entity}/who", anyone, "Who writes and reads a stream or a field, with the evidence", nil}, s.catalogWho)
	register(s, http.MethodPost, route{"catalog-change", "/catalog/entities/{entity}/changes", anyone, "Change owners, tags, doc, contact or members; catalog:write, or an owner", nil}, s.catalogChange)
	register(s, http.MethodPost, route{"catalog-propose", "/catalog/entities/{entity}/proposals", anyone, "Propose a change for an owner to decide about", nil}, s.catalogPropose)
	get(s, route{"catalog-proposals", "/catalog/proposals", anyone, "Proposals that wait, oldest first", nil}, s.catalogProposals)
	register(s, http.MethodPost, route{"catalog-approve", "/catalog/proposals/{id}/approve", anyone, "Approve a proposal: it is made; catalog:write, or an owner", nil}, s.catalogApprove)
	register(s, http.MethodPost, route{"catalog-refuse", "/catalog/proposals/{id}/refuse", anyone, "Refuse a proposal; catalog:write, or an owner", nil}, s.catalogRefuse)
	s.lineageRoute()
	register(s, http.MethodDelete, route{"catalog-withdraw", "/catalog/proposals/{id}", anyone, "Take back a proposal of the caller's", nil}, s.catalogWithdraw)
}

// catalog refuses where there is none, as for a file that is shown.
func (s *service) catalog() (*catalog.Catalog, error) {
	if s.Catalog == nil {
		return nil, problem(http.StatusConflict, "this server keeps no catalog", "open the recording on the server that has recorded it")
	}
	return s.Catalog, nil
}

// seen is the catalog with what the caller sees of it.
func (s *service) seen(ctx context.Context) (*catalog.Catalog, *catalog.Sight, error) {
	c, err := s.catalog()
	if err != nil {
		return nil, nil, err
	}
	return c, c.Sight(ctx, caller(ctx)), nil
}

func (s *service) catalogSearch(ctx context.Context, in *catalogSearch) (out List[CatalogHit], err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	q := catalog.Query{Text: in.Q, Limit: in.Limit}
	for _, k := range in.Kinds {
		if !slices.Contains(catalog.Kinds, catalog.Kind(k)) {
			return out, problem(http.StatusBadRequest, "the catalog has no such kind", "kinds are "+kindList())
		}
		q.Kinds = append(q.Kinds, catalog.Kind(k))
	}
	if in.Cursor != "" {
		if q.Skip, err = strconv.Atoi(in.Cursor); err != nil || q.Skip < 0 {
			return out, problem(http.StatusBadRequest, "the cursor is none that this route gave", "begin without one")
		}
	}
	found, err := c.Search(ctx, sight, q)
	if err != nil {
		return out, err
	}
	hits := []CatalogHit{}
	for i := range found.Hits {
		h := CatalogHit{CatalogBrief: catalogBriefOf(&found.Hits[i].Brief), Matched: []CatalogMatch{}}
		for _, m := range found.Hits[i].Matched {
			h.Matched = append(h.Matched, CatalogMatch{m.What, m.Text})
		}
		hits = append(hits, h)
	}
	out = listOf("catalog-hit", hits)
	if found.More {
		out.Next = strconv.Itoa(q.Skip + len(hits))
	}
	return out, nil
}

func kindList() string {
	var names []string
	for _, k := range catalog.Kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func (s *service) catalogEntity(ctx context.Context, in *CatalogPath) (out CatalogEntity, err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	p, err := c.Page(ctx, sight, catalog.ID(in.Entity))
	if err != nil {
		return out, err
	}
	return s.catalogEntityOf(ctx, c, sight, &p), nil
}

func (s *service) catalogHistory(ctx context.Context, in *catalogHistory) (out List[CatalogChange], err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	var before int64
	if in.Cursor != "" {
		if before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || before < 1 {
			return out, problem(http.StatusBadRequest, "the cursor is none that this route gave", "begin without one")
		}
	}
	changes, err := c.History(ctx, sight, catalog.ID(in.Entity), in.Limit+1, before)
	if err != nil {
		return out, err
	}
	more := len(changes) > in.Limit
	changes = changes[:min(len(changes), in.Limit)]
	out = listOf("catalog-change", catalogChangesOf(changes))
	if more {
		out.Next = strconv.FormatInt(changes[len(changes)-1].ID, 10)
	}
	return out, nil
}

func (s *service) catalogLineage(ctx context.Context, in *catalogLineage) (out CatalogMap, err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	m, err := c.Map(ctx, sight, catalog.MapQuery{ID: catalog.ID(in.Entity), Path: in.Field, Up: in.Direction != "down", Down: in.Direction != "up", Depth: in.Depth})
	if err != nil {
		return out, err
	}
	return catalogMapOf(&m), nil
}

func (s *service) catalogWho(ctx context.Context, in *catalogWho) (out CatalogWho, err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	w, err := c.Who(sight, catalog.ID(in.Entity), in.Field)
	if err != nil {
		return out, err
	}
	return CatalogWho{
		Kind: "who", Version: shapeVersion, Entity: catalogBriefOf(&w.Brief), Path: in.Field, Contact: w.Contact,
		Writers: catalogSystemsOf(w.Writers), Readers: catalogSystemsOf(w.Readers), Unknown: catalogSystemsOf(w.Unknown), Hidden: w.Hidden,
	}, nil
}

// plannedEdit is an edit that was checked.
func (s *service) plannedEdit(ctx context.Context, in *catalogEdit) (*catalog.Catalog, *catalog.Sight, catalog.Planned, error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return nil, nil, catalog.Planned{}, err
	}
	p, err := c.Plan(sight, catalog.Edit{
		Entity: catalog.ID(in.Entity), Path: in.Body.Path, Attribute: catalog.Attribute(in.Body.Attribute), Values: in.Body.Values, Reason: in.Body.Reason,
	})
	return c, sight, p, err
}

// edited says for the audit log what is changed; what people write there is no payload, but docs are long.
func edited(entity catalog.ID, path string, a catalog.Attribute, values []string) []string {
	what := string(a) + " of " + string(entity)
	if path != "" {
		what += "#" + path
	}
	if a == catalog.Doc {
		return []string{what}
	}
	return []string{what, "to " + strings.Join(values, " ")}
}

func (s *service) catalogChange(ctx context.Context, in *catalogEdit) (out CatalogChange, err error) {
	c, sight, p, err := s.plannedEdit(ctx, in)
	if err != nil {
		return out, err
	}
	what := edited(p.Entity, p.Path, p.Attribute, p.Values)
	if !p.May {
		why := fmt.Errorf("%w: you may not change what is said of it; propose it: sightglass catalog propose", access.ErrDenied)
		return out, s.refusedCatalog(ctx, access.CatalogWrite, p.Resource, what, why)
	}
	err = s.Browser.Change(ctx, caller(ctx), access.CatalogWrite, p.Resource, what, p.Reason, func() error { return c.Set(ctx, caller(ctx), p.Edit, "") })
	if err != nil {
		return out, err
	}
	return s.newestChange(ctx, c, sight, p.Entity)
}

// newestChange is the last one of an entity.
func (s *service) newestChange(ctx context.Context, c *catalog.Catalog, sight *catalog.Sight, id catalog.ID) (CatalogChange, error) {
	changes, err := c.History(ctx, sight, id, 1, 0)
	if err != nil || len(changes) == 0 {
		return CatalogChange{}, err
	}
	return catalogChangesOf(changes)[0], nil
}

// refusedCatalog writes a refusal down, and gives its error.
func (s *service) refusedCatalog(ctx context.Context, a access.Action, on access.Resource, what []string, why error) error {
	if err := s.Browser.Note(ctx, caller(ctx), a, on, access.OutcomeDenied, what, why.Error()); err != nil {
		s.Log.Error("a refusal was not written into the audit log", "request_id", requestID(ctx), "error", err)
	}
	return why
}

func (s *service) catalogPropose(ctx context.Context, in *catalogEdit) (out CatalogProposal, err error) {
	c, sight, p, err := s.plannedEdit(ctx, in)
	if err != nil {
		return out, err
	}
	var made catalog.Proposal
	err = s.Browser.Change(ctx, caller(ctx), access.CatalogPropose, p.Resource, edited(p.Entity, p.Path, p.Attribute, p.Values), p.Reason, func() (err error) {
		made, err = c.Propose(ctx, caller(ctx), p.Edit)
		return err
	})
	if err != nil {
		return out, err
	}
	v, err := c.Proposal(sight, made.ID)
	if err != nil {
		return out, err
	}
	return catalogProposalOf(&v), nil
}

func (s *service) catalogProposals(ctx context.Context, _ *none) (out List[CatalogProposal], err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	items := []CatalogProposal{}
	for _, v := range c.Proposals(sight) {
		items = append(items, catalogProposalOf(&v))
	}
	return listOf("catalog-proposal", items), nil
}

func (s *service) catalogApprove(ctx context.Context, in *ProposalPath) (CatalogProposal, error) {
	return s.decideProposal(ctx, in.ID, catalog.Approved, "")
}

func (s *service) catalogRefuse(ctx context.Context, in *proposalRefusal) (CatalogProposal, error) {
	why := ""
	if in.Body != nil {
		why = in.Body.Why
	}
	return s.decideProposal(ctx, in.ID, catalog.Refused, why)
}

func (s *service) catalogWithdraw(ctx context.Context, in *ProposalPath) (CatalogProposal, error) {
	return s.decideProposal(ctx, in.ID, catalog.Withdrawn, "")
}

func (s *service) decideProposal(ctx context.Context, id string, state catalog.ProposalState, why string) (out CatalogProposal, err error) {
	c, sight, err := s.seen(ctx)
	if err != nil {
		return out, err
	}
	v, err := c.Proposal(sight, id)
	if err != nil {
		return out, err
	}
	what := append([]string{string(state) + " proposal " + id}, edited(v.Entity, v.Path, v.Attribute, v.Values)...)
	switch {
	case state == catalog.Withdrawn && !v.Yours:
		return out, s.refusedCatalog(ctx, access.CatalogDecide, v.Resource, what, fmt.Errorf("%w: somebody else made the proposal", access.ErrDenied))
	case state != catalog.Withdrawn && v.Yours:
		return out, s.refusedCatalog(ctx, access.CatalogDecide, v.Resource, what, fmt.Errorf("%w: nobody decides about what they proposed themselves", access.ErrDenied))
	case state != catalog.Withdrawn && !v.Decide:
		return out, s.refusedCatalog(ctx, access.CatalogDecide, v.Resource, what, fmt.Errorf("%w: you may not change what is said of it, and are no owner", access.ErrDenied))
	}
	err = s.Browser.Change(ctx, caller(ctx), access.CatalogDecide, v.Resource, what, why, func() (err error) {
		v.Proposal, err = c.Decide(ctx, caller(ctx), id, state, why)
		return err
	})
	if err != nil {
		return out, err
	}
	v.Decide, v.Yours = false, false
	return catalogProposalOf(&v), nil
}
