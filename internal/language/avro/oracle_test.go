//go:build oracle

package avro

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

var (
	pairsFlag = flag.Int("pairs", 20_000, "random pairs of schemas")
	seedFlag  = flag.Uint64("seed", 1, "seed of the random schemas; 0 chooses one")
)

type question struct {
	Reader string   `json:"reader"`
	Writer string   `json:"writer"`
	Refs   []string `json:"refs,omitempty"`
}

type answer struct {
	Reader, Writer               string // canonical
	ReaderRefused, WriterRefused string
	Found                        [][3]string
	Exception                    string
}

// judgeJVM is Avro's own Java (test/avro).
type judgeJVM struct {
	in  *bufio.Writer
	out *bufio.Reader
}

func startJudge(t *testing.T) *judgeJVM {
	t.Helper()
	target := filepath.Join("..", "..", "..", "test", "avro", "target")
	path, err := os.ReadFile(filepath.Join(target, "class-path"))
	if err != nil {
		t.Fatalf("%v: build it with make test-avro", err)
	}
	cmd := exec.Command("java", "-Xss4m", "-cp", filepath.Join(target, "classes")+string(os.PathListSeparator)+strings.TrimSpace(string(path)), "dev.sightglass.avro.Judge")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, complaints.String())
		}
	})
	return &judgeJVM{bufio.NewWriterSize(in, 1<<20), bufio.NewReaderSize(out, 1<<20)}
}

// ask sends some questions at once and reads the answers.
func (j *judgeJVM) ask(t *testing.T, questions []question) []answer {
	t.Helper()
	go func() {
		e := json.NewEncoder(j.in)
		e.SetEscapeHTML(false)
		for _, q := range questions {
			_ = e.Encode(q)
		}
		_ = j.in.Flush()
	}()
	answers := make([]answer, len(questions))
	for i := range answers {
		line, err := j.out.ReadBytes('\n')
		if err != nil {
			t.Fatalf("after %d answers: %v", i, err)
		}
		if err := json.Unmarshal(line, &answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

type oracleTally struct {
	pairs, parsed, refused, compatible, incompatible, threw, mismatches int
	wrong                                                               int
}

func (c *oracleTally) disagree(t *testing.T, q question, format string, args ...any) {
	t.Helper()
	c.wrong++
	if c.wrong <= 20 {
		raw, _ := json.Marshal(q)
		t.Errorf("%s\n%s", fmt.Sprintf(format, args...), raw)
	}
}

// parsed compares what becomes of one text.
func (c *oracleTally) parse(t *testing.T, q question, text, canonical, refused string) *schema {
	t.Helper()
	var refs []language.Referenced
	for i, r := range q.Refs {
		refs = append(refs, language.Referenced{Name: fmt.Sprint("reference ", i), Text: r})
	}
	s, err := New().parse(text, refs)
	switch {
	case (err != nil) != (refused != ""):
		c.disagree(t, q, "%s\nours: %v\nAvro's: %q", text, err, refused)
	case err != nil:
		c.refused++
	case s.canonical != canonical:
		c.disagree(t, q, "ours:   %s\nAvro's: %s", s.canonical, canonical)
	default:
		c.parsed++
		return s
	}
	return nil
}

func (c *oracleTally) compare(t *testing.T, q question, a answer) {
	t.Helper()
	c.pairs++
	r := c.parse(t, q, q.Reader, a.Reader, a.ReaderRefused)
	w := c.parse(t, q, q.Writer, a.Writer, a.WriterRefused)
	if r == nil || w == nil {
		return
	}
	verdict, err := judged(r.root, w.root)
	if err != nil {
		c.disagree(t, q, "%v", err)
		return
	}
	var ours, theirs [][2]string
	for _, m := range verdict {
		ours = append(ours, [2]string{m.kind, m.at.pointer()})
	}
	for _, f := range a.Found {
		if one := [2]string{f[0], f[1]}; !slices.Contains(theirs, one) {
			theirs = append(theirs, one)
		}
	}
	if a.Exception != "" {
		c.threw++
		theirs = [][2]string{{ambiguousAlias, ""}}
		if len(ours) == 1 {
			ours[0][1] = ""
		}
	}
	var once [][2]string
	for _, o := range ours {
		if !slices.Contains(once, o) {
			once = append(once, o)
		}
	}
	if !slices.Equal(once, theirs) {
		c.disagree(t, q, "ours:   %v\nAvro's: %v %s", once, theirs, a.Exception)
	}
	if len(theirs) > 0 {
		c.incompatible++
		c.mismatches += len(theirs)
	} else {
		c.compatible++
	}
}

// TestOracle compares with Avro's own Java on random schemas: which texts parse, their canonical texts, the verdicts, and the kind and place of
// each incompatibility.
func TestOracle(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64N(1 << 40)
	}
	j := startJudge(t)
	s := newSchemas(seed)
	c := &oracleTally{}
	for done := 0; done < *pairsFlag; {
		var questions []question
		for range min(500, *pairsFlag-done) {
			questions = append(questions, s.question())
			done++
		}
		for i, a := range j.ask(t, questions) {
			c.compare(t, questions[i], a)
		}
	}
	fmt.Printf("AVRO ORACLE seed %d: %d of %d pairs agree with Avro 1.12.1: %d texts parsed alike, %d refused by both, %d pairs compatible, %d incompatible with %d incompatibilities, %d not decided by Java\n",
		seed, c.pairs-c.wrong, c.pairs, c.parsed, c.refused, c.compatible, c.incompatible, c.mismatches, c.threw)
}

// TestOracleOnCorners compares which texts parse, each with itself and the one before it.
func TestOracleOnCorners(t *testing.T) {
	j := startJudge(t)
	c := &oracleTally{}
	var questions []question
	last := `"int"`
	for _, text := range corners() {
		questions = append(questions, question{Reader: text, Writer: last})
		last = text
	}
	for i, ref := range questions { // and what a reference leaves for the next text
		if i%7 == 0 {
			questions = append(questions, question{Reader: `["null","T"]`, Writer: `"R"`, Refs: []string{ref.Reader}}, question{Reader: ref.Reader, Writer: ref.Reader, Refs: []string{ref.Reader}})
		}
	}
	for i, a := range j.ask(t, questions) {
		c.compare(t, questions[i], a)
	}
	fmt.Printf("AVRO ORACLE corners: %d of %d pairs agree: %d texts parsed alike, %d refused by both\n", c.pairs-c.wrong, c.pairs, c.parsed, c.refused)
}

// question makes a pair: relatives mostly, strangers, and texts that are spoiled.
func (s *schemas) question() question {
	s.knots = s.one(2)
	writer := s.schema()
	reader := writer
	switch s.IntN(10) {
	case 0:
		reader = s.schema()
	default:
		reader = s.relative(writer)
	}
	q := question{Reader: string(writeJSON(nil, reader)), Writer: string(writeJSON(nil, writer))}
	if s.one(10) {
		s.names = nil
		ref := s.record(2, "")
		q.Refs = append(q.Refs, string(writeJSON(nil, ref)))
		if s.one(2) {
			q.Refs = append(q.Refs, string(writeJSON(nil, s.record(1, "n"))))
		}
		main := s.record(2, "")
		q.Writer = string(writeJSON(nil, main))
		q.Reader = string(writeJSON(nil, s.relative(main)))
	}
	if s.one(8) {
		q.Writer = s.broken(q.Writer)
	}
	return q
}
