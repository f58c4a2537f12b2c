package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/gen"
)

// stateChange is a flag that changes a state.
type stateChange struct {
	to    *[]gen.ReplayChange
	kind  gen.ReplayChangeKind
	value bool // one follows the place
}

func (c *stateChange) String() string { return "" }
func (c *stateChange) Type() string   { return "change" }

// atBegin is what stands in the place of an invocation where the replay's beginning is meant.
const atBegin = "@begin:"

// Set reads [@INVOCATION:|@begin:]PLACE[=VALUE].
func (c *stateChange) Set(text string) error {
	text, begin := strings.CutPrefix(text, atBegin)
	parse := func(t string, x *gen.ReplayChange) error {
		x.Begin = begin
		return c.parse(t, x)
	}
	return (&change{c.to, c.kind, parse}).Set(text)
}

func (c *stateChange) parse(text string, x *gen.ReplayChange) error {
	rest, err := statePlace(text, x)
	if err != nil {
		return err
	}
	value, found := strings.CutPrefix(rest, "=")
	switch {
	case !c.value && rest != "":
		return fmt.Errorf("behind the place nothing is wanted, and there is %q", rest)
	case c.value && !found:
		return fmt.Errorf("a value is wanted: STATE=VALUE")
	case c.value && value == "" && c.kind == "state-bytes":
		return fmt.Errorf("hexadecimal digits are wanted")
	}
	x.Value = value
	return nil
}

// statePlace reads [OPERATOR/]STATE{[key=K]|[namespace=N]|[mapkey=K]}[.PATH] and gives what follows. A backslash takes what it means from the
// character behind it.
func statePlace(text string, x *gen.ReplayChange) (rest string, err error) {
	name, rest := untilAny(text, "/[.=")
	if operator, ok := strings.CutPrefix(rest, "/"); ok {
		x.Operator = name
		name, rest = untilAny(operator, "[.=")
	}
	if x.State = name; name == "" {
		return "", fmt.Errorf("the name of a state is wanted: [OPERATOR/]STATE[key=KEY].FIELD")
	}
	for strings.HasPrefix(rest, "[") {
		what, of, found := strings.Cut(rest[1:], "=")
		to := map[string]*string{"key": &x.Key, "namespace": &x.Namespace, "mapkey": &x.MapKey}[what]
		if !found || to == nil {
			return "", fmt.Errorf("in brackets key=, namespace= or mapkey= are wanted")
		}
		value, behind := untilAny(of, "]")
		if behind == "" {
			return "", fmt.Errorf("a bracket is not closed")
		}
		if value == "" {
			return "", fmt.Errorf("behind %s= something is wanted: without the bracket it is that of the invocation", what)
		}
		*to, rest = value, behind[1:]
	}
	if path, ok := strings.CutPrefix(rest, "."); ok {
		x.Path, rest = untilAny(path, "=")
		if x.Path == "" {
			return "", fmt.Errorf("behind the dot a field is wanted")
		}
	}
	return rest, nil
}

// untilAny gives what comes before the first of the characters that no backslash precedes, and the rest.
func untilAny(text, ends string) (before, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
		case strings.IndexByte(ends, text[i]) >= 0:
			return b.String(), text[i:]
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}

// stateFlags are the flags that change states.
func stateFlags(f *pflag.FlagSet, to *[]gen.ReplayChange) {
	add := func(name string, value bool, usage string) {
		f.Var(&stateChange{to, gen.ReplayChangeKind(name), value}, name, usage)
	}
	add("state", true, "[OPERATOR/]STATE[key=KEY][mapkey=KEY][namespace=WINDOW][.FIELD]=VALUE: what a state holds, right before the invocation; of the key and window that it uses there, if none is named. @begin: in front: when the replay begins")
	add("state-bytes", true, "STATE…=HEX: as --state, the value as its serializer writes it")
	add("add-state", true, "STATE…=VALUE: an element more, at the end of a list")
	add("clear-state", false, "STATE…: it holds nothing; with mapkey no such entry, with .N not the element N of a list")
}

// statePlaceWords names what a change is of as the flags do.
func statePlaceWords(c *gen.ReplayChange) string {
	words := clean(c.State)
	if c.Operator != "" {
		words = clean(c.Operator) + "/" + words
	}
	for _, part := range [][2]string{{"key", c.Key}, {"namespace", c.Namespace}, {"mapkey", c.MapKey}} {
		if part[1] != "" {
			words += "[" + part[0] + "=" + clean(part[1]) + "]"
		}
	}
	return words
}
