package rest

import (
	"cmp"
	"slices"

	"github.com/sightglass/sightglass/internal/registry"
)

// byID finds the schema of the path for a caller who may read it: all of its context, or a subject that has it.
func (c *call) byID() (*registry.Schema, error) {
	id, err := c.schemaID()
	if err != nil {
		return nil, err
	}
	s, err := c.Registry.ByID(c.r.Context(), id, c.query().Get("subject"), c.context)
	if err != nil {
		return nil, err
	}
	return s, c.mayRead(s)
}

func (c *call) mayRead(s *registry.Schema) error {
	whole := registry.Subject{Context: s.Context}
	if c.sees(whole) {
		return nil
	}
	uses, err := c.Registry.Uses(c.r.Context(), s, true)
	if err != nil {
		return err
	}
	for _, u := range uses {
		if c.sees(u.Subject) {
			return nil
		}
	}
	if len(uses) == 0 {
		return c.may(Read, whole)
	}
	return c.may(Read, uses[0].Subject)
}

func (c *call) getID() (any, error) {
	s, err := c.byID()
	if err != nil {
		return nil, err
	}
	text, err := c.Registry.Format(c.r.Context(), s, c.query().Get("format"))
	if err != nil {
		return nil, err
	}
	b := c.schemaOf(s, text)
	if c.flag("fetchMaxId") {
		if b.MaxID, err = c.Registry.MaxID(c.r.Context(), s.Context); err != nil {
			return nil, err
		}
	}
	if subject := c.query().Get("subject"); subject != "" && c.v8() {
		if err := c.place(&b, s, registry.ParseSubject(subject, s.Context)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// place tells the version that a schema is of the subject that was asked for.
func (c *call) place(b *schemaBody, s *registry.Schema, of registry.Subject) error {
	uses, err := c.Registry.Uses(c.r.Context(), s, true)
	if err != nil {
		return err
	}
	for _, u := range slices.Backward(uses) {
		if u.Subject == of {
			b.Subject, b.Version, b.ID = of.String(), u.Version, s.ID
			break
		}
	}
	return nil
}

func (c *call) getIDText() (any, error) {
	s, err := c.byID()
	if err != nil {
		return nil, err
	}
	c.id = s.ID
	text, err := c.Registry.Format(c.r.Context(), s, c.query().Get("format"))
	return raw(text), err
}

func (c *call) uses() ([]registry.SubjectVersion, error) {
	s, err := c.byID()
	if err != nil {
		return nil, err
	}
	c.id = s.ID
	list, err := c.Registry.Uses(c.r.Context(), s, c.flag("deleted"))
	if err != nil {
		return nil, err
	}
	var of registry.Subject
	if subject := c.query().Get("subject"); subject != "" {
		of = registry.ParseSubject(subject, s.Context)
	}
	return slices.DeleteFunc(list, func(u registry.SubjectVersion) bool {
		return of.Name != "" && u.Subject.Name != of.Name || !c.sees(u.Subject)
	}), nil
}

func (c *call) getIDSubjects() (any, error) {
	list, err := c.uses()
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, u := range list {
		names = append(names, u.Subject.String())
	}
	return page(c, slices.Compact(names))
}

func (c *call) getIDVersions() (any, error) {
	list, err := c.uses()
	if err != nil {
		return nil, err
	}
	type one struct {
		Subject string `json:"subject"`
		Version int    `json:"version"`
	}
	out := []one{}
	for _, u := range list {
		out = append(out, one{u.Subject.String(), u.Version})
	}
	return page(c, out)
}

// byGUID are the schemas of a GUID that the caller may read.
func (c *call) byGUID() ([]*registry.Schema, error) {
	all, err := c.Registry.ByGUID(c.r.Context(), c.named["guid"])
	if err != nil {
		return nil, err
	}
	var out []*registry.Schema
	var refused error
	for _, s := range all {
		if refused = c.mayRead(s); refused == nil {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, refused
	}
	return out, nil
}

func (c *call) getGUID() (any, error) {
	list, err := c.byGUID()
	if err != nil {
		return nil, err
	}
	text, err := c.Registry.Format(c.r.Context(), list[0], c.query().Get("format"))
	if err != nil {
		return nil, err
	}
	return c.schemaOf(list[0], text), nil
}

func (c *call) getGUIDIDs() (any, error) {
	list, err := c.byGUID()
	if err != nil {
		return nil, err
	}
	type one struct {
		Context string `json:"context"`
		ID      int    `json:"id"`
	}
	out := []one{}
	for _, s := range list {
		out = append(out, one{s.Context, s.ID})
	}
	return out, nil
}

func (c *call) getSchemas() (any, error) {
	list, err := c.Registry.Versions(c.r.Context(), c.query().Get("subjectPrefix"), c.context, c.flag("deleted"), c.flag("latestOnly"))
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(v *registry.Version) bool { return !c.sees(v.Subject) })
	slices.SortStableFunc(list, func(a, b *registry.Version) int {
		return cmp.Or(cmp.Compare(a.Subject.String(), b.Subject.String()), cmp.Compare(a.Version, b.Version))
	})
	if list, err = page(c, list); err != nil {
		return nil, err
	}
	out := []schemaBody{}
	for _, v := range list {
		out = append(out, c.versionOf(v, v.Text))
	}
	c.id = 0
	return out, nil
}
