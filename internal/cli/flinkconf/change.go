package flinkconf

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Option is one JVM option that a key of Flink's configuration shall have.
type Option struct {
	Key   string // as env.java.default-opts.taskmanager
	Value string // -javaagent:<jar>=<arguments>
}

// Change is a planned change of a file.
type Change struct {
	Path   string
	Before []byte
	After  []byte

	original []byte // what Undo goes back to: Before, or what was before an earlier change of ours
}

// Empty tells whether the file has all options already.
func (c *Change) Empty() bool { return bytes.Equal(c.Before, c.After) }

// note stands above lines that are added to the end of a file.
const note = "# Sightglass records this cluster; \"sightglass detach\" takes these lines out again."

// safe is what an option may be made of: Flink's scripts split options at blanks and let the shell see them.
var safe = regexp.MustCompile(`^-javaagent:[A-Za-z0-9_./:@%+=,~\\-]+$`)

// Plan works out how f gets the options. An agent of ours with other arguments is replaced; every other option stays. When an
// earlier change of ours is on record, the new one begins where that one began, so that undoing goes back to before both.
func (f *File) Plan(options []Option) (*Change, error) {
	c, err := f.plan(f.content, options)
	if err != nil || c.Empty() || !f.Attached() {
		return c, err
	}
	undo, err := f.PlanUndo()
	if err != nil {
		return nil, err
	}
	c, err = f.plan(undo.After, options)
	if err != nil {
		return nil, err
	}
	c.Before = f.content
	return c, nil
}

func (f *File) plan(content []byte, options []Option) (*Change, error) {
	c := &Change{Path: f.Path, Before: content, After: content, original: content}
	var missing []Option
	for _, o := range options {
		if !safe.MatchString(o.Value) {
			return nil, fmt.Errorf("%w: Flink's scripts would break %q apart: use a path of letters, digits, dots, dashes and slashes", ErrRefused, o.Value)
		}
		values, err := f.syntax.values(c.After)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		key, old, err := present(values, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		switch {
		case old == o.Value:
		case old != "":
			c.After, err = f.replace(c.After, values, key, old, o.Value)
		default:
			if _, set := values[o.Key]; set {
				c.After, err = f.extend(c.After, values, o)
			} else {
				missing = append(missing, o)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if len(missing) == 0 {
		return c, nil
	}
	var err error
	c.After, err = f.append(c.After, missing)
	return c, err
}

// present finds an agent of ours that the process of o's key would start with already: in the key itself, or where somebody put
// it by hand. Then that place is kept, because two agents in one process would record everything twice.
func present(values map[string]string, o Option) (key, old string, err error) {
	process := o.Key[strings.LastIndexByte(o.Key, '.')+1:]
	jar := jarName(o.Value)
	for _, key := range []string{o.Key, "env.java.opts." + process, "env.java.default-opts." + process} {
		for word := range strings.FieldsSeq(values[key]) {
			if jarName(word) == jar {
				return key, word, nil
			}
		}
	}
	for _, key := range []string{"env.java.opts.all", "env.java.default-opts.all", "env.java.opts"} {
		for word := range strings.FieldsSeq(values[key]) {
			if jarName(word) == jar {
				return "", "", fmt.Errorf("%w: %s holds the agent already; clients start with these options too, so move it out of there first", ErrRefused, key)
			}
		}
	}
	return "", "", nil
}

// jarName is the file name of the jar in a -javaagent option; "" for other options.
func jarName(option string) string {
	rest, ok := strings.CutPrefix(strings.Trim(option, `"'`), "-javaagent:")
	if !ok {
		return ""
	}
	file, _, _ := strings.Cut(rest, "=")
	return path.Base(strings.ReplaceAll(file, `\`, "/"))
}

func (f *File) extend(content []byte, values map[string]string, o Option) ([]byte, error) {
	tries, err := f.syntax.insertions(content, o.Key, o.Value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	if strings.Contains(values[o.Key], "\n") {
		// Flink's scripts take the value from a flat print of the file, where such a one is printed as "|" and the rest is lost
		// (seen with 1.20.5 and 2.3.0): the options that stand there now have no effect either.
		return nil, fmt.Errorf("%w: in %s the value of %s holds line breaks, of which Flink's scripts read nothing; begin it with >- instead of | or >",
			ErrRefused, f.Path, o.Key)
	}
	want := append(strings.Fields(values[o.Key]), o.Value)
	for _, t := range tries {
		if f.gives(t, values, map[string][]string{o.Key: want}) {
			return t, nil
		}
	}
	return nil, f.byHand([]Option{o})
}

func (f *File) replace(content []byte, values map[string]string, key, old, option string) ([]byte, error) {
	want := strings.Fields(values[key])
	for i, w := range want {
		if w == old {
			want[i] = option
		}
	}
	for at := 0; ; {
		next := bytes.Index(content[at:], []byte(old))
		if next < 0 {
			return nil, f.byHand([]Option{{key, option}})
		}
		at += next
		t := slices.Concat(content[:at], []byte(option), content[at+len(old):])
		if f.gives(t, values, map[string][]string{key: want}) {
			return t, nil
		}
		at++
	}
}

func (f *File) append(content []byte, options []Option) ([]byte, error) {
	end := "\n"
	if bytes.Contains(content, []byte("\r\n")) {
		end = "\r\n"
	}
	out := slices.Clone(content)
	if len(out) > 0 && out[len(out)-1] != '\n' {
		out = append(out, end...)
	}
	values, err := f.syntax.values(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	want := map[string][]string{}
	out = append(out, note+end...)
	for _, o := range options {
		out = append(out, f.syntax.appendix(o.Key, o.Value)+end...)
		want[o.Key] = []string{o.Value}
	}
	if !f.gives(out, values, want) {
		return nil, f.byHand(options)
	}
	return out, nil
}

// gives tells whether content has the wanted words in the wanted keys and the old values everywhere else.
func (f *File) gives(content []byte, old map[string]string, want map[string][]string) bool {
	values, err := f.syntax.values(content)
	if err != nil {
		return false
	}
	for key, words := range want {
		if !slices.Equal(strings.Fields(values[key]), words) {
			return false
		}
		delete(values, key)
	}
	rest := maps.Clone(old)
	for key := range want {
		delete(rest, key)
	}
	return maps.Equal(values, rest)
}

func (f *File) byHand(options []Option) error {
	var lines []string
	for _, o := range options {
		lines = append(lines, f.syntax.appendix(o.Key, o.Value))
	}
	return fmt.Errorf("%w: no place was found in %s where this could be added without changing anything else; add by hand:\n  %s",
		ErrRefused, f.Path, strings.Join(lines, "\n  "))
}
