package junit

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

//go:embed java/*.tmpl
var sources embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{"doc": doc}).ParseFS(sources, "java/*.tmpl"))

// Write makes a test of an excerpt, which has at least one step. Errors: ErrOptions.
func Write(e *browse.Excerpt, o Options) (*Test, error) {
	if len(e.Steps) == 0 {
		return nil, fmt.Errorf("%w: nothing was recorded there", ErrOptions)
	}
	last := &e.Steps[len(e.Steps)-1]
	x, err := parseExpectation(o.Expect, last)
	if err != nil {
		return nil, err
	}
	if err := o.names(e); err != nil {
		return nil, err
	}
	class := o.Name + "Test"
	folder := strings.ReplaceAll(o.Package, ".", "/") + "/"
	out := &Test{Class: o.Package + "." + class, Expects: x.sentence(last), At: last.Wall.Time()}
	var values properties
	values.begin(e)
	body := writeSteps(e, x, &values)
	m := model{
		Package: o.Package, Class: class, Method: x.method(), Operator: e.Operator.Name, Position: e.Position.String(), Job: e.Job, Flink: e.Flink,
		Time: last.Wall.Time().Format(time.RFC3339Nano), Expects: x.sentence(last), Function: simpleName(e.Function), Unproven: unproven(e), Start: start(e), Body: body,
	}
	if e.Operator.Kind == "window" { // its function lies within one of Flink's
		m.Function = ""
	}
	if last.Thrown != "" {
		m.Thrown = strings.TrimSuffix(last.Thrown+": "+last.Message, ": ")
	}
	if e.Key != nil {
		m.Key = e.Key.Text
	}
	resources := "src/test/resources/" + folder + class + "/"
	add := func(path string, content []byte) { out.Files = append(out.Files, File{path, content}) }
	for path, name := range map[string]string{class: "Test", "Recorded": "Recorded", "RecordedOperator": "RecordedOperator"} {
		var b strings.Builder
		if err := templates.ExecuteTemplate(&b, name+".java.tmpl", m); err != nil {
			return nil, fmt.Errorf("writing %s: %w", path, err)
		}
		add("src/test/java/"+folder+path+".java", []byte(b.String()))
	}
	add(resources+"recorded.properties", []byte(values.String()))
	add(resources+"task.ser", e.Configuration.Bytes())
	add(resources+"execution.ser", e.Execution.Bytes())
	if e.State != nil {
		add(resources+"state.ser", e.State.Bytes())
	}
	if o.POM {
		pom, err := writePOM(e.Flink)
		if err != nil {
			return nil, err
		}
		add("pom.xml", pom)
	}
	sortFiles(out.Files)
	return out, nil
}

// model is what the templates of sources read.
type model struct {
	Package, Class, Method, Operator, Position, Job, Flink, Time, Thrown, Expects, Key, Function string
	Unproven, Start, Body                                                                        []string
}

// simpleName is how a class is called in its own package; empty for one that has no name there.
func simpleName(class string) string {
	s := class[strings.LastIndexByte(class, '.')+1:]
	s = strings.ReplaceAll(s, "$", ".")
	if !dotted.MatchString(s) || strings.Contains(s, "Lambda") {
		return ""
	}
	return s
}

// unproven lists what a run may do otherwise than production, for the head of the test.
func unproven(e *browse.Excerpt) []string {
	list := append([]string{}, e.Unproven...)
	if len(e.Reads) > 0 {
		shown := e.Reads
		if len(shown) > maxReads {
			shown = shown[:maxReads]
		}
		list = append(list, fmt.Sprintf("what the function reads of clocks and chance by itself is another; in production it was: %s", strings.Join(shown, "; ")))
		if more := len(e.Reads) - len(shown); more > 0 {
			list = append(list, fmt.Sprintf("and %s more", plural(more, "such read")))
		}
	}
	return append(list, "fields of the function that are no state of Flink's are as its constructor and open() leave them", "state lies in the harness's heap backend, whatever it lay in")
}

// Notes are what a run of a test of e may do otherwise than production.
func Notes(e *browse.Excerpt) []string { return unproven(e) }

// maxReads is how many reads the head of a test names.
const maxReads = 10
