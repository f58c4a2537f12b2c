package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// checkFormats are those of reports.
var checkFormats = []string{"text", "json", "markdown", "junit", "sarif"}

// checkWish is what a check asks for, as flags have it.
type checkWish struct {
	schema, contract, config, drop string
	jars, references               []string
	kind, cluster, topic           string
	subject, job, report           string
	replay                         bool
	sample, maxUnknown, maxMaybe   int
	formats, outs                  []string
}

func (a *app) check() *cobra.Command {
	var w checkWish
	c := &cobra.Command{
		Use: "check --schema FILE --subject SUBJECT | --drop TOPIC#PATH | --contract FILE | --topic-config FILE --topic TOPIC | --jar FILE… --job JOB | --report ID " +
			"[--replay] [--max-unknown N] [--max-maybe N] [--sample N] [--format FORMAT --out FILE]…",
		Aliases: []string{"impact"},
		Short:   "Say who breaks before something is changed, with the records that prove it",
		Long: `Say who breaks before something is changed: another schema, a field that is to go, another text of a contract, other settings of a topic, or another
version of a job's program. Each reader gets a verdict with what it rests on: the schemas, the fields that it was seen to read, and its newest records,
tried as it would read them.

broken: it cannot read what would be written. maybe: what changes reaches what it uses, and nothing shows that it breaks. unknown: what it reads is not
known, or it was not seen for a while. safe: it uses nothing that changes, and was tried.

A report is text unless --format says otherwise. --format and --out may be repeated: the first --out is for the first --format, and so on; one format
may go without a file, to the output. sightglass impact is the same command.

--jar FILE --job JOB runs what is recorded of the job again with the new program, beside an unchanged run, and compares (docs/guides/check.md). --report ID shows one
that was made before: once the change is released, with the violations and the errors of reading that came in the seven days behind, beside what was predicted.

Exit 0: nobody breaks. 1: somebody does. 2: more are unknown or maybe than allowed, or there is no report.`,
		Example: `  sightglass check --schema order.avsc --subject orders-value
  sightglass check --drop orders#customer.email --max-unknown 2
  sightglass check --contract orders.odcs.yaml --format markdown --out report.md --format junit --out report.xml --format sarif --out report.sarif`,
		Args: exactly(0, ""),
	}
	f := c.Flags()
	f.StringVar(&w.schema, "schema", "", "file with another schema, - for the input")
	f.StringVar(&w.kind, "type", "", "AVRO, PROTOBUF or JSON; by the file's ending (.avsc, .proto, .json) or as it looks when it is not given")
	f.StringArrayVar(&w.references, "reference", nil, "NAME=FILE of a schema that the schema refers to; may be repeated")
	f.StringVar(&w.subject, "subject", "", "subject of the schema, as orders-value; TOPIC-value when it is not given")
	f.StringVar(&w.drop, "drop", "", "TOPIC#PATH of a field that is to go")
	f.StringVar(&w.contract, "contract", "", "file with another text of a contract (ODCS)")
	f.StringVar(&w.config, "topic-config", "", "file with other settings of the topic: NAME=VALUE a line, or YAML or JSON; partitions is one of them")
	f.StringArrayVar(&w.jars, "jar", nil, "jar of another version of the job's program; may be repeated")
	f.StringVar(&w.job, "job", "", "recorded job whose program --jar is")
	f.StringVar(&w.topic, "topic", "", "topic; that of the subject or contract when it is not given")
	f.StringVar(&w.cluster, "cluster", "", "cluster of the topic; the one that has it when it is not given")
	f.BoolVar(&w.replay, "replay", false, "of --schema and --drop: run recorded jobs again on their last records as they would be written")
	f.StringVar(&w.report, "report", "", "id of a report that was made before, with what came since the release")
	f.IntVar(&w.sample, "sample", 1000, "newest records that are tried")
	f.IntVar(&w.maxUnknown, "max-unknown", 0, "most that may be unknown")
	f.IntVar(&w.maxMaybe, "max-maybe", 0, "most that may be maybe")
	f.StringArrayVar(&w.formats, "format", nil, "text, json, markdown, junit or sarif; may be repeated")
	f.StringArrayVar(&w.outs, "out", nil, "file for the report; may be repeated, one for each format")
	c.RunE = func(c *cobra.Command, _ []string) error { return a.runCheck(c.Context(), &w) }
	return c
}

// formed are the formats with the file of each; empty: the output.
func (w *checkWish) formed(output string) ([]string, error) {
	if len(w.formats) == 0 {
		w.formats = []string{map[bool]string{true: "json", false: "text"}[output == "json" || output == "jsonl"]}
	}
	for _, f := range w.formats {
		if !slices.Contains(checkFormats, f) {
			return nil, usage("choose "+strings.Join(checkFormats, ", "), "unknown format %q", f)
		}
	}
	if len(w.outs) > len(w.formats) {
		return nil, usage("each --out is for one --format", "there are more --out than --format")
	}
	if len(w.formats)-len(w.outs) > 1 {
		return nil, usage("give --out for the others", "one format alone goes to the output")
	}
	if w.sample < 1 || w.sample > 10_000 || w.maxMaybe < 0 || w.maxUnknown < 0 {
		return nil, usage("", "--sample is from 1 to 10000, --max-unknown and --max-maybe are from 0 on")
	}
	return append(slices.Clone(w.outs), ""), nil
}

func (a *app) runCheck(ctx context.Context, w *checkWish) error {
	outs, err := w.formed(a.format)
	if err != nil {
		return err
	}
	run, cl, err := a.begunImpact(ctx, w)
	if err != nil {
		return err
	}
	if run, err = a.awaitImpact(ctx, cl, run); err != nil {
		return err
	}
	r := &run.Value
	if r.State != "done" {
		return &failure{code: exitUnknown, err: fmt.Errorf("there is no report: it is %s%s", r.State, prefixed(": ", clean(r.Error)))}
	}
	for i, f := range w.formats {
		text, err := cl.ImpactReport(ctx, r.ID, f, w.maxMaybe, w.maxUnknown)
		if err != nil {
			return err
		}
		if outs[i] == "" {
			_, err = io.WriteString(a.Out, text.Value.Text)
		} else {
			err = os.WriteFile(outs[i], []byte(text.Value.Text), 0o644)
		}
		if err != nil {
			return &failure{code: exitUsage, err: fmt.Errorf("writing the report: %w", err)}
		}
	}
	n := r.Counts
	if files := outs[:len(w.formats)]; !slices.Contains(files, "") {
		fmt.Fprintf(a.Err, "%d broken, %d maybe, %d unknown, %d safe: %s\n", n.Broken, n.Maybe, n.Unknown, n.Safe, strings.Join(files, ", "))
	}
	switch {
	case n.Broken > 0:
		return verdict(exitFound)
	case int(n.Unknown) > w.maxUnknown || int(n.Maybe) > w.maxMaybe:
		return verdict(exitUnknown)
	}
	return nil
}

// begunImpact asks for a report, or finds one that was made before.
func (a *app) begunImpact(ctx context.Context, w *checkWish) (*client.Answer[gen.ImpactRun], *client.Client, error) {
	if w.report != "" {
		if w.proposals() > 0 {
			return nil, nil, usage("sightglass check --help shows examples", "--report shows one that was made before: it takes no proposal")
		}
		cl, err := a.client()
		if err != nil {
			return nil, nil, err
		}
		run, err := cl.Impact(ctx, w.report, 10)
		return run, cl, err
	}
	wish, err := a.proposal(w)
	if err != nil {
		return nil, nil, err
	}
	cl, err := a.client()
	if err != nil {
		return nil, nil, err
	}
	if w.job != "" {
		if wish.Jars, err = upload(ctx, cl, w.job, w.jars); err != nil {
			return nil, nil, unread(err)
		}
	}
	run, err := cl.StartImpact(ctx, wish)
	return run, cl, err
}

// unread makes of a file that cannot be read a mistake in the command line.
func unread(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return usage("", "%v", err)
	}
	return err
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// awaitImpact waits for a report's end. Whoever goes away while it is made ends it: nobody else waits for it.
func (a *app) awaitImpact(ctx context.Context, cl *client.Client, run *client.Answer[gen.ImpactRun]) (*client.Answer[gen.ImpactRun], error) {
	for run.Value.State == "running" {
		if a.Terminal {
			fmt.Fprintf(a.Err, "\r\x1b[K%s %d/%d", clean(run.Value.Phase), run.Value.Step, run.Value.Steps)
		}
		next, err := cl.Impact(ctx, run.Value.ID, 10)
		if err != nil {
			if ctx.Err() != nil {
				_, _ = cl.CancelImpact(context.WithoutCancel(ctx), run.Value.ID)
			}
			return nil, err
		}
		run = next
	}
	if a.Terminal {
		fmt.Fprint(a.Err, "\r\x1b[K")
	}
	return run, nil
}

// proposals is how many things are proposed.
func (w *checkWish) proposals() (n int) {
	for _, given := range []bool{w.schema != "", w.drop != "", w.contract != "", w.config != "", len(w.jars) > 0} {
		if given {
			n++
		}
	}
	return n
}

// proposal reads what is proposed: one thing.
func (a *app) proposal(w *checkWish) (p gen.ImpactWish, err error) {
	if w.proposals() != 1 {
		return p, usage("sightglass check --help shows examples", "one of --schema, --drop, --contract, --topic-config and --jar is wanted")
	}
	p = gen.ImpactWish{Cluster: w.cluster, Topic: w.topic, Subject: w.subject, Replay: w.replay, Sample: int64(w.sample)}
	switch {
	case w.schema != "":
		if w.subject == "" && w.topic == "" {
			return p, usage("", "--schema wants --subject or --topic")
		}
		p.File, p.SchemaType = w.schema, gen.ImpactWishSchemaType(kindOfFile(w.kind, w.schema))
		if p.Schema, err = a.readText(w.schema, mostChange); err != nil {
			return p, err
		}
		for _, r := range w.references {
			name, file, ok := strings.Cut(r, "=")
			if !ok {
				return p, usage("as common.proto=schemas/common.proto", "--reference wants NAME=FILE")
			}
			text, err := a.readText(file, mostChange)
			if err != nil {
				return p, err
			}
			p.References = append(p.References, gen.ImpactReference{Name: name, Text: text})
		}
	case w.drop != "":
		topic, path, ok := strings.Cut(w.drop, "#")
		if !ok || topic == "" || path == "" {
			return p, usage("as orders#customer.email", "--drop wants TOPIC#PATH")
		}
		p.Topic, p.Drop = topic, path
	case w.contract != "":
		p.File = w.contract
		p.Contract, err = a.readText(w.contract, mostChange)
	case w.config != "":
		if w.topic == "" {
			return p, usage("", "--topic-config wants --topic")
		}
		text, err := a.readText(w.config, mostChange)
		if err != nil {
			return p, err
		}
		p.File = w.config
		if p.Config, err = readSettings(text); err != nil {
			return p, err
		}
	default:
		if w.job == "" {
			return p, usage("sightglass jobs lists them", "--jar wants --job")
		}
		p.Job = w.job
	}
	return p, err
}

// kindOfFile is the language of a schema by what was said, or by the file's ending; empty: as it looks.
func kindOfFile(kind, file string) string {
	if kind != "" {
		return strings.ToUpper(kind)
	}
	return map[string]string{".avsc": "AVRO", ".proto": "PROTOBUF"}[filepath.Ext(file)]
}

// readSettings reads NAME=VALUE lines, as Kafka's own tools have them, or a map in YAML or JSON.
func readSettings(text string) (map[string]string, error) {
	out := map[string]string{}
	lines := true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.ContainsAny(name, ":{\"") {
			lines = false
			break
		}
		out[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	if lines && len(out) > 0 {
		return out, nil
	}
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil || len(m) == 0 {
		return nil, usage("as retention.ms=86400000, a line each", "the file with settings cannot be read")
	}
	clear(out)
	for name, v := range m {
		switch x := v.(type) {
		case string:
			out[name] = x
		case int:
			out[name] = strconv.Itoa(x)
		case bool:
			out[name] = strconv.FormatBool(x)
		case float64:
			b, err := json.Marshal(x)
			if err != nil {
				return nil, errors.New("a setting is no number")
			}
			out[name] = string(b)
		default:
			return nil, usage("", "the setting %s is neither text nor a number", name)
		}
	}
	return out, nil
}
