package registry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/registrytest"
	"github.com/sightglass/sightglass/internal/tables"
)

// openAt opens a registry on a database of its own; SIGHTGLASS_TEST_POSTGRES names an empty PostgreSQL instead, whose tables are taken away first.
func openAt(t *testing.T, place string, change func(*registry.Options)) (*registry.Registry, *tables.DB) {
	t.Helper()
	db, err := tables.Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	o := registry.Options{DB: db, Languages: registrytest.Languages()}
	if change != nil {
		change(&o)
	}
	r, err := registry.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r, db
}

func open(t *testing.T) *registry.Registry {
	t.Helper()
	place := filepath.Join(t.TempDir(), "g.sqlite")
	if url := os.Getenv("SIGHTGLASS_TEST_POSTGRES"); url != "" {
		place = url
		empty(t, url)
	}
	r, _ := openAt(t, place, nil)
	return r
}

func empty(t *testing.T, url string) {
	t.Helper()
	db, err := tables.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range []string{"schema", "subject_version", "reference", "setting", "counter", "version"} {
		if _, err := db.Exec(t.Context(), "DROP TABLE IF EXISTS registry_"+table); err != nil {
			t.Fatal(err)
		}
	}
}

func sub(s string) registry.Subject { return registry.ParseSubject(s, "") }

func register(t *testing.T, r *registry.Registry, subject, schema string) *registry.Version {
	t.Helper()
	v, err := r.Register(t.Context(), sub(subject), registry.Request{Schema: schema})
	if err != nil {
		t.Fatalf("registering %q as %s: %v", schema, subject, err)
	}
	return v
}

// wants checks the code of a refusal.
func wants(t *testing.T, what string, err error, code registry.Code) {
	t.Helper()
	if !errors.Is(err, &registry.Error{Code: code}) {
		t.Errorf("%s: want code %d, got %v", what, code, err)
	}
}

func TestOneSchemaHasOneIDInItsContext(t *testing.T) {
	r := open(t)
	a := register(t, r, "orders-value", "a:int b:text")
	if a.ID != 1 || a.Version != 1 {
		t.Errorf("want id 1, version 1, got %d, %d", a.ID, a.Version)
	}
	if again := register(t, r, "orders-value", "  a:int\n b:text "); again.ID != a.ID || again.Version != a.Version {
		t.Errorf("white space makes another schema: %d, %d", again.ID, again.Version)
	}
	if other := register(t, r, "refunds-value", "a:int b:text"); other.ID != a.ID || other.Version != 1 {
		t.Errorf("another subject: want id %d, version 1, got %d, %d", a.ID, other.ID, other.Version)
	}
	if next := register(t, r, "orders-value", "a:int b:text c:int=0"); next.ID != 2 || next.Version != 2 {
		t.Errorf("want id 2, version 2, got %d, %d", next.ID, next.Version)
	}
	if apart := register(t, r, ":.eu:orders-value", "a:int b:text"); apart.ID != 1 || apart.Version != 1 || apart.Subject.String() != ":.eu:orders-value" {
		t.Errorf("another context counts for itself: got %d, %d, %s", apart.ID, apart.Version, apart.Subject)
	}
	if a.GUID == "" || a.Time.IsZero() {
		t.Errorf("no GUID or no time: %+v", a)
	}
}

// Confluent's clients compute them of what they are given: MD5 of text, references, 1 and metadata, 1 and rules. These are worked out apart from
// this program.
func TestGUIDsAreConfluents(t *testing.T) {
	r := open(t)
	if v := register(t, r, "base", "n:int"); v.GUID != "e7f4d1de-1f4a-b865-d56e-9a291103fbb9" {
		t.Errorf("of a text alone: %s", v.GUID)
	}
	v, err := r.Register(t.Context(), sub("s"), registry.Request{
		Schema: "a:int @base", References: []registry.Reference{{Name: "base", Subject: "base", Version: 1}},
		Metadata: &registry.Metadata{Tags: map[string][]string{"a": {"PII"}}, Properties: map[string]string{"owner": "ann"}, Sensitive: []string{"owner"}},
		RuleSet:  &registry.RuleSet{Domain: []registry.Rule{{Name: "positive", Type: "CEL", Kind: "CONDITION", Mode: "WRITE", Expr: "message.a > 0"}}},
	})
	if err != nil || v.GUID != "765eba82-5d40-d4de-4e46-37de74a7ff8e" {
		t.Errorf("of all there is: %s, %v", v.GUID, err)
	}
	if list, err := r.ByGUID(t.Context(), strings.ToUpper(v.GUID)); err != nil || len(list) != 1 || list[0].ID != v.ID {
		t.Errorf("by the GUID: %v, %v", list, err)
	}
}

func TestCompatibilityLevels(t *testing.T) {
	for _, c := range []struct {
		level, fresh string
		fits         bool
	}{
		{"NONE", "z:int", true},
		{"BACKWARD", "a:int c:int=0", true}, {"BACKWARD", "a:int c:int", false}, {"BACKWARD", "a:int b:int=1", true},
		{"backward_transitive", "a:int b:int=1", false}, {"BACKWARD_TRANSITIVE", "a:int", true},
		{"FORWARD", "a:int c:int", true}, {"FORWARD", "c:int", false},
		{"FORWARD_TRANSITIVE", "a:int x:int", false}, {"FORWARD_TRANSITIVE", "a:int b:text", true},
		{"FULL", "a:int c:int=0", true}, {"FULL", "c:int=0", false}, {"FULL", "a:int c:int", false},
		{"FULL_TRANSITIVE", "a:int b:text=x", true}, {"FULL_TRANSITIVE", "a:int x:int=0", false},
	} {
		r := open(t)
		register(t, r, "s", "a:int b:text")
		if _, err := r.SetConfig(t.Context(), sub("s"), []byte(`{"compatibility":"NONE"}`)); err != nil {
			t.Fatal(err)
		}
		register(t, r, "s", "a:int")
		if _, err := r.SetConfig(t.Context(), sub("s"), []byte(`{"compatibility":"`+c.level+`"}`)); err != nil {
			t.Fatal(err)
		}
		messages, err := r.Compatible(t.Context(), sub("s"), "", registry.Request{Schema: c.fresh})
		if err != nil || (len(messages) == 0) != c.fits {
			t.Errorf("%s, %q: want %t, got %q, %v", c.level, c.fresh, c.fits, messages, err)
		}
		if !c.fits && !strings.Contains(strings.Join(messages, " "), string(language.Confluent83)) {
			t.Errorf("%s: the verdict names no profile: %q", c.level, messages)
		}
		_, err = r.Register(t.Context(), sub("s"), registry.Request{Schema: c.fresh})
		if c.fits && err != nil {
			t.Errorf("%s: registering %q: %v", c.level, c.fresh, err)
		} else if !c.fits {
			wants(t, c.level+" "+c.fresh, err, registry.CodeIncompatible)
		}
	}
}

func TestAnotherLanguageIsIncompatible(t *testing.T) {
	r := open(t)
	register(t, r, "s", "a:int")
	_, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int", Kind: language.JSONSchema})
	wants(t, "JSON after Avro", err, registry.CodeIncompatible)
}

func TestGroupsAreComparedWithinThemselves(t *testing.T) {
	r := open(t)
	if _, err := r.SetConfig(t.Context(), sub("s"), []byte(`{"compatibilityGroup":"major"}`)); err != nil {
		t.Fatal(err)
	}
	of := func(major string) *registry.Metadata {
		return &registry.Metadata{Properties: map[string]string{"major": major}}
	}
	for _, q := range []registry.Request{{Schema: "a:int", Metadata: of("1")}, {Schema: "z:text", Metadata: of("2")}, {Schema: "a:int c:int=0", Metadata: of("1")}} {
		if _, err := r.Register(t.Context(), sub("s"), q); err != nil {
			t.Errorf("%q of %v: %v", q.Schema, q.Metadata.Properties, err)
		}
	}
	_, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int", Metadata: of("2")})
	wants(t, "another one of group 2", err, registry.CodeIncompatible)
}

func TestVersionsAndIDsThatAreGiven(t *testing.T) {
	r := open(t)
	register(t, r, "s", "a:int")
	_, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int b:int=0", Version: 3})
	wants(t, "a version that leaves one out", err, registry.CodeSchema)
	if v, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int b:int=0", Version: 2}); err != nil || v.Version != 2 {
		t.Errorf("the next version: %v", err)
	}
	_, err = r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int c:int=0", ID: 77})
	wants(t, "an id outside of IMPORT", err, registry.CodeNotPermitted)
	_, err = r.SetMode(t.Context(), sub("s"), registry.Import, false)
	wants(t, "IMPORT of a subject with versions", err, registry.CodeNotPermitted)
	if _, err := r.SetMode(t.Context(), sub("i"), "import", false); err != nil {
		t.Fatal(err)
	}
	v, err := r.Register(t.Context(), sub("i"), registry.Request{Schema: "x:int", ID: 77, Version: 5})
	if err != nil || v.ID != 77 || v.Version != 5 {
		t.Fatalf("want id 77, version 5, got %+v, %v", v, err)
	}
	_, err = r.Register(t.Context(), sub("i"), registry.Request{Schema: "y:int", ID: 77, Version: 6})
	wants(t, "another schema for an id", err, registry.CodeNotPermitted)
	_, err = r.Register(t.Context(), sub("i"), registry.Request{Schema: "x:int", ID: 78, Version: 5})
	wants(t, "another id for a schema", err, registry.CodeIDMismatch)
	_, err = r.Register(t.Context(), sub("i"), registry.Request{Schema: "y:int", Version: 6})
	wants(t, "no id in IMPORT", err, registry.CodeNotPermitted)
	if _, err := r.SetMode(t.Context(), sub("i"), registry.ReadWrite, false); err != nil {
		t.Fatal(err)
	}
	if v := register(t, r, "other", "n:int"); v.ID != 78 {
		t.Errorf("ids go on behind an import's: want 78, got %d", v.ID)
	}
}

func TestModes(t *testing.T) {
	r := open(t)
	register(t, r, "s", "a:int")
	for _, mode := range []string{registry.ReadOnly, registry.ReadOnlyOverride, registry.Forward} {
		if _, err := r.SetMode(t.Context(), sub("s"), mode, false); err != nil {
			t.Fatal(err)
		}
		_, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int b:int=0"})
		wants(t, "registering in "+mode, err, registry.CodeNotPermitted)
		_, err = r.DeleteSubject(t.Context(), sub("s"), false)
		wants(t, "deleting in "+mode, err, registry.CodeNotPermitted)
	}
	if _, err := r.SetMode(t.Context(), sub(""), registry.ReadOnly, false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SetMode(t.Context(), sub("s"), registry.ReadWrite, false); err != nil {
		t.Fatal(err)
	}
	register(t, r, "s", "a:int b:int=0") // the nearest counts
	if _, err := r.SetMode(t.Context(), sub(""), registry.ReadOnlyOverride, false); err != nil {
		t.Fatal(err)
	}
	_, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int"})
	wants(t, "READONLY_OVERRIDE of everything", err, registry.CodeNotPermitted)
	_, err = r.Mode(t.Context(), sub("other"), false)
	wants(t, "the mode of a subject without one", err, registry.CodeNoSubjectMode)
	_, err = r.SetMode(t.Context(), sub(""), "SOMETIMES", false)
	wants(t, "no mode", err, registry.CodeMode)
}

func TestDeletes(t *testing.T) {
	r := open(t)
	a := register(t, r, "s", "a:int")
	b := register(t, r, "s", "a:int b:int=0")
	ctx := t.Context()
	_, err := r.DeleteVersion(ctx, sub("s"), "1", true)
	wants(t, "for good before softly", err, registry.CodeVersionNotDeleted)
	if n, err := r.DeleteVersion(ctx, sub("s"), "1", false); err != nil || n != 1 {
		t.Fatalf("deleting softly: %d, %v", n, err)
	}
	_, err = r.DeleteVersion(ctx, sub("s"), "1", false)
	wants(t, "softly again", err, registry.CodeVersionSoftDeleted)
	if s, err := r.ByID(ctx, a.ID, "", ""); err != nil || s.Text != "a:int" {
		t.Errorf("a softly deleted id is not readable: %v", err)
	}
	_, err = r.Version(ctx, sub("s"), "1", false)
	wants(t, "a deleted version", err, registry.CodeVersionMissing)
	if v, err := r.Version(ctx, sub("s"), "1", true); err != nil || !v.Deleted {
		t.Errorf("with deleted: %v", err)
	}
	if again := register(t, r, "s", "a:int b:int=0 c:int=0"); again.Version != 3 {
		t.Errorf("numbers are not given twice: got %d", again.Version)
	}
	if back := register(t, r, "s", "a:int"); back.Version != 4 || back.ID != a.ID {
		t.Errorf("a deleted schema comes again: want version 4, id %d, got %d, %d", a.ID, back.Version, back.ID)
	}
	if list, err := r.DeleteSubject(ctx, sub("s"), false); err != nil || !slices.Equal(list, []int{2, 3, 4}) {
		t.Errorf("deleting the subject: %v, %v", list, err)
	}
	_, err = r.DeleteSubject(ctx, sub("s"), false)
	wants(t, "the subject again", err, registry.CodeSubjectSoftDeleted)
	if list, err := r.DeleteSubject(ctx, sub("s"), true); err != nil || !slices.Equal(list, []int{1, 2, 3, 4}) {
		t.Errorf("for good: %v, %v", list, err)
	}
	_, err = r.ByID(ctx, b.ID, "", "")
	wants(t, "an id that is gone", err, registry.CodeSchemaMissing)
	_, err = r.DeleteSubject(ctx, sub("s"), true)
	wants(t, "a subject that is gone", err, registry.CodeSubjectMissing)
	if v := register(t, r, "s", "a:int"); v.Version != 1 || v.ID != 4 {
		t.Errorf("after all is gone: want version 1 and id 4, got %d, %d", v.Version, v.ID)
	}
}

func TestWhatIsReferredToStays(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	register(t, r, "base", "n:int")
	q := registry.Request{Schema: "a:int @base", References: []registry.Reference{{Name: "base", Subject: "base", Version: -1}}}
	v, err := r.Register(ctx, sub("s"), q)
	if err != nil || v.References[0].Version != 1 {
		t.Fatalf("latest is not what it was: %+v, %v", v, err)
	}
	_, err = r.Register(ctx, sub("s"), registry.Request{Schema: "a:int @base", References: []registry.Reference{{Name: "base", Subject: "base", Version: 9}}})
	wants(t, "a reference to nothing", err, registry.CodeSchema)
	_, err = r.DeleteVersion(ctx, sub("base"), "latest", false)
	wants(t, "deleting what is referred to", err, registry.CodeReferenced)
	base, err := r.Version(ctx, sub("base"), "latest", false)
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := r.ReferencedBy(ctx, base); err != nil || !slices.Equal(ids, []int{v.ID}) {
		t.Errorf("want %d, got %v, %v", v.ID, ids, err)
	}
	if found, err := r.Lookup(ctx, sub("s"), registry.Request{Schema: "n:int a:int"}, false); err != nil || found.ID != v.ID {
		t.Errorf("the schema as a whole: %v", err)
	}
	if _, err := r.DeleteSubject(ctx, sub("s"), false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DeleteSubject(ctx, sub("base"), false); err != nil {
		t.Errorf("nothing live refers to it: %v", err)
	}
	_, err = r.DeleteSubject(ctx, sub("base"), true)
	wants(t, "for good while records may need it", err, registry.CodeReferenced)
}

func TestMetadataAndRules(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	if _, err := r.SetConfig(ctx, sub("s"), []byte(`{"defaultMetadata":{"properties":{"owner":"nobody","tier":"3"}},"overrideMetadata":{"properties":{"tier":"1"}}}`)); err != nil {
		t.Fatal(err)
	}
	rules := &registry.RuleSet{Domain: []registry.Rule{{Name: "positive", Type: "CEL", Kind: "CONDITION", Mode: "WRITE", Expr: "message.a > 0"}}}
	v, err := r.Register(ctx, sub("s"), registry.Request{Schema: "a:int", Metadata: &registry.Metadata{Properties: map[string]string{"owner": "ann", "tier": "2"}}, RuleSet: rules})
	if err != nil || v.Metadata.Properties["owner"] != "ann" || v.Metadata.Properties["tier"] != "1" || len(v.RuleSet.Domain) != 1 {
		t.Fatalf("got %+v, %v", v, err)
	}
	next := register(t, r, "s", "a:int b:int=0")
	if next.Metadata == nil || next.Metadata.Properties["owner"] != "ann" || next.RuleSet == nil {
		t.Errorf("the next version has lost metadata or rules: %+v", next)
	}
	if other, err := r.Register(ctx, sub("s"), registry.Request{Metadata: &registry.Metadata{Properties: map[string]string{"owner": "bob"}}}); err != nil || other.Text != next.Text || other.ID == next.ID {
		t.Errorf("other metadata for the same text: %+v, %v", other, err)
	}
	if found, err := r.WithMetadata(ctx, sub("s"), map[string]string{"owner": "ann"}, false); err != nil || found.Version != next.Version {
		t.Errorf("want version %d, got %v", next.Version, err)
	}
	for _, bad := range []registry.RuleSet{
		{Domain: []registry.Rule{{Name: "a", Type: "CEL"}, {Name: "a", Type: "CEL"}}}, {Domain: []registry.Rule{{Name: "a", Type: "CEL", Mode: "UPGRADE"}}},
		{Migration: []registry.Rule{{Name: "a", Type: "CEL", Mode: "WRITE"}}}, {Domain: []registry.Rule{{Name: "9", Type: "CEL"}}}, {Domain: []registry.Rule{{Name: "a"}}},
	} {
		_, err := r.Register(ctx, sub("t"), registry.Request{Schema: "a:int", RuleSet: &bad})
		wants(t, fmt.Sprintf("%+v", bad), err, registry.CodeRuleSet)
	}
}

func TestBadInputIsRefused(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	_, err := r.Register(ctx, sub("s"), registry.Request{Schema: "a"})
	wants(t, "no schema", err, registry.CodeSchema)
	if !strings.Contains(err.Error(), "line 1, column 1") {
		t.Errorf("no position: %v", err)
	}
	_, err = r.Register(ctx, sub("s"), registry.Request{Schema: strings.Repeat("a:int ", 200_000)})
	wants(t, "more than 1 MiB", err, registry.CodeTooLarge)
	_, err = r.Register(ctx, sub("a\x00b"), registry.Request{Schema: "a:int"})
	wants(t, "a control character", err, registry.CodeSubject)
	_, err = r.Register(ctx, sub("s"), registry.Request{Schema: "a:int", Kind: "XSD"})
	wants(t, "a language of nobody", err, registry.CodeSchema)
	_, err = r.SetConfig(ctx, sub("s"), []byte(`{"compatibility":"MOSTLY"}`))
	wants(t, "no level", err, registry.CodeLevel)
	if list, err := r.Subjects(ctx, registry.AllContexts, "", registry.WithDeleted); err != nil || len(list) != 0 {
		t.Errorf("something was stored: %v, %v", list, err)
	}
	_, err = r.Version(ctx, sub("s"), "0", false)
	wants(t, "version 0", err, registry.CodeVersion)
	_, err = r.Config(ctx, sub("s"), false)
	wants(t, "a config of nothing", err, registry.CodeNoSubjectLevel)
}

// Many register the same schema, and others, in two registries on one database: each schema has one id, and no id is that of two.
func TestConcurrentRegistrationsGiveOneID(t *testing.T) {
	place := filepath.Join(t.TempDir(), "g.sqlite")
	if url := os.Getenv("SIGHTGLASS_TEST_POSTGRES"); url != "" {
		place = url
		empty(t, url)
	}
	one, _ := openAt(t, place, nil)
	two, _ := openAt(t, place, nil)
	if _, err := one.SetConfig(t.Context(), sub(""), []byte(`{"compatibility":"NONE"}`)); err != nil {
		t.Fatal(err)
	}
	const writers, schemas = 8, 6
	var mu sync.Mutex
	ids := map[string]map[int]bool{}
	var all sync.WaitGroup
	for w := range writers {
		r := one
		if w%2 == 1 {
			r = two
		}
		all.Go(func() {
			for n := range schemas {
				text := fmt.Sprintf("f%d:int", n)
				v, err := r.Register(context.Background(), sub("s"), registry.Request{Schema: text})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if ids[text] == nil {
					ids[text] = map[int]bool{}
				}
				ids[text][v.ID] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	seen := map[int]string{}
	for text, of := range ids {
		if len(of) != 1 {
			t.Errorf("%s has the ids %v", text, of)
		}
		for id := range of {
			if other, ok := seen[id]; ok {
				t.Errorf("id %d is that of %s and %s", id, text, other)
			}
			seen[id] = text
		}
	}
	if list, err := one.Numbers(t.Context(), sub("s"), registry.WithDeleted); err != nil || len(list) != schemas {
		t.Errorf("want %d versions, got %v, %v", schemas, list, err)
	}
}

// A change and what is told of it are written together or not at all.
func TestWhatIsToldOfAChangeIsWrittenWithIt(t *testing.T) {
	refused := errors.New("the outbox is full")
	var told []registry.Change
	fail := false
	r, _ := openAt(t, filepath.Join(t.TempDir(), "g.sqlite"), func(o *registry.Options) {
		o.Changed = func(_ context.Context, _ *tables.Tx, c registry.Change) error {
			if fail {
				return refused
			}
			told = append(told, c)
			return nil
		}
	})
	register(t, r, "s", "a:int")
	fail = true
	if _, err := r.Register(t.Context(), sub("s"), registry.Request{Schema: "a:int b:int=0"}); !errors.Is(err, refused) {
		t.Errorf("want %v, got %v", refused, err)
	}
	if list, err := r.Numbers(t.Context(), sub("s"), registry.WithDeleted); err != nil || len(list) != 1 {
		t.Errorf("a version that nobody was told of: %v, %v", list, err)
	}
	if len(told) != 1 || told[0].Kind != registry.Registered || told[0].ID != 1 || told[0].Version != 1 {
		t.Errorf("told %+v", told)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
