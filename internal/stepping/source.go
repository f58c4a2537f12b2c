package stepping

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// Where a text is from.
const (
	fromFolder     = "folder"
	fromJar        = "jar"
	fromGenerated  = "generated"
	fromDecompiled = "decompiled"
)

// Source is the text of a class, and where it is from.
type Source struct {
	From string
	Path string
	Line int   // of the call within the text; 0 = not known
	Ran  []int // lines of the text that ran in the invocation, in order
	// Lines are those of the class by lines of the text, where they differ: of a decompiled text, whose breakpoints are the class's.
	Lines map[int]int
	Text  access.Source
	SQL   *Origin // what generated code was made for
}

// Origin is the operator that Flink generated code for, and the statements that it is there for.
type Origin struct {
	Operator   browse.PlannedOperator
	Statements []browse.Statement
}

// Sources finds the text of classes: in a folder sources of Dir, in jars of Dir whose names end with -sources.jar, in the code that
// was generated for the job and recorded, or else by a decompiler (vineflower*.jar in Dir).
type Sources struct {
	Dir string
	// Java is a command line that runs Java with args, which reads read and writes to dir.
	Java func(ctx context.Context, dir string, read, args []string) ([]string, error)

	mu    sync.Mutex
	known map[string]*decompiled // by job's jars and class
	texts map[string]text        // by name, of a short while
}

// source finds the text of the class of a call, and which of its lines ran. Nil: there is none.
func (w *walker) source(ctx context.Context, t *replay.Trace, f *replay.Frame) *Source {
	s, lines := w.text(ctx, f)
	if s == nil {
		return nil
	}
	s.Ran = ran(t, PathOf(f.Method))
	if lines != nil {
		s.lay(lines)
	}
	return s
}

// lay moves lines of the class to where they are in a text that has them elsewhere; lines are those of the text by those of the class.
func (s *Source) lay(lines map[int]int) {
	s.Lines = make(map[int]int, len(lines))
	for class, text := range lines {
		if was, twice := s.Lines[text]; !twice || class < was {
			s.Lines[text] = class
		}
	}
	placed := s.Ran[:0]
	for _, class := range s.Ran {
		if text := lines[class]; text != 0 {
			placed = append(placed, text)
		}
	}
	slices.Sort(placed)
	s.Ran = slices.Compact(placed)
}

// ran lists the lines of a file that ran in an invocation.
func ran(t *replay.Trace, file string) []int {
	out := []int{}
	for i := range t.Steps {
		s := &t.Steps[i]
		m := t.Calls[s.Call].Method
		if s.From != nil {
			m = s.From
		}
		if s.Kind == replay.StepLine && PathOf(m) == file {
			out = append(out, s.Line)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// text finds the text of the class of a call; lines are those of the text by those of the class, nil = they are the same.
func (w *walker) text(ctx context.Context, f *replay.Frame) (_ *Source, lines map[int]int) {
	payload := func(from, where string, line int, text []byte, language access.Language) *Source {
		return &Source{
			From: from, Path: where, Line: line,
			Text: w.policy.Source(w.who, access.Subject{Resource: w.target.Resource, Part: access.PartSQL}, event.NewPayload(text), language),
		}
	}
	if w.o.Sources != nil {
		if from, where, text := w.o.Sources.find(f.Method); from != "" {
			return payload(from, where, f.Line, text, access.LanguageOf(where)), nil
		}
	}
	if s := w.generated(ctx, f); s != nil {
		return s, nil
	}
	if w.o.Sources == nil {
		return nil, nil
	}
	d := w.o.Sources.decompile(ctx, w.session.Jars(), f.Method.Class)
	if d == nil {
		return nil, nil
	}
	return payload(fromDecompiled, PathOf(f.Method), d.lines[f.Line], d.text, access.LanguageOf(d.file)), d.lines
}

// generated is the recorded text of a class that the planner made, or of the one that it lies in, with what it was made for.
func (w *walker) generated(ctx context.Context, f *replay.Frame) *Source {
	plan, err := w.o.Browser.Plan(ctx, w.who, w.target)
	if err != nil {
		return nil // no SQL, or it may not be seen
	}
	o, hash := generatedFor(plan.Operators, f.Method.Class, w.vertex(plan.Operators))
	if o == nil {
		return nil
	}
	code, err := w.o.Browser.Code(ctx, w.who, w.target, hash)
	if err != nil || code.Source == nil {
		return nil
	}
	s := &Source{From: fromGenerated, Path: code.Class, Line: f.Line, Text: *code.Source, SQL: &Origin{Operator: *o}}
	for _, x := range plan.Statements {
		if slices.Contains(o.Statements, x.Number) {
			s.SQL.Statements = append(s.SQL.Statements, x)
		}
	}
	return s
}

// vertex is the task that one steps through, as far as the plan knows it.
func (w *walker) vertex(all []browse.PlannedOperator) string {
	if w.known.Operator != nil {
		for i := range all {
			if all[i].Operator.ID == w.known.Operator.ID {
				return all[i].Vertex
			}
		}
	}
	return ""
}

// generatedFor finds the operator of a task that a class was generated for, or a class that it lies in, and the text of it. Names of such
// classes are used again: of another task it is another class, and where one task has two of a name nobody knows which one this is.
func generatedFor(all []browse.PlannedOperator, class, vertex string) (found *browse.PlannedOperator, hash string) {
	for i := range all {
		o := &all[i]
		if vertex != "" && o.Vertex != vertex {
			continue
		}
		for _, c := range o.Code {
			switch {
			case !c.HasText || c.Class != class && !strings.HasPrefix(class, c.Class+"$"):
			case found == nil:
				found, hash = o, c.Hash
			case c.Hash != hash:
				return nil, ""
			}
		}
	}
	return found, hash
}
