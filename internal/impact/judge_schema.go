package impact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// proposed is what a proposal makes of the records of a stream.
type proposed struct {
	schema language.Schema   // nil: the stream has none, or only fields are taken away
	lang   language.Language // of schema
	form   *browse.Form      // records as they would be written; nil: as they are
	drop   []string          // paths that are not written any more
}

// schema judges another schema.
func (w *work) schema() error {
	if err := w.stream(); err != nil {
		return err
	}
	kind := w.p.Language
	if kind == "" {
		kind = LanguageOf(w.p.Schema)
	}
	s, l, err := w.parse(kind, w.p.Schema, w.p.References)
	if err != nil {
		return err
	}
	w.language = kind
	rules := w.rules()
	latest, err := w.latest()
	if err != nil {
		return err
	}
	switch {
	case latest == nil:
		w.note("subject %s has no version yet: nothing changes for readers of schemas", w.subject())
		w.out.Changes = append(w.out.Changes, Change{Kind: "schema-added", Text: "the stream gets a schema", everywhere: true})
	case latest.Language != kind:
		w.out.Changes = append(w.out.Changes, Change{Kind: "language", From: string(latest.Language), To: string(kind), Text: fmt.Sprintf("the language: %s → %s", latest.Language, kind), everywhere: true})
	default:
		before, _, err := w.parse(latest.Language, latest.Text, latest.References)
		if err != nil {
			return fmt.Errorf("reading version %d of %s: %w", latest.Version, latest.Subject, err)
		}
		if before.Canonical() != s.Canonical() {
			w.out.Changes = append(w.out.Changes, fieldChanges(before.Fields(), s.Fields())...)
			differences, err := l.Compare(before, s, rules)
			if err != nil {
				w.note("how the schemas differ could not be decided: %v", err)
			}
			w.out.Changes = withDifferences(w.out.Changes, differences)
			if len(w.out.Changes) == 0 {
				w.note("the schema differs in words that no reader sees")
			}
		}
	}
	w.askRegistry()
	form, _ := formOf(kind, w.p.Schema, w.p.References, s.Fields())
	return w.judge(&proposed{schema: s, lang: l, form: form, drop: removed(w.out.Changes)})
}

// latest is the newest version of the subject; nil where there is none, or nobody to ask.
func (w *work) latest() (*Registered, error) {
	if w.Registry == nil {
		w.note("there is no schema registry to ask")
		return nil, nil
	}
	return w.Registry.Latest(w.ctx, w.subject())
}

// askRegistry says what registering the schema would come to.
func (w *work) askRegistry() {
	if w.Registry == nil {
		return
	}
	level, ok, messages, err := w.Registry.Compatible(w.ctx, w.subject(), &w.p)
	if err != nil {
		w.note("the registry could not decide: %v", err)
		return
	}
	v := &RegistryVerdict{Subject: w.subject(), Level: level, Compatible: ok, Messages: messages}
	if r, err := w.Registry.Latest(w.ctx, w.subject()); err == nil && r != nil {
		v.Version = r.Version
	}
	w.out.Registry = v
}

func removed(changes []Change) (paths []string) {
	for _, c := range changes {
		if c.Kind == "field-removed" {
			paths = append(paths, c.Path)
		}
	}
	return paths
}

// drop judges a field that is to go.
func (w *work) drop() error {
	if err := w.stream(); err != nil {
		return err
	}
	w.rules()
	latest, err := w.latest()
	if err != nil {
		return err
	}
	c := Change{Kind: "field-removed", Path: w.p.Drop, Text: w.p.Drop + " is removed"}
	is := &proposed{drop: []string{w.p.Drop}}
	if latest != nil {
		w.language = latest.Language
		before, _, err := w.parse(latest.Language, latest.Text, latest.References)
		if err != nil {
			return fmt.Errorf("reading version %d of %s: %w", latest.Version, latest.Subject, err)
		}
		fields := before.Fields()
		i := slices.IndexFunc(fields, func(f language.Field) bool { return f.Path == w.p.Drop })
		if i < 0 {
			w.note("the latest schema has no field %s", w.p.Drop)
		} else {
			c.From, c.Text = fields[i].Type, c.Text+" ("+fields[i].Type+")"
		}
		is.form, _ = formOf(latest.Language, latest.Text, latest.References, fields)
	}
	w.out.Changes = append(w.out.Changes, c)
	return w.judge(is)
}

// judge gives each reader of the stream its verdict, and those behind them.
func (w *work) judge(is *proposed) error {
	if len(w.out.Changes) == 0 {
		w.note("nothing changes for readers, so that none is judged")
		return nil
	}
	w.progress("catalog", 0, 1)
	users, err := w.users()
	if err != nil {
		return err
	}
	readers := slices.DeleteFunc(slices.Clone(users), func(u User) bool { return !u.Reads || w.gone(&u) })
	forms := make([]*compared, len(readers))
	q := browse.ConvertQuery{Topic: w.out.Stream.Topic, Last: cmp.Or(w.p.Sample, 1000)}
	q.Progress = func(n int) {
		if n%50 == 0 {
			w.progress("records", n, q.Last)
		}
	}
	for i := range readers {
		forms[i] = w.compare(&readers[i], is)
		if forms[i].form != nil {
			q.Conversions = append(q.Conversions, browse.Conversion{Reader: readers[i].ID, Written: is.form, Drop: is.drop, Read: forms[i].form, By: forms[i].by})
		}
	}
	if is.schema != nil && is.schema.Kind() == language.JSONSchema {
		q.Conversions = append(q.Conversions, browse.Conversion{Reader: "", Read: is.form, By: browse.ReadSchema})
	}
	for _, c := range w.out.Changes {
		if c.Path != "" && c.Kind != "field-added" && !slices.Contains(q.Fields, c.Path) && len(q.Fields) < 50 {
			q.Fields = append(q.Fields, c.Path)
		}
	}
	converted, err := w.convert(&q)
	if err != nil {
		return err
	}
	for i := range readers {
		s := w.verdict(&readers[i], forms[i], converted[readers[i].ID])
		if err := w.again(&readers[i], is, &s); err != nil {
			return err
		}
		w.out.Systems = append(w.out.Systems, s)
	}
	return w.downstream(readers, forms, users)
}

// convert converts the newest records of the stream; by reader. Where it cannot be done the report says so.
func (w *work) convert(q *browse.ConvertQuery) (map[string]*Records, error) {
	w.out.Data = &Data{}
	if w.Records == nil {
		w.out.Data.Note = "the stream is not looked into here"
		return nil, nil
	}
	got, err := w.Records.ConvertTopic(w.ctx, w.who, w.out.Stream.Cluster, *q)
	if err != nil {
		if w.ctx.Err() != nil || !unavailable(err) {
			return nil, err
		}
		w.out.Data.Note = "no records were looked at: " + err.Error()
		return nil, nil
	}
	d := w.out.Data
	d.Records, d.Keyed, d.Largest = got.Records, got.Keyed, got.Largest
	if got.Records < q.Last {
		d.Note = fmt.Sprintf("the topic gave %d of %d records", got.Records, q.Last)
	}
	for _, f := range got.Fields {
		d.Fields = append(d.Fields, fieldData(&f, got.Records))
	}
	out := map[string]*Records{}
	for i := range got.Of {
		r := recordsOf(&got.Of[i], got.Records)
		if got.Of[i].Reader == "" {
			d.Valid = r
			continue
		}
		out[got.Of[i].Reader] = r
	}
	return out, nil
}

// fewest records of which something is said in shares.
const fewest = 10

func fieldData(f *browse.FieldData, of int) FieldData {
	d := FieldData{Path: f.Path, Hidden: f.Hidden > 0, LastPartition: f.LastPartition, LastOffset: f.LastOffset}
	if of < fewest {
		d.Suppressed, d.LastOffset = true, -1
		return d
	}
	d.Present, d.NotNull = float64(f.Present)/float64(of), float64(f.NotNull)/float64(of)
	if f.LastOffset >= 0 {
		d.LastTime = time.UnixMilli(f.LastTime).UTC()
	}
	return d
}

func recordsOf(c *browse.ConvertedFor, of int) *Records {
	r := &Records{Of: of, Converted: c.Converted, Failed: c.Failed, NotSimulated: c.NotSimulated}
	for _, p := range c.First {
		r.First = append(r.First, Place{p.Partition, p.Offset, p.Path, p.Reason, p.OfValue})
	}
	for _, why := range c.Reasons {
		r.Reasons = append(r.Reasons, Reason{why.Path, why.Reason, why.Failed, why.Records})
	}
	return r
}

// compared is what the schemas alone say of a reader.
type compared struct {
	known    bool // the reader's schema is
	decided  bool // the schemas could be compared
	breaking []language.Difference
	form     *browse.Form
	by       browse.Reading
	evidence []Evidence
}

// compare holds the proposal as the writer's schema against what a reader reads by.
func (w *work) compare(u *User, is *proposed) *compared {
	c := &compared{}
	r := u.Reader
	if r == nil {
		return c
	}
	at, source := r.At, r.Source
	say := func(format string, args ...any) {
		c.evidence = append(c.evidence, Evidence{"compatibility", source, at, fmt.Sprintf(format, args...)})
	}
	c.known = true
	if r.Language == "" {
		c.form, c.by = formOf("", "", nil, r.Fields)
		return c
	}
	schema, lang, err := w.parse(r.Language, r.Text, r.References)
	if err != nil {
		c.known = false
		say("the schema that it reads by could not be read here")
		return c
	}
	c.form, c.by = formOf(r.Language, r.Text, r.References, schema.Fields())
	if !u.Fields.Known {
		// More than its schema has it cannot read.
		for _, f := range schema.Fields() {
			u.Fields.Paths = append(u.Fields.Paths, f.Path)
		}
		u.Fields.Known, u.Fields.Source, u.Fields.At = true, "the schema that it reads by: "+source, at
	}
	switch {
	case is.schema == nil: // a field less: its reader breaks where it has it without a default
		c.decided = true
		for _, f := range schema.Fields() {
			if slices.Contains(is.drop, f.Path) && f.Default == "" && !(f.Optional && r.Language != language.Avro) && r.Language != language.Protobuf {
				c.breaking = append(c.breaking, language.Difference{Kind: "READER_FIELD_MISSING_DEFAULT_VALUE", Field: f.Path, Breaking: true, Message: f.Path + " is not written any more, and the reader has no default for it"})
			}
		}
	case schema.Kind() != is.schema.Kind():
		c.decided = true
		c.breaking = []language.Difference{{Kind: "LANGUAGE", Breaking: true, Message: fmt.Sprintf("it reads %s, and %s would be written", schema.Kind(), is.schema.Kind())}}
	default:
		all, err := lang.Compare(schema, is.schema, w.rules())
		if err != nil {
			say("whether it can be read is undecided: %v", err)
			return c
		}
		c.decided = true
		for _, d := range all {
			if d.Breaking {
				c.breaking = append(c.breaking, d)
			}
		}
	}
	profile := w.out.Profile
	if len(c.breaking) == 0 {
		say("%s: what would be written can be read", profile)
		return c
	}
	for i, d := range c.breaking {
		if i == 5 {
			say("%s: %d more", profile, len(c.breaking)-i)
			break
		}
		say("%s: %s: %s", profile, d.Kind, d.Message)
	}
	return c
}

// verdict decides about a reader.
func (w *work) verdict(u *User, c *compared, r *Records) System {
	s := System{
		ID: u.ID, Name: u.Name, Kind: u.Kind, Role: "consumer", Owners: u.Owners, Fields: u.Fields, Seen: u.Seen, Link: u.Link, Records: r,
		Changes: touching(w.out.Changes, &u.Fields),
	}
	s.Evidence = append(evident(u), c.evidence...)
	if r != nil {
		s.Evidence = append(s.Evidence, Evidence{"records", w.out.Stream.String(), w.Now(), recordWords(r)})
	}
	touched := slices.ContainsFunc(s.Changes, func(i int) bool { return !w.out.Changes[i].harmless || w.out.Changes[i].everywhere })
	switch {
	case w.stale(u):
		s.Verdict, s.Why = Unknown, w.staleWords(u)
	case c.known && len(c.breaking) > 0:
		s.Verdict, s.Why = Broken, c.breaking[0].Message
		if r != nil && r.Failed > 0 {
			s.Why = fmt.Sprintf("%s; %d of the last %d records could not be read", s.Why, r.Failed, r.Of)
		}
	case c.known && r != nil && r.Failed > 0:
		s.Verdict, s.Why = Broken, fmt.Sprintf("%d of the last %d records could not be read: %s", r.Failed, r.Of, firstReason(r, true))
	case !u.Fields.Known:
		s.Verdict, s.Why = Unknown, "which fields it reads is not known"
	case touched && c.decided:
		s.Verdict, s.Why = Maybe, "it reads "+w.touchedPaths(&s)+", which changes; it can be decoded all the same"
	case touched && c.known:
		s.Verdict, s.Why = Maybe, "it reads "+w.touchedPaths(&s)+", which changes; nothing shows that it breaks"
	case touched:
		s.Verdict, s.Why = Maybe, "it reads "+w.touchedPaths(&s)+", which changes; the schema that it reads by is not known"
	case !c.decided && !w.selfDescribing(r):
		s.Verdict, s.Why = Maybe, "it reads nothing that changes, and whether it can decode the records could not be tried: the schema that it reads by is not known"
	default:
		s.Verdict, s.Why = Safe, "it reads nothing that changes"
		if r != nil && r.Converted > 0 {
			s.Why += fmt.Sprintf("; %d of the last %d records were read as proposed", r.Converted, r.Of)
		}
	}
	return s
}

// selfDescribing tells whether a reader finds what it reads by name, so that other fields do not matter to it: one of JSON does. One whose type is
// known was tried on records.
func (w *work) selfDescribing(r *Records) bool {
	return (w.language == "" || w.language == language.JSONSchema) && (r == nil || r.Failed == 0)
}

func (w *work) touchedPaths(s *System) string {
	var paths []string
	for _, i := range s.Changes {
		c := &w.out.Changes[i]
		p := c.Path
		if p == "" {
			p = c.Text
		}
		if !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return "the stream"
	}
	return listed(paths)
}

func firstReason(r *Records, failed bool) string {
	for _, why := range r.Reasons {
		if why.Failed == failed {
			return strings.TrimPrefix(why.Path+": "+why.Reason, ": ")
		}
	}
	return ""
}

func recordWords(r *Records) string {
	if r.Of == 0 {
		return "there are no records to try"
	}
	text := fmt.Sprintf("of the last %d records %d were read, %d failed, %d were not simulated", r.Of, r.Converted, r.Failed, r.NotSimulated)
	if len(r.First) > 0 {
		p := r.First[0]
		text += fmt.Sprintf("; the first that failed is %d@%d: %s", p.Partition, p.Offset, strings.TrimPrefix(p.Path+": "+p.Reason, ": "))
	} else if why := firstReason(r, false); why != "" {
		text += "; not simulated: " + why
	}
	return text
}
