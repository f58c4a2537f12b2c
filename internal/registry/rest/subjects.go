package rest

import (
	"strings"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

func (c *call) getSubjects() (any, error) {
	list, err := c.Registry.Subjects(c.r.Context(), c.query().Get("subjectPrefix"), c.context, c.which())
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, s := range list {
		if c.sees(s) {
			names = append(names, s.String())
		}
	}
	return page(c, names)
}

func (c *call) which() registry.Which {
	switch {
	case c.flag("deletedOnly"):
		return registry.OnlyDeleted
	case c.flag("deleted"):
		return registry.WithDeleted
	}
	return registry.Live
}

func (c *call) register() (any, error) {
	q, err := c.request()
	if err != nil {
		return nil, err
	}
	ctx := c.r.Context()
	// What is there already changes nothing: producers register at every start, and the audit log is of changes.
	v, err := c.Registry.Known(ctx, c.subject, q)
	if err == nil && v == nil {
		kind := q.Kind
		if kind == "" {
			kind = language.Avro
		}
		err = c.who.Change(ctx, Register, c.subject, "register a schema, "+string(kind), func() (err error) {
			v, err = c.Registry.Register(ctx, c.subject, q)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	c.id = v.ID
	if !c.v8() {
		return map[string]int{"id": v.ID}, nil
	}
	b := c.versionOf(v, v.Text)
	b.Subject, b.Deleted = "", nil
	return b, nil
}

func (c *call) lookup() (any, error) {
	q, err := c.request()
	if err != nil {
		return nil, err
	}
	v, err := c.Registry.Lookup(c.r.Context(), c.subject, q, c.flag("deleted"))
	if err != nil {
		return nil, err
	}
	return c.formatted(v)
}

func (c *call) version() (*registry.Version, error) {
	return c.Registry.Version(c.r.Context(), c.subject, c.named["version"], c.flag("deleted"))
}

func (c *call) getVersion() (any, error) {
	v, err := c.version()
	if err != nil {
		return nil, err
	}
	return c.formatted(v)
}

func (c *call) getVersionText() (any, error) {
	v, err := c.version()
	if err != nil {
		return nil, err
	}
	c.id = v.ID
	text, err := c.Registry.Format(c.r.Context(), &v.Schema, c.query().Get("format"))
	return raw(text), err
}

func (c *call) getReferencedBy() (any, error) {
	v, err := c.version()
	if err != nil {
		return nil, err
	}
	list, err := c.Registry.ReferencedBy(c.r.Context(), v)
	if err != nil {
		return nil, err
	}
	return page(c, list)
}

func (c *call) getVersions() (any, error) {
	list, err := c.Registry.Numbers(c.r.Context(), c.subject, c.which())
	if err != nil {
		return nil, err
	}
	return page(c, list)
}

func (c *call) getWithMetadata() (any, error) {
	keys, values := c.query()["key"], c.query()["value"]
	if len(keys) != len(values) {
		return nil, &registry.Error{Code: registry.CodeUnsupported, Message: "Each key wants a value"}
	}
	properties := map[string]string{}
	for i, k := range keys {
		properties[k] = values[i]
	}
	v, err := c.Registry.WithMetadata(c.r.Context(), c.subject, properties, c.flag("deleted"))
	if err != nil {
		return nil, err
	}
	return c.formatted(v)
}

func (c *call) deleteSubject() (answer any, err error) {
	err = c.who.Change(c.r.Context(), Delete, c.subject, "delete all versions"+c.howLong(), func() error {
		answer, err = c.Registry.DeleteSubject(c.r.Context(), c.subject, c.flag("permanent"))
		return err
	})
	return answer, err
}

func (c *call) deleteVersion() (answer any, err error) {
	err = c.who.Change(c.r.Context(), Delete, c.subject, "delete version "+bounded(c.named["version"])+c.howLong(), func() error {
		answer, err = c.Registry.DeleteVersion(c.r.Context(), c.subject, c.named["version"], c.flag("permanent"))
		return err
	})
	return answer, err
}

func (c *call) howLong() string {
	if c.flag("permanent") {
		return " for good"
	}
	return " softly"
}

func (c *call) compatible() (any, error) {
	q, err := c.request()
	if err != nil {
		return nil, err
	}
	messages, err := c.Registry.Compatible(c.r.Context(), c.subject, c.named["version"], q)
	if err != nil {
		return nil, err
	}
	profile := c.Registry.Profile()
	if q.Profile != "" {
		profile = q.Profile
	}
	c.w.Header().Set("Sightglass-Profile", string(profile))
	b := struct {
		Compatible bool     `json:"is_compatible"`
		Messages   []string `json:"messages,omitempty"`
	}{Compatible: len(messages) == 0}
	if c.flag("verbose") {
		b.Messages = messages
	}
	return b, nil
}

func (c *call) getContexts() (any, error) {
	list, err := c.Registry.Contexts(c.r.Context())
	if err != nil {
		return nil, err
	}
	seen := []string{}
	for _, name := range list {
		if name == registry.DefaultContext || c.sees(registry.Subject{Context: name}) {
			seen = append(seen, name)
		}
	}
	return page(c, seen)
}

func (c *call) deleteContext() (any, error) {
	s := registry.ParseSubject("", c.named["context"])
	if err := c.may(Configure, s); err != nil {
		return nil, err
	}
	return nothing{}, c.who.Change(c.r.Context(), Configure, s, "delete context", func() error {
		return c.Registry.DeleteContext(c.r.Context(), c.named["context"])
	})
}

func (c *call) getRoot() (any, error) { return struct{}{}, nil }

// getTypes has Confluent's order.
func (c *call) getTypes() (any, error) {
	have := map[language.Kind]bool{}
	for _, k := range c.Registry.Kinds() {
		have[k] = true
	}
	list := []language.Kind{}
	for _, k := range []language.Kind{language.JSONSchema, language.Protobuf, language.Avro} {
		if have[k] {
			list = append(list, k)
		}
	}
	return list, nil
}

func (c *call) getServerID() (any, error) {
	return map[string]any{
		"id":    "",
		"scope": map[string]any{"path": []string{}, "clusters": map[string]string{"kafka-cluster": c.ClusterID, "schema-registry-cluster": "schema-registry"}},
	}, nil
}

func (c *call) getServerVersion() (any, error) {
	version, commit, _ := strings.Cut(c.Version, "+")
	return map[string]string{"version": version, "commitId": commit}, nil
}
