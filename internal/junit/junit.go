package junit

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// Options of a test. Zero values: named after the operator's function and in its package, expecting what production did.
type Options struct {
	Name    string // of the class, without Test
	Package string
	Expect  string // see Expectation; empty: no-exception where production threw, else production
	POM     bool   // write a pom.xml too
}

// Test is a test as files.
type Test struct {
	Class   string // with its package
	Expects string // one sentence
	At      time.Time
	Files   []File
}

// File is a file of a test. Path is relative, with slashes.
type File struct {
	Path    string
	Content []byte
}

// ErrOptions: what was asked for cannot be.
var ErrOptions = errors.New("no such test")

// Kinds of expectations of the last step.
const (
	Production  = "production"
	NoException = "no-exception"
	NoOutput    = "no-output"
	Outputs     = "outputs" // outputs:N
)

// expectation is what the last step must do.
type expectation struct {
	kind string
	n    int
}

func parseExpectation(text string, last *browse.ExcerptStep) (expectation, error) {
	kind, number, counted := strings.Cut(text, ":")
	switch {
	case text == "" && last.Thrown != "":
		return expectation{kind: NoException}, nil
	case text == "":
		return expectation{kind: Production}, nil
	case kind == Outputs && counted:
		if n, err := strconv.Atoi(number); err == nil && n >= 0 {
			return expectation{Outputs, n}, nil
		}
	case !counted && (kind == Production || kind == NoException || kind == NoOutput):
		return expectation{kind: kind}, nil
	}
	return expectation{}, fmt.Errorf("%w: what is expected is production, no-exception, no-output or outputs:N, not %s", ErrOptions, text)
}

// method is the name of the test's method.
func (x expectation) method() string {
	switch x.kind {
	case NoException:
		return "doesNotThrow"
	case NoOutput:
		return "givesNothing"
	case Outputs:
		return fmt.Sprintf("gives%d", x.n)
	}
	return "doesAsInProduction"
}

func (x expectation) sentence(last *browse.ExcerptStep) string {
	switch x.kind {
	case NoException:
		return "passes when the last step does not throw"
	case NoOutput:
		return "passes when the last step gives no record"
	case Outputs:
		return fmt.Sprintf("passes when the last step gives %s", plural(x.n, "record"))
	}
	if last.Thrown != "" {
		return "passes when the last step throws as production did"
	}
	return "passes when every step gives what production gave"
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	dotted     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)
	reserved   = regexp.MustCompile(`(^|\.)(abstract|assert|boolean|break|byte|case|catch|char|class|const|continue|default|do|double|else|enum|extends|final|finally|float|for|goto|` +
		`if|implements|import|instanceof|int|interface|long|native|new|package|private|protected|public|return|short|static|strictfp|super|switch|synchronized|this|throw|throws|` +
		`transient|try|void|volatile|while|true|false|null|_)(\.|$)`)
)

// names fills in what the options leave open, and refuses what is no name in Java.
func (o *Options) names(e *browse.Excerpt) error {
	if o.Package == "" {
		o.Package = "recorded"
		if at := strings.LastIndexByte(e.Function, '.'); at > 0 && dotted.MatchString(e.Function[:at]) {
			o.Package = e.Function[:at]
		}
	}
	if o.Name == "" {
		simple := simpleName(e.Function)
		if simple = simple[strings.LastIndexByte(simple, '.')+1:]; simple == "" {
			simple = camel(e.Operator.Name)
		}
		o.Name = fmt.Sprintf("%sAt%d", simple, e.Position.Invocation)
	}
	o.Name = strings.TrimSuffix(o.Name, "Test")
	if !identifier.MatchString(o.Name) || reserved.MatchString(o.Name) {
		return fmt.Errorf("%w: %q is no name of a class", ErrOptions, o.Name)
	}
	if !dotted.MatchString(o.Package) || reserved.MatchString(o.Package) {
		return fmt.Errorf("%w: %q is no name of a package", ErrOptions, o.Package)
	}
	return nil
}

// camel makes a class name of an operator's name.
func camel(name string) string {
	var b strings.Builder
	up := true
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' && b.Len() > 0:
			if up && r >= 'a' && r <= 'z' {
				r -= 'a' - 'A'
			}
			b.WriteRune(r)
			up = false
		default:
			up = true
		}
	}
	if b.Len() == 0 {
		return "Operator"
	}
	return b.String()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
