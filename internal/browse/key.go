package browse

import (
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// How versions of a state came about.
const (
	ChangeRemoved = query.ChangeRemoved
	ChangeExpired = query.ChangeExpired
)

// KeyName says which key is meant: a text as the key's view shows it, or the key of a record.
type KeyName struct {
	Text     string
	Of       string // a position, an element or a Kafka record; goes before Text
	Operator string // slug, name or beginning of the id; empty = any
}

// FoundKey is a key that a name fits. Two types of key may look the same.
type FoundKey struct {
	Match     query.KeyMatch
	View      *access.View
	Operators []OperatorRef // that have keys of the type
	First     *Position     // of a row that is about it
}

// keyBlocks bounds how many blocks are decoded to look for a key by its text.
const keyBlocks = 4000

// KeySearch is what a name came to.
type KeySearch struct {
	Keys     []FoundKey
	Complete bool // nothing was left to look at
	Types    int  // types of keys that were looked at
}

// findKeys resolves a name. A text is compared with what the principal may see of a key and with nothing else: where the policy masks
// keys, the token is what names one.
func (b *Browser) findKeys(ctx context.Context, r renderer, t Target, name KeyName) (KeySearch, error) {
	types, err := b.queries.KeyTypes(ctx, t.Recording, name.Operator)
	if err != nil {
		return KeySearch{}, err
	}
	out := KeySearch{Complete: true, Types: len(types)}
	add := func(use query.KeyUse) {
		k := FoundKey{Match: use.Match, View: r.event(use.Event).KeyView, First: &use.Event.Position}
		if i := slices.IndexFunc(types, func(x query.KeyType) bool { return x.Serializer == use.Match.Serializer }); i >= 0 {
			k.Operators = types[i].Operators
		}
		if len(k.Operators) == 0 {
			k.Operators = []OperatorRef{use.Event.Operator}
		}
		out.Keys = append(out.Keys, k)
	}
	if name.Of != "" {
		uses, err := b.queries.KeysOf(ctx, t.Recording, name.Of, name.Operator)
		for _, u := range uses {
			add(u)
		}
		return out, err
	}
	for _, typ := range types {
		use, whole, err := b.keyNamed(ctx, r, t, name, typ)
		if err != nil {
			return out, err
		}
		out.Complete = out.Complete && whole
		if use != nil {
			add(*use)
		}
	}
	return out, nil
}

// keyNamed looks for a key of one type. By its bytes where the text can be written as Flink would; else, and where the policy hides
// something of such keys, by looking at every key that was used.
func (b *Browser) keyNamed(ctx context.Context, r renderer, t Target, name KeyName, typ query.KeyType) (use *query.KeyUse, whole bool, err error) {
	q := query.KeySearch{Serializer: typ.Serializer, Operator: name.Operator, MaxBlocks: keyBlocks, Unaided: !r.policy.SeesAll(r.who)}
	fits := func(v *access.View) bool { return keyFits(v, name.Text) }
	if p, ok := serde.EncodeKey(b.descriptor(typ.Serializer), name.Text); ok {
		byBytes := q
		byBytes.Keys = []query.KeyMatch{{Serializer: typ.Serializer, Bytes: p}}
		if use, whole, err = b.firstKey(ctx, r, t, byBytes, fits); use != nil || err != nil {
			return use, whole, err
		}
		any, _, err := b.firstKey(ctx, r, t, q, func(*access.View) bool { return true })
		if err != nil || any == nil || len(r.event(any.Event).KeyView.Masked) == 0 {
			return nil, whole, err
		}
	}
	return b.firstKey(ctx, r, t, q, fits)
}

// firstKey gives the first key whose view fits.
func (b *Browser) firstKey(ctx context.Context, r renderer, t Target, q query.KeySearch, fits func(*access.View) bool) (*query.KeyUse, bool, error) {
	keys, done, err := b.queries.KeysUsed(ctx, t.Recording, q)
	if err != nil {
		return nil, false, err
	}
	for use, err := range keys {
		if err != nil {
			return nil, false, err
		}
		if v := r.event(use.Event).KeyView; v != nil && fits(v) {
			return &use, true, nil
		}
	}
	return nil, done().Complete, nil
}

func (b *Browser) descriptor(id event.DefinitionID) *event.Descriptor {
	def, ok := b.queries.Definition(id)
	if !ok {
		return nil
	}
	d, err := event.ParseDescriptor(def.Body)
	if err != nil {
		return nil
	}
	return d
}

// keyFits compares what somebody typed with a key's view: its one line, with or without quotes, or its fields with commas between
// them.
func keyFits(v *access.View, typed string) bool {
	if sameText(v.Text(), typed) {
		return true
	}
	if v.Node == nil || len(v.Node.Items) == 0 {
		return v.Node != nil && v.Node.Value != "" && v.Node.Value == typed
	}
	parts := []string{typed}
	if len(v.Node.Items) > 1 {
		parts = strings.Split(typed, ",")
	}
	if len(parts) != len(v.Node.Items) {
		return false
	}
	for i, n := range v.Node.Items {
		if len(n.Items) > 0 || n.Value != parts[i] && n.Value != strings.TrimSpace(parts[i]) {
			return false
		}
	}
	return true
}

func matches(keys []FoundKey) (list []query.KeyMatch) {
	for _, k := range keys {
		list = append(list, k.Match)
	}
	return list
}

// rangesOfKey is how a question about a key is written down: not the text, which may be payload.
func rangesOfKey(what string, name KeyName) []string {
	ranges := []string{what}
	if name.Of != "" {
		ranges = append(ranges, "key of "+name.Of)
	}
	if name.Operator != "" {
		ranges = append(ranges, "operator "+name.Operator)
	}
	return ranges
}

func filterOfKey(name KeyName) string {
	if name.Of != "" {
		return ""
	}
	return "key == string"
}
