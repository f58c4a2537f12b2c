package junit

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

func raw(t *testing.T, text string) access.Raw {
	t.Helper()
	r, err := access.Local().Raw(access.LocalPrincipal("ann"), "recording/1", event.NewPayload([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// value is bytes that people read as text.
func value(t *testing.T, text string) *browse.ExcerptValue {
	return &browse.ExcerptValue{Raw: raw(t, "bytes of "+text), Text: text}
}

var began = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func step(t *testing.T, inv uint64, record string, outputs ...string) browse.ExcerptStep {
	at := began.Add(time.Duration(inv) * time.Second)
	s := browse.ExcerptStep{
		Position: browse.Position{Operator: "drop-duplicates", Subtask: 1, Invocation: inv}, Wall: browse.Wall(at.UnixMicro()), Clock: at.UnixMilli(),
		Watermark: browse.EventTime(at.Add(-5 * time.Second).UnixMilli()), Input: 1, Record: value(t, record), Counted: -1,
	}
	for _, o := range outputs {
		s.Outputs = append(s.Outputs, *value(t, o))
	}
	return s
}

func duplicate(t *testing.T) *browse.Excerpt {
	steps := []browse.ExcerptStep{step(t, 7, `{orderId: "o-1"}`, `{orderId: "o-1"}`), step(t, 80, `{orderId: "o-1"}`, `{orderId: "o-1"}`)}
	steps[1].TimeToLive = steps[1].Clock + 3
	return &browse.Excerpt{
		Job: "order-totals", Flink: "2.3.0", Position: steps[1].Position, Operator: browse.OperatorRef{Slug: "drop-duplicates", Name: "drop duplicates", Kind: "process"},
		Function: "com.example.shop.DropDuplicates", Task: "drop duplicates", Subtask: 1, Parallelism: 4, MaxParallelism: 128, Inputs: 1, Keyed: true, Key: value(t, "o-1"),
		Configuration: raw(t, "task"), Execution: raw(t, "execution"), Steps: steps,
		Cells:    []browse.ExcerptCell{{State: "first-seen", Value: *value(t, "1767"), Written: began.UnixMilli()}, {State: "by-shop", Value: *value(t, "3"), MapKey: value(t, "oak"), Namespace: value(t, "[0, 9)")}},
		Timers:   []browse.ExcerptTimer{{Service: "user-timers", Event: true, Time: browse.EventTime(began.UnixMilli())}},
		Unproven: []string{"the attempt was restored from checkpoint 3"}, Reads: []string{"drop-duplicates.1.0.80: clock, ms = 5"},
	}
}

// poison is of an operator with two inputs that threw.
func poison(t *testing.T) *browse.Excerpt {
	e := duplicate(t)
	state := raw(t, "state")
	rate := step(t, 3, `{currency: "EUR"}`)
	rate.Input = 2
	last := step(t, 9, `{currency: "ISK"}`)
	last.Thrown, last.Message = "java.lang.IllegalStateException", "no rate for ISK"
	e.Keyed, e.Key, e.Cells, e.Timers, e.Inputs, e.State, e.Checkpoint, e.Reads = false, nil, nil, nil, 2, &state, 14, nil
	e.Steps, e.Position, e.Flink, e.Function = []browse.ExcerptStep{rate, last}, last.Position, "1.20.5", ""
	return e
}

// fires is of a window operator whose timers fire, which hands what it gives to the next one of its chain and aside.
func fires(t *testing.T) *browse.Excerpt {
	e := duplicate(t)
	e.Operator.Kind, e.Cells, e.Timers, e.Reads = "window", nil, nil, nil
	record := step(t, 7, `{cents: 5}`)
	record.Counted = 0
	timer := func(inv uint64, at time.Duration) browse.ExcerptStep {
		s := step(t, inv, "")
		s.Input, s.Record, s.Counted, s.Timer = 0, nil, 1, browse.EventTime(began.Add(at).UnixMilli())
		s.Watermark = browse.EventTime(began.Add(20 * time.Second).UnixMilli())
		return s
	}
	late := step(t, 30, `{cents: 7}`)
	late.Counted, late.Watermark, late.Aside = 0, timer(1, 0).Watermark, []browse.ExcerptSide{{Output: 1, Values: []browse.ExcerptValue{*value(t, `{cents: 7}`)}}}
	ticks := timer(60, 61*time.Second)
	ticks.Processing = true
	e.Steps = []browse.ExcerptStep{record, timer(21, 9*time.Second), timer(22, 19*time.Second), late, ticks, timer(90, 89*time.Second)}
	e.Position = e.Steps[5].Position
	return e
}

func TestTestsReadWell(t *testing.T) {
	for name, c := range map[string]struct {
		e *browse.Excerpt
		o Options
	}{
		"duplicate":  {duplicate(t), Options{Expect: "no-output", POM: true}},
		"production": {duplicate(t), Options{Name: "TwiceTest", Package: "org.acme"}},
		"poison":     {poison(t), Options{POM: true}},
		"thrown":     {poison(t), Options{Expect: "production"}},
		"timers":     {fires(t), Options{}},
	} {
		got, err := Write(c.e, c.o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var b strings.Builder
		b.WriteString(got.Class + " " + got.Expects + "\n")
		for _, f := range got.Files {
			b.WriteString("---- " + f.Path + "\n")
			if !strings.HasSuffix(f.Path, "/Recorded.java") && !strings.HasSuffix(f.Path, "/RecordedOperator.java") {
				b.Write(f.Content)
			}
		}
		path := filepath.Join("testdata", name+".txt")
		if *rewrite {
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != b.String() {
			t.Errorf("%s is not as %s (-rewrite writes it anew): %v\n%s", name, path, err, b.String())
		}
	}
}

// Records come from outside: none of what they hold may become code, or a line of its own.
func TestNothingThatAValueHoldsBecomesCode(t *testing.T) {
	evil := "*/ static { System.exit(1); } /* \\u000a System.exit(2); // \n System.exit(3);\r\u2028<script>@x \\"
	e := poison(t)
	e.Steps[0].Record.Text, e.Steps[1].Message, e.Steps[1].Thrown, e.Task, e.Operator.Name = evil, evil, evil, evil+"\\", evil
	e.Unproven = []string{evil}
	for _, expect := range []string{"", "production"} {
		got, err := Write(e, Options{Expect: expect, Name: "Evil"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range got.Files {
			text := string(f.Content)
			for line := range strings.Lines(text) {
				switch {
				case !strings.Contains(line, "System.exit") && !strings.Contains(line, "<script"):
				case strings.HasSuffix(f.Path, ".properties"):
					if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "task=") {
						t.Errorf("%s: %s", f.Path, line)
					}
				case strings.Contains(line, `\u`) || strings.Contains(line, "*/") || strings.ContainsAny(line, "\r\u2028") || strings.HasPrefix(line, " *") && strings.Contains(line, "<script"):
					t.Errorf("%s: %s", f.Path, line)
				case !strings.HasPrefix(strings.TrimSpace(line), "*") && !strings.Contains(line, "//"):
					t.Errorf("%s: outside of a comment: %s", f.Path, line)
				}
			}
		}
	}
}

func TestWhatIsNoTestIsRefused(t *testing.T) {
	for _, o := range []Options{
		{Expect: "outputs"}, {Expect: "outputs:-1"}, {Expect: "outputs:x"}, {Expect: "production:1"}, {Expect: "nothing"},
		{Name: "a b"}, {Name: "class"}, {Name: "../x"}, {Package: "a..b"}, {Package: "a.new.b"}, {Package: "/etc"},
	} {
		if got, err := Write(duplicate(t), o); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v, %v", o, got, err)
		}
	}
	e := duplicate(t)
	e.Flink = `"/><x/>`
	if _, err := Write(e, Options{POM: true}); !errors.Is(err, ErrOptions) {
		t.Errorf("a pom.xml of no version: %v", err)
	}
	if _, err := Write(&browse.Excerpt{}, Options{}); !errors.Is(err, ErrOptions) {
		t.Errorf("nothing: %v", err)
	}
}

func TestNamesComeFromTheFunction(t *testing.T) {
	for function, want := range map[string]string{
		"com.example.shop.DropDuplicates":     "com.example.shop.DropDuplicatesAt80Test",
		"com.example.Job$Inner":               "com.example.InnerAt80Test",
		"Unpackaged":                          "recorded.UnpackagedAt80Test",
		"com.example.Job$$Lambda/0x00007f00a": "com.example.DropDuplicatesAt80Test",
		"":                                    "recorded.DropDuplicatesAt80Test",
	} {
		e := duplicate(t)
		e.Function = function
		if got, err := Write(e, Options{}); err != nil || got.Class != want {
			t.Errorf("%s: %v, %v, want %s", function, got, err, want)
		}
	}
}
