package browse

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Names of members come from the newest values of each operator, as who asks sees them, and are kept for a while: completion
// asks with every key that is pressed.
const (
	sampledEvents = 20 // of each operator
	sampledBlocks = 16 // decoded for them at most
	keptMembers   = 30 * time.Second
	maxKept       = 64
	memberDepth   = 6
)

// shape is what was seen at one place of values.
type shape struct {
	kind    string // of the first node
	members map[string]*shape
}

type memberKey struct {
	recording event.RecordingID
	principal string
	under     string // the policy, with the roles and grants that decide what the principal sees
}

type keptShape struct {
	shape *shape
	until time.Time
}

// members are what may stand behind a path of names and a dot.
func (b *Browser) members(ctx context.Context, who access.Principal, t Target, path []string) (out []Completion, err error) {
	f := fieldsByName[path[0]]
	if f == nil {
		return nil, nil
	}
	if len(f.Members) > 0 {
		for _, m := range f.Members {
			if len(path) == 1 {
				out = append(out, Completion{m.Name, CompleteMember, m.Type(), m.Doc})
			}
		}
		return out, nil
	}
	if !f.payload && f.Name != "body" {
		return nil, nil
	}
	at, err := b.shapeOf(ctx, who, t)
	if err != nil {
		return nil, err
	}
	for _, step := range path {
		if at = at.members[step]; at == nil {
			return nil, nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(at.members)) {
		out = append(out, Completion{name, CompleteMember, celTypes[at.members[name].kind], ""})
	}
	return out, nil
}

// celTypes are the types of CEL that nodes of views have as data.
var celTypes = map[string]string{
	"object": "map(string, dyn)", "map": "map(string, dyn)", "list": "list(dyn)", "bool": "bool", "int": "int", "float": "double",
	"decimal": "string", "string": "string", "enum": "string", "bytes": "bytes", "null": "dyn", "opaque": "dyn", "cut": "dyn",
}

// shapeOf samples the values of a recording. The names of members are payload where a value has no schema, so it is written down.
func (b *Browser) shapeOf(ctx context.Context, who access.Principal, t Target) (*shape, error) {
	key := memberKey{t.Recording, who.ID, b.under(ctx, who)}
	b.kept.Lock()
	k, ok := b.kept.shapes[key]
	b.kept.Unlock()
	if ok && time.Now().Before(k.until) {
		return k.shape, nil
	}
	end, err := b.begin(ctx, who, t, []string{"names of members, of the newest values"}, "")
	if err != nil {
		return nil, err
	}
	root, n, err := b.sample(ctx, who, t)
	if err2 := end(n, err); err == nil {
		err = err2
	}
	if err != nil {
		return nil, err
	}
	b.kept.Lock()
	defer b.kept.Unlock()
	if b.kept.shapes == nil || len(b.kept.shapes) >= maxKept {
		b.kept.shapes = map[memberKey]keptShape{}
	}
	b.kept.shapes[key] = keptShape{root, time.Now().Add(keptMembers)}
	return root, nil
}

// under tells apart what decides about what a principal sees: names that were seen under a grant are not told when it is over.
func (b *Browser) under(ctx context.Context, who access.Principal) string {
	p := b.policy(ctx)
	parts := append([]string{p.Version()}, who.Roles...)
	for _, g := range p.GrantsOf(who) {
		parts = append(parts, "grant "+g.ID)
	}
	return strings.Join(parts, "\x00")
}

func (b *Browser) sample(ctx context.Context, who access.Principal, t Target) (*shape, int, error) {
	names, err := b.queries.Names(ctx, t.Recording)
	if err != nil {
		return nil, 0, err
	}
	root, n := &shape{}, 0
	r := b.renderer(ctx, who, listShape)
	for _, op := range names.Operators {
		q := EventQuery{Limit: sampledEvents}
		q.Operator, q.Order, q.Payload, q.MaxBlocks = op.Slug, Descending, true, sampledBlocks
		q.Lanes = []event.Lane{event.LaneOut, event.LaneSrc, event.LaneTrace, event.LaneState}
		q.Kinds = []event.Kind{event.KindRecord, event.KindSourceRecord, event.KindWritten, event.KindDropped,
			event.KindStateRead, event.KindStateWritten, event.KindStateCleared, event.KindTimerRegistered, event.KindWindowFired}
		scan, err := b.queries.Events(ctx, t.Recording, q.EventQuery)
		if err != nil {
			continue // a slug that names several; what they hold is found by others
		}
		left := q.Limit
		for e, err := range scan.All(ctx) {
			if err != nil {
				return nil, n, err
			}
			root.event(r, &e)
			if n, left = n+1, left-1; left == 0 {
				break
			}
		}
	}
	return root, n, nil
}

func (s *shape) event(r renderer, e *query.Event) {
	shown := r.event(*e)
	s.view("value", shown.View)
	s.view("key", shown.KeyView)
	if a := shown.Access; a != nil {
		s.view("value", a.After)
		s.view("key", a.Key)
		s.view("before", a.Before)
		s.view("namespace", a.Namespace)
		s.view("map_key", a.MapKey)
	}
	for _, h := range shown.Headers {
		at := s.member("headers", "map").member(h.Name, "string")
		if h.Value != nil && h.Value.Node != nil {
			at.node(h.Value.Node, memberDepth)
		}
	}
	for name := range shown.Body {
		s.member("body", "map").member(name, "")
	}
}

func (s *shape) view(name string, v *access.View) {
	if v != nil && v.Node != nil {
		s.member(name, v.Node.Kind).node(v.Node, memberDepth)
	}
}

func (s *shape) member(name, kind string) *shape {
	m := s.members[name]
	if m == nil {
		m = &shape{kind: kind}
		if s.members == nil {
			s.members = map[string]*shape{}
		}
		s.members[name] = m
	}
	if m.kind == "" || m.kind == "null" {
		m.kind = kind
	}
	return m
}

// node takes in the members of an object. Keys of maps are values of people, not names: they are not completed.
func (s *shape) node(n *access.Node, depth int) {
	if s.kind == "" || s.kind == "null" {
		s.kind = n.Kind
	}
	if depth == 0 || n.Kind != "object" {
		return
	}
	for i := range n.Items {
		if child := &n.Items[i]; child.Name != "" {
			s.member(child.Name, child.Kind).node(child, depth-1)
		}
	}
}
