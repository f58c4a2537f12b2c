package impact

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

var ann = access.Principal{ID: "local:ann", Name: "Ann"}

// planted is an estate of which everything is known.
type planted struct {
	users   map[Stream][]User
	outputs map[string][]Output // by stream and system
	latest  map[string]*Registered
	hidden  map[Stream]int
	records map[string]map[string]browse.ConvertedFor // by topic and reader
	topics  map[Stream]map[string]string
	behind  map[string]time.Duration
	asked   []browse.ConvertQuery
}

func newPlanted() *planted {
	return &planted{map[Stream][]User{}, map[string][]Output{}, map[string]*Registered{}, map[Stream]int{}, map[string]map[string]browse.ConvertedFor{}, map[Stream]map[string]string{}, map[string]time.Duration{}, nil}
}

func (p *planted) Users(_ context.Context, _ access.Principal, of Stream) ([]User, int, error) {
	return slices.Clone(p.users[of]), p.hidden[of], nil
}

func (p *planted) Outputs(_ context.Context, _ access.Principal, of Stream, system string) ([]Output, error) {
	return p.outputs[of.String()+" "+system], nil
}

func (p *planted) Cluster(context.Context, access.Principal, string) (string, error) {
	return "shop", nil
}

func (p *planted) OwnersOf(context.Context, access.Principal, Stream) ([]string, error) {
	return []string{"team:orders"}, nil
}

func (p *planted) Latest(_ context.Context, subject string) (*Registered, error) {
	return p.latest[subject], nil
}

func (p *planted) Compatible(_ context.Context, subject string, w *Proposal) (string, bool, []string, error) {
	latest := p.latest[subject]
	if latest == nil {
		return "BACKWARD", true, nil, nil
	}
	reader, err := plain{}.Parse(w.Schema, nil)
	if err != nil {
		return "", false, nil, err
	}
	writer, _ := plain{}.Parse(latest.Text, nil)
	all, _ := plain{}.Compare(reader, writer, language.Rules{})
	var messages []string
	for _, d := range all {
		if d.Breaking {
			messages = append(messages, d.Message)
		}
	}
	return "BACKWARD", len(messages) == 0, messages, nil
}

func (p *planted) Profile() language.Profile { return language.Confluent83 }

func (p *planted) ConvertTopic(_ context.Context, _ access.Principal, _ string, q browse.ConvertQuery) (browse.Converted, error) {
	p.asked = append(p.asked, q)
	out := browse.Converted{Records: 20, Keyed: 20, Largest: 512}
	for _, c := range q.Conversions {
		one, ok := p.records[q.Topic][c.Reader]
		if !ok {
			one = browse.ConvertedFor{Converted: 20}
		}
		one.Reader = c.Reader
		out.Of = append(out.Of, one)
	}
	for _, f := range q.Fields {
		out.Fields = append(out.Fields, browse.FieldData{Path: f, Present: 20, NotNull: 15, LastPartition: 1, LastOffset: 99, LastTime: noon.UnixMilli()})
	}
	return out, nil
}

func (p *planted) Topic(_ context.Context, _ access.Principal, of Stream) (map[string]string, error) {
	return p.topics[of], nil
}

func (p *planted) Behind(_ context.Context, _ access.Principal, _ Stream, group string) (time.Duration, bool, error) {
	d, ok := p.behind[group]
	return d, ok, nil
}

func (p *planted) engine() *Engine {
	return New(Options{Estate: p, Registry: p, Languages: []language.Language{plain{}}, Records: p, Topics: p, Now: func() time.Time { return noon }})
}

// plain is a schema language with the shape of Avro and the few rules that these tests need: a field without a default has to be written, types are
// equal or int is read as long.
type plain struct{}

type plainSchema struct {
	text   string
	fields []language.Field
}

func (plain) Kind() language.Kind { return language.Avro }

func (plain) Parse(text string, _ []language.Referenced) (language.Schema, error) {
	var v struct {
		Fields []struct {
			Name, Type string
			Default    json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return nil, &language.SyntaxError{Line: 1, Column: 1, Message: "no JSON"}
	}
	s := &plainSchema{text: text}
	for _, f := range v.Fields {
		s.fields = append(s.fields, language.Field{Path: f.Name, Type: f.Type, Default: string(f.Default)})
	}
	return s, nil
}

func (plain) Compare(reader, writer language.Schema, _ language.Rules) (out []language.Difference, _ error) {
	written := byPath(writer.Fields())
	for _, f := range reader.Fields() {
		w := written[f.Path]
		switch {
		case w == nil && f.Default == "":
			out = append(out, language.Difference{Kind: "READER_FIELD_MISSING_DEFAULT_VALUE", Field: f.Path, Breaking: true, Message: f.Path + " has no default"})
		case w != nil && w.Type != f.Type && (w.Type != "int" || f.Type != "long"):
			out = append(out, language.Difference{Kind: "TYPE_MISMATCH", Field: f.Path, Breaking: true, Message: fmt.Sprintf("%s: %s is written, %s is read", f.Path, w.Type, f.Type)})
		}
	}
	return out, nil
}

func (s *plainSchema) Kind() language.Kind      { return language.Avro }
func (s *plainSchema) Text() string             { return s.text }
func (s *plainSchema) Canonical() string        { return s.text }
func (s *plainSchema) Normal() string           { return s.text }
func (s *plainSchema) Fields() []language.Field { return s.fields }

// field is one of a schema that tests write.
type field struct {
	name, typ string
	fallback  bool // it has a default
}

func schemaText(fields ...field) string {
	text := `{"type":"record","name":"R","fields":[`
	for i, f := range fields {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(`{"name":%q,"type":%q`, f.name, f.typ)
		if f.fallback {
			text += `,"default":0`
		}
		text += "}"
	}
	return text + "]}"
}

// reads is a user that reads what it is said to.
func reads(name string, seen time.Duration, known bool, paths ...string) User {
	return User{
		ID: "group:" + name, Name: name, Kind: "group", Reads: true, Seen: noon.Add(-seen), Fields: FieldUse{Known: known, Paths: paths, Source: "recording " + name, At: noon},
		Evidence: []Evidence{{"edge", "cluster shop", noon.Add(-seen), "the group committed offsets"}},
	}
}

func by(u User, text string) User {
	u.Reader = &Reader{Language: language.Avro, Text: text, Source: "recording " + u.Name, At: noon}
	return u
}
