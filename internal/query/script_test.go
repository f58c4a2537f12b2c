package query

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts answer now into testdata")

// TestScripts runs testdata/*.txt. A file is a list of cases: a command, indented lines that belong to it, a line of dashes and
// the answer, up to an empty line. The command record takes the recording that its lines describe (see scriptLine); the others ask.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { runScript(t, file) })
	}
}

func runScript(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newScript(t)
	var out bytes.Buffer
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			fmt.Fprintln(&out, line)
			i++
			continue
		}
		var body, want []string
		fmt.Fprintln(&out, line)
		for i++; i < len(lines) && lines[i] != "----"; i++ {
			body = append(body, lines[i])
			fmt.Fprintln(&out, lines[i])
		}
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
			want = append(want, lines[i])
		}
		got := s.named(s.run(line, body))
		fmt.Fprintf(&out, "----\n%s", got)
		if expected := strings.Join(want, "\n"); !*rewrite && strings.TrimRight(got, "\n") != expected {
			t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", file, line, got, expected)
		}
	}
	if *rewrite {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// script is a store filled by words instead of numbers: a key, id or recording is the hash of its name, and answers show the
// name again.
type script struct {
	t         *testing.T
	store     *memory.Store
	faults    *faultyReader
	engine    *Engine
	now       time.Time
	recording event.RecordingID
	names     map[string]string // hex to name
	attempts  map[string]*event.AttemptDef
	numbers   map[string]uint64
	block     *block.Builder
	spec      block.Spec
}

func newScript(t *testing.T) *script {
	s := &script{t: t, store: memory.New(), now: time.Now(), names: make(map[string]string),
		attempts: make(map[string]*event.AttemptDef), numbers: make(map[string]uint64)}
	s.faults = &faultyReader{Reader: s.store, bad: make(map[frameKey]bool)}
	s.engine = engineOf(t, Options{Reader: s.faults, Now: func() time.Time { return s.now }})
	return s
}

// id16 is the 16 bytes that stand for name.
func (s *script) id16(name string) [16]byte {
	sum := sha256.Sum256([]byte(name))
	id := [16]byte(sum[:16])
	s.names[hex.EncodeToString(id[:])] = name
	return id
}

// key stands for name; a key in answers reads as the name.
func (s *script) key(name string) event.Key {
	if name == "" || name == "-" {
		return 0
	}
	id := s.id16("key " + name)
	k, err := event.ParseKey(hex.EncodeToString(id[:8]))
	if err != nil {
		s.t.Fatal(err)
	}
	s.names[k.String()] = name
	return k
}

func (s *script) hex16(name string) string {
	id := s.id16(name)
	return hex.EncodeToString(id[:])
}

// named puts names for hex digits.
func (s *script) named(text string) string {
	var pairs []string
	for h, name := range s.names {
		pairs = append(pairs, h, name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// digits puts hex digits for names of partitions and attempts in a record's or position's text.
func (s *script) digits(text string) string {
	for h, name := range s.names {
		if len(h) == 16 && (strings.HasPrefix(text, name+":") || strings.HasPrefix(text, name+"#")) {
			return h + text[len(name):]
		}
	}
	return text
}

// arguments are the words of a line: name=value, and the others in order. A value after name=! takes the rest of the line.
type arguments struct {
	words []string
	named map[string]string
}

func parseArguments(line string) arguments {
	a := arguments{named: make(map[string]string)}
	for {
		line = strings.TrimLeft(line, " ")
		if line == "" {
			return a
		}
		word, rest, _ := strings.Cut(line, " ")
		if name, _, ok := strings.Cut(word, "=!"); ok {
			a.named[name] = line[len(name)+2:]
			return a
		}
		if name, value, ok := strings.Cut(word, "="); ok {
			a.named[name] = strings.ReplaceAll(value, "_", " ")
		} else {
			a.words = append(a.words, word)
		}
		line = rest
	}
}

func (a arguments) number(name string, absent int64) int64 {
	text, ok := a.named[name]
	if !ok {
		return absent
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s=%s: %v", name, text, err))
	}
	return n
}

func (s *script) define(kind event.DefinitionKind, v any) event.DefinitionID {
	body, ok := v.([]byte)
	if !ok {
		var err error
		if body, err = json.Marshal(v); err != nil {
			s.t.Fatal(err)
		}
	}
	d := event.NewDefinition(kind, body)
	if err := s.store.Define(context.Background(), d); err != nil {
		s.t.Fatal(err)
	}
	return d.ID
}

func (s *script) path(text string) event.DefinitionID {
	if text == "" {
		return 0
	}
	return s.define(event.DefPath, event.PathDef{P: text})
}

// scriptLine takes one line of a recording:
//
//	recording NAME
//	process NAME drops
//	attempt NAME vertex= subtask= attempt= of= chain=name/kind/flags/next/outputs,…   flags: s stateful, t timers
//	partition NAME of=ATTEMPT output= subs= dataset= ship=
//	split NAME topic= partition= cluster=
//	graph =!JSON of a graph definition
//	block ATTEMPT LANE number= server recovered          LANE+: kept by a look-back buffer
//	  base PARTITION SUB SEQ · channel PARTITION SUB SEQ · count OPERATOR KIND N · barrier CHECKPOINT in|out PARTITION SUB SEQ flags
//	  seen in|out INPUT|PARTITION FIRST LAST (watermarks) · KIND row members, see row
//	corrupt ATTEMPT LANE NUMBER
//	silence SECONDS
func (s *script) scriptLine(line string) {
	a := parseArguments(line)
	if strings.HasPrefix(strings.TrimLeft(line, " "), "#") {
		return
	}
	w := append(a.words, "", "", "", "", "", "")
	switch w[0] {
	case "recording":
		s.finish()
		s.recording = s.id16(w[1])
	case "process":
		s.finish()
		def := event.ProcessDef{Process: s.hex16("process " + w[1])}
		if w[2] == "drops" {
			def.Tells = []string{"drops"}
		}
		s.define(event.DefProcess, def)
	case "attempt":
		s.finish()
		def := &event.AttemptDef{
			Recording: s.recording.String(), JobName: "job " + s.names[s.recording.String()], AttemptKey: s.key(w[1]).String(),
			Vertex: s.hex16(a.named["vertex"]), Task: a.named["vertex"], Subtask: int(a.number("subtask", 0)),
			Process: s.hex16("process " + a.named["process"]), Attempt: int(a.number("attempt", 0)), Parallelism: int(a.number("of", 1)), Chain: s.chain(a.named["chain"], a.named["vertex"]),
		}
		s.attempts[w[1]] = def
		s.define(event.DefAttempt, def)
	case "partition":
		s.finish()
		s.define(event.DefPartition, event.PartitionDef{
			Partition: s.key(w[1]).String(), Dataset: s.hex16(a.named["dataset"]), Attempt: s.key(a.named["of"]).String(),
			Output: int(a.number("output", 0)), Subpartitions: int(a.number("subs", 1)), Partitioner: a.named["ship"],
		})
	case "graph":
		s.finish()
		var g event.GraphDef
		if err := json.Unmarshal([]byte(a.named[""]), &g); err != nil {
			s.t.Fatal(err)
		}
		g.Recording = s.recording.String()
		for i := range g.Vertices {
			v := &g.Vertices[i]
			v.ID = s.hex16(v.ID)
			for j := range v.Operators {
				v.Operators[j].ID = s.hex16(v.Operators[j].ID)
			}
			for j := range v.Inputs {
				v.Inputs[j].Dataset, v.Inputs[j].Vertex = s.hex16(v.Inputs[j].Dataset), s.hex16(v.Inputs[j].Vertex)
			}
		}
		s.define(event.DefGraph, g)
	case "block":
		s.finish()
		s.open(w[1], w[2], a)
	case "corrupt":
		s.finish()
		lane, _ := event.ParseLane(w[2])
		n, _ := strconv.ParseUint(w[3], 10, 64)
		s.faults.bad[frameKey{recording: s.recording, attempt: s.key(w[1]), lane: lane, number: n}] = true
	case "silence":
		s.finish()
		n, _ := strconv.Atoi(w[1])
		s.now = s.now.Add(time.Duration(n) * time.Second)
	default:
		s.part(w, a)
	}
}

func (s *script) chain(text, vertex string) []event.ChainOperatorDef {
	if text == "" {
		return nil
	}
	var list []event.ChainOperatorDef
	for i, op := range strings.Split(text, ",") {
		f := append(strings.Split(op, "/"), "", "", "", "")
		def := event.ChainOperatorDef{Index: i, Operator: s.hex16("operator " + vertex + " " + f[0]), Name: f[0], Kind: f[1],
			Stateful: strings.Contains(f[2], "s"), Timers: strings.Contains(f[2], "t")}
		for _, x := range strings.FieldsFunc(f[3], func(r rune) bool { return r == '+' }) {
			n, _ := strconv.Atoi(x)
			def.Next = append(def.Next, n)
		}
		for _, x := range strings.FieldsFunc(f[4], func(r rune) bool { return r == '+' }) {
			n, _ := strconv.Atoi(x)
			def.Outputs = append(def.Outputs, n)
		}
		list = append(list, def)
	}
	return list
}

func (s *script) open(attempt, lane string, a arguments) {
	base, kept := strings.CutSuffix(lane, "+")
	l, ok := event.ParseLane(base)
	if !ok {
		s.t.Fatalf("lane %q", lane)
	}
	if kept {
		l = l.LookBack()
	}
	s.spec = block.Spec{Recording: s.recording, Attempt: s.key(attempt), Lane: l}
	k := fmt.Sprint(s.recording, attempt, lane)
	s.spec.Number = uint64(a.number("number", int64(s.numbers[k])))
	s.numbers[k] = s.spec.Number + 1
	if slices.Contains(a.words, "server") {
		s.spec.Flags |= block.FlagServer
		s.spec.Number += block.ServerNumbers
	}
	if slices.Contains(a.words, "recovered") {
		s.spec.Flags |= block.FlagRecovered
	}
	s.block = block.NewBuilder(s.spec)
}

func (s *script) finish() {
	if s.block == nil {
		return
	}
	ingesttest.PutBlock(s.t, s.store, s.block)
	s.block = nil
}

func unsigned(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// part takes a line inside a block.
func (s *script) part(w []string, a arguments) {
	if s.block == nil {
		s.t.Fatalf("%v outside of a block", w)
	}
	switch w[0] {
	case "base":
		s.block.Base(s.key(w[1]), uint32(unsigned(w[2])), unsigned(w[3]))
	case "channel":
		s.block.Channel(block.Channel{Partition: s.key(w[1]), Subpartition: uint32(unsigned(w[2])), FirstSeq: unsigned(w[3])})
	case "count":
		kind, _ := event.ParseKind(w[2])
		s.block.Count(int(unsigned(w[1])), kind, unsigned(w[3]))
	case "barrier":
		s.block.Barrier(block.Barrier{Checkpoint: unsigned(w[1]), In: w[2] == "in", Partition: s.key(w[3]), Subpartition: uint32(unsigned(w[4])),
			Seq: unsigned(w[5]), Unaligned: slices.Contains(w, "unaligned"), Recovering: slices.Contains(w, "recovering")})
	case "seen":
		z := block.WatermarkRange{In: w[1] == "in", First: int64(unsigned(w[3])), Last: int64(unsigned(w[4]))}
		if z.In {
			z.Input = int(unsigned(w[2]))
		} else {
			z.Partition = s.key(w[2])
		}
		s.block.Watermark(z)
	default:
		s.row(w[0], a)
	}
}

// row adds a row: inv n op wall et part sub ch path split off st text ck time flags what reason number number2 num num2, and body=!JSON.
// wall is in ms.
func (s *script) row(kind string, a arguments) {
	k, ok := event.ParseKind(kind)
	if !ok {
		s.t.Fatalf("kind %q", kind)
	}
	r := block.Row{
		Kind: k, Operator: int(a.number("op", -1)), Inv: uint64(a.number("inv", 0)), N: uint32(a.number("n", 1)),
		Wall: a.number("wall", 0) * 1000, Subpartition: int(a.number("sub", 0)), Channel: int(a.number("ch", 0)),
		Path: s.path(a.named["path"]), Offset: a.number("off", 0), SplitTime: a.number("st", 0), Checkpoint: uint64(a.number("ck", 0)),
		Time: a.number("time", 0), Flags: uint32(a.number("flags", 0)), Value: []byte(a.named["value"]), Body: []byte(a.named["body"]),
		What: uint32(a.number("what", 0)), Number: a.number("num", 0), Number2: a.number("num2", 0),
	}
	if reason := a.named["reason"]; reason != "" {
		r.Reason, _ = event.ParseDropReason(reason)
		r.Number, r.Number2 = a.number("number", NoNumber), a.number("number2", NoNumber)
		_, r.HasTime = a.named["time"]
	}
	if _, timed := a.named["time"]; timed && (k == event.KindWatermarkHeld || k == event.KindWatermarkOut) {
		r.HasTime = true
	}
	if p := a.named["part"]; p != "" {
		r.Partition = s.key(p)
	}
	if _, ok := a.named["et"]; ok {
		r.Timed, r.EventTime = true, a.number("et", 0)
	}
	if text := a.named["text"]; text != "" {
		r.Text = s.define(event.DefString, []byte(text))
	}
	if split := a.named["split"]; split != "" {
		topic, rest, _ := strings.Cut(split, "/")
		partition, cluster, _ := strings.Cut(rest, "/")
		n, _ := strconv.Atoi(partition)
		r.Split = s.define(event.DefSplit, event.SplitDef{Kind: "kafka", Topic: topic, Partition: int32(n), Cluster: cluster})
	}
	s.block.Add(r)
}
