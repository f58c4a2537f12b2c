//go:build e2e

package e2e

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tour goes through recorded code as one who reads it: it wants the lines by their texts, in the file that they are in.
type tour struct {
	t      *testing.T
	ask    *serverClient
	rec    string
	breaks []string
	at     tourPlace
}

type tourPlace struct {
	Position string `json:"position"`
	Step     int    `json:"step"`
	Found    bool   `json:"found"`
	Why      string `json:"why"`
	Frames   []struct {
		Class  string `json:"class"`
		Method string `json:"method"`
		Path   string `json:"path"`
		Line   int    `json:"line"`
		Locals []struct {
			Name    string `json:"name"`
			Type    string `json:"type"`
			Changed bool   `json:"changed"`
			View    view   `json:"view"`
		} `json:"locals"`
	} `json:"frames"`
	Source struct {
		From   string `json:"from"`
		Path   string `json:"path"`
		Line   int    `json:"line"`
		Source struct {
			Language string `json:"language"`
			Text     string `json:"text"`
		} `json:"source"`
		SQL struct {
			Operator struct {
				Name        string `json:"op_name"`
				Description view   `json:"description"`
			} `json:"operator"`
			Statements []struct {
				Source view `json:"source"`
			} `json:"statements"`
		} `json:"sql"`
	} `json:"source"`
	Moment struct {
		Steps []struct {
			Kind  string `json:"kind"`
			Text  string `json:"text"`
			State struct {
				Name string `json:"name"`
			} `json:"state"`
		} `json:"steps"`
	} `json:"moment"`
	Done      int `json:"done"`
	Evaluated []struct {
		Text string `json:"text"`
		OK   bool   `json:"ok"`
	} `json:"evaluated"`
	Replay struct {
		Renumbered string `json:"renumbered"`
		Surplus    string `json:"surplus_reads"`
	} `json:"replay"`
}

// begin stands at the first line of an invocation.
func begin(t *testing.T, c *serverClient, rec, position string) *tour {
	t.Helper()
	x := &tour{t: t, ask: c, rec: rec}
	x.at.Position = position
	x.at.Step = -1
	x.look(url.Values{})
	return x
}

func (x *tour) look(q url.Values) {
	x.t.Helper()
	q.Set("step", strconv.Itoa(x.at.Step))
	q["break"] = x.breaks
	var p tourPlace
	if err := x.ask.get(x.t.Context(), "/api/v1/recordings/"+x.rec+"/steps/"+x.at.Position+"?"+q.Encode(), &p); err != nil {
		x.t.Fatalf("%v; from %s", err, x.stack())
	}
	if !p.Found || len(p.Frames) == 0 {
		x.t.Fatalf("%v from %s leads nowhere: %s", q, x.stack(), p.Why)
	}
	if p.Replay.Renumbered != "0" || p.Replay.Surplus != "0" {
		x.t.Errorf("the replay is not what was recorded: %+v", p.Replay)
	}
	x.at = p
}

// words are the commands of the command line.
var words = map[string]url.Values{
	"n": {"move": {"over"}}, "p": {"move": {"over"}, "back": {"true"}}, "s": {"move": {"in"}}, "sb": {"move": {"in"}, "back": {"true"}},
	"o": {"move": {"out"}}, "ob": {"move": {"out"}, "back": {"true"}}, "c": {"until": {"line"}}, "rc": {"until": {"line"}, "back": {"true"}},
}

// stack is the methods at hand, the innermost first, without the numbers that compilers give.
func (x *tour) stack() string {
	var all []string
	for _, f := range x.at.Frames {
		all = append(all, f.Class[strings.LastIndexByte(f.Class, '.')+1:]+"."+f.Method)
	}
	return strings.Join(all, " < ")
}

func (x *tour) line() string {
	lines := strings.Split(x.at.Source.Source.Text, "\n")
	if x.at.Source.Line < 1 || x.at.Source.Line > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[x.at.Source.Line-1])
}

// leg is a command of a tour, and what is seen where it leads.
type leg struct {
	command string // several with blanks between; "" = one stays
	line    string // its text, without blanks around
	stack   string // what it begins with; "" = not said
	locals  string // name=value or name^=beginning, with ; between; a name with a minus before it must not be there
}

// walk does all legs, and stops where one leads elsewhere.
func (x *tour) walk(legs []leg) {
	x.t.Helper()
	for i, l := range legs {
		for _, c := range strings.Fields(l.command) {
			q := url.Values{}
			for k, v := range words[c] {
				q[k] = v
			}
			x.look(q)
		}
		if got := x.line(); got != l.line {
			x.t.Fatalf("leg %d, %q: at %q of %s, want %q; stack %s", i, l.command, got, x.at.Source.Path, l.line, x.stack())
		}
		if !strings.HasPrefix(x.stack(), l.stack) {
			x.t.Errorf("leg %d, %q, %s: stack %s, want %s", i, l.command, l.line, x.stack(), l.stack)
		}
		x.wantLocals(i, l)
	}
}

func (x *tour) wantLocals(i int, l leg) {
	x.t.Helper()
	seen := make(map[string]string)
	var names []string
	for _, v := range x.at.Frames[0].Locals {
		seen[v.Name] = v.View.Text
		names = append(names, v.Name)
	}
	for _, want := range strings.Split(l.locals, ";") {
		want = strings.TrimSpace(want)
		if name, absent := strings.CutPrefix(want, "-"); absent {
			if slices.Contains(names, name) {
				x.t.Errorf("leg %d, %s: %s is there", i, l.line, name)
			}
		} else if name, begins, ok := strings.Cut(want, "^="); ok {
			if !strings.HasPrefix(seen[name], begins) {
				x.t.Errorf("leg %d, %s: %s is %q, want that it begins with %q; there are %v", i, l.line, name, seen[name], begins, names)
			}
		} else if name, value, ok := strings.Cut(want, "="); ok {
			if got, there := seen[name]; got != value {
				x.t.Errorf("leg %d, %s: %s is %q (there: %t), want %q; there are %v", i, l.line, name, got, there, value, names)
			}
		}
	}
	for _, name := range names {
		if language := x.at.Source.Source.Language; strings.Contains(name, "$") && language != "java" {
			x.t.Errorf("leg %d, %s: a variable is called %s", i, l.line, name)
		}
	}
}

// evaluate gives the value of an expression where one stands.
func (x *tour) evaluate(text string) string {
	x.t.Helper()
	x.look(url.Values{"evaluate": {text}})
	if len(x.at.Evaluated) != 1 {
		x.t.Fatalf("%s: %+v", text, x.at.Evaluated)
	}
	return x.at.Evaluated[0].Text
}

// wantState wants that a state was written by here, in this invocation, with a value that has a text.
func (x *tour) wantState(name, part string) {
	x.t.Helper()
	for _, s := range x.at.Moment.Steps[:x.at.Done] {
		if s.Kind == "state-written" && s.State.Name == name && strings.Contains(s.Text, part) {
			return
		}
	}
	x.t.Errorf("state %s was not written up to %s: %+v", name, x.line(), x.at.Moment.Steps[:x.at.Done])
}
