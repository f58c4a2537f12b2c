package impact

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/language/protobuf"
)

// part is a field of a schema of any format: its kind is number (small), big (number of twice the bits, or with a fraction), or text.
type part struct {
	name, kind string
	number     int  // Protobuf's
	needed     bool // its reader cannot do without it: Avro has no default, JSON Schema requires it
}

// format writes schemas of a language, and knows by the language's own rules, not by ours, whether a reader breaks.
type format struct {
	language language.Language
	text     func(parts []part, reads bool) string
	// breaks tells whether a reader with this field, if it has it, cannot read what is written as the other, nil: nothing.
	breaks func(reader, written *part) bool
	blind  Verdict // of one whose fields are known, whose schema is not, and that uses nothing that changes
}

func formats() map[string]format {
	joined := func(parts []part, with string, one func(part) string) string {
		var out []string
		for _, p := range parts {
			out = append(out, one(p))
		}
		return strings.Join(out, with)
	}
	return map[string]format{
		"avro": {avro.New(), func(parts []part, _ bool) string {
			return `{"type":"record","name":"R","fields":[` + joined(parts, ",", func(p part) string {
				typ := map[string]string{"number": "int", "big": "long", "text": "string"}[p.kind]
				fallback := map[string]string{"number": "0", "big": "0", "text": `""`}[p.kind]
				if p.needed {
					return fmt.Sprintf(`{"name":%q,"type":%q}`, p.name, typ)
				}
				return fmt.Sprintf(`{"name":%q,"type":%q,"default":%s}`, p.name, typ, fallback)
			}) + "]}"
		}, func(r, w *part) bool {
			if w == nil {
				return r.needed
			}
			return r.kind != w.kind && (w.kind != "number" || r.kind != "big")
		}, Maybe},
		"protobuf": {protobuf.Language{}, func(parts []part, _ bool) string {
			return "syntax = \"proto3\";\nmessage R {\n" + joined(parts, "\n", func(p part) string {
				return fmt.Sprintf("  %s %s = %d;", map[string]string{"number": "int32", "big": "int64", "text": "string"}[p.kind], p.name, p.number)
			}) + "\n}\n"
		}, func(r, w *part) bool { return w != nil && (r.kind == "text") != (w.kind == "text") }, Maybe},
		"json schema": {jsonschema.Language{}, func(parts []part, reads bool) string {
			needed := slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return !p.needed && reads })
			more := `,"additionalProperties":false` // who writes; readers take what else is there
			if reads {
				more = ""
			}
			return `{"type":"object","properties":{` + joined(parts, ",", func(p part) string {
				return fmt.Sprintf(`%q:{"type":%q}`, p.name, map[string]string{"number": "integer", "big": "number", "text": "string"}[p.kind])
			}) + `},"required":[` + joined(needed, ",", func(p part) string { return fmt.Sprintf("%q", p.name) }) + "]" + more + "}"
		}, func(r, w *part) bool {
			if w == nil {
				return r.needed
			}
			return r.kind != w.kind && (w.kind != "number" || r.kind != "big")
		}, Safe},
	}
}

// An estate of each format whose readers and fields are known: all that break are named and nobody else, no system is at a stream that it does not read, and
// who is stale, or whose fields nobody has seen, is unknown.
func TestBrokenReadersOfEachFormatAreThoseThatBreak(t *testing.T) {
	for name, f := range formats() {
		t.Run(name, func(t *testing.T) {
			const seed = 125
			r := rand.New(rand.NewPCG(seed, 0))
			var hit, missed, wrong, judged, unknowns int
			for i := range 150 {
				p, topic := newPlanted(), fmt.Sprintf("topic-%d", i)
				s := Stream{"shop", topic}
				var parts []part
				for n := range 3 + r.IntN(6) {
					parts = append(parts, part{fmt.Sprintf("f%d", n), []string{"number", "big", "text"}[r.IntN(3)], n + 1, true})
				}
				at := r.IntN(len(parts))
				next := slices.Clone(parts)
				var written *part
				if r.IntN(2) == 0 {
					next = slices.Delete(next, at, at+1)
				} else {
					next[at].kind = map[string]string{"number": []string{"big", "text"}[r.IntN(2)], "big": "text", "text": "number"}[next[at].kind]
					written = &next[at]
				}
				p.latest[topic+"-value"] = &Registered{Subject: topic + "-value", Version: 1, Language: f.language.Kind(), Text: f.text(parts, false)}
				truth := map[string]Verdict{}
				for n := range 12 {
					name := fmt.Sprintf("r%d-%d", i, n)
					var own []part
					var paths []string
					var uses *part
					for _, x := range parts {
						if r.IntN(2) == 0 {
							x.needed = r.IntN(2) == 0
							if x.kind == "number" && r.IntN(4) == 0 {
								x.kind = "big" // it reads more than is written
							}
							own, paths = append(own, x), append(paths, x.name)
							if x.name == parts[at].name {
								uses = &x
							}
						}
					}
					if len(own) == 0 {
						x := parts[(at+1)%len(parts)]
						own, paths = []part{x}, []string{x.name}
					}
					known := func(seen time.Duration) User {
						u := reads(name, seen, true, paths...)
						u.Reader = &Reader{Language: f.language.Kind(), Text: f.text(own, true), Source: "recording " + name, At: noon}
						return u
					}
					seen := time.Duration(r.IntN(6)) * day
					switch n % 6 {
					case 0, 1: // its schema is known
						p.users[s] = append(p.users[s], known(seen))
						switch {
						case uses != nil && f.breaks(uses, written):
							truth[name] = Broken
						case uses != nil:
							truth[name] = Maybe
						default:
							truth[name] = Safe
						}
					case 2: // its fields alone are
						p.users[s] = append(p.users[s], reads(name, seen, true, paths...))
						truth[name] = f.blind
						if uses != nil {
							truth[name] = Maybe
						}
					case 3: // blind
						p.users[s] = append(p.users[s], reads(name, seen, false))
						truth[name] = Unknown
					case 4: // stale
						p.users[s] = append(p.users[s], known(8*day+seen))
						truth[name] = Unknown
					case 5: // forgotten
						p.users[s] = append(p.users[s], known(31*day+seen))
					}
				}
				p.users[Stream{"shop", "another"}] = []User{reads("elsewhere", 0, true, parts[at].name)}
				e := p.engine()
				e = New(Options{Estate: p, Registry: formatless{p}, Languages: []language.Language{f.language}, Records: p, Now: e.Now})
				rep, err := e.Report(t.Context(), ann, Proposal{Kind: OfSchema, Topic: topic, Language: f.language.Kind(), Schema: f.text(next, false)}, nil)
				if err != nil {
					t.Fatal(err)
				}
				got := verdicts(rep)
				for name, v := range got {
					judged++
					if truth[name] == "" {
						t.Errorf("topic %d: %s is no reader of it that is known", i, name)
					}
					if v == Broken && truth[name] != Broken {
						wrong++
						t.Errorf("topic %d: %s is broken, not %s: %+v, %s", i, name, truth[name], rep.Changes, f.text(next, false))
					}
				}
				for name, v := range truth {
					switch {
					case v == Broken && got[name] == Broken:
						hit++
					case v == Broken:
						missed++
					case got[name] != v:
						t.Errorf("topic %d: %s is %s, not %s", i, name, got[name], v)
					}
					if v == Unknown {
						unknowns++
					}
				}
				if t.Failed() {
					return // the first shows why
				}
			}
			t.Logf("seed %d: %d systems judged: of %d that break %d were named, %d wrongly; %d unknown", seed, judged, hit+missed, hit, wrong, unknowns)
			if hit < 20 || missed+wrong > 0 {
				t.Errorf("precision %.2f, recall %.2f of %d", float64(hit)/float64(max(hit+wrong, 1)), float64(hit)/float64(max(hit+missed, 1)), hit+missed)
			}
		})
	}
}

// formatless is a registry that decides nothing: planted's own knows one language.
type formatless struct{ *planted }

func (formatless) Compatible(_ context.Context, _ string, _ *Proposal) (string, bool, []string, error) {
	return "NONE", true, nil, nil
}
