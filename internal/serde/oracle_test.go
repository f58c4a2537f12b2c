//go:build oracle

package serde

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

var (
	valuesFlag = flag.Int("values", 200, "values of each type and Flink version")
	seedFlag   = flag.Int64("seed", 1, "seed of the random values; 0 chooses one")
	rewrite    = flag.Bool("rewrite", false, "write spec/vectors/serializers anew")
)

// linePerFlink are the modules of agent/oracle, by the name that the figures have.
var linePerFlink = []string{"1.20", "2.3"}

// oracleLimits leave room for all that the program makes; the limits have tests of their own.
var oracleLimits = Limits{Bytes: 64 << 20, Nodes: 10_000_000}

// zones are those that the oracle's JVM runs in: java.sql's dates and times mean something in it alone.
var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}

// TestOracle reads what Flink's own serializers write of random values (agent/oracle) by what the agent says of them, and
// compares with what the values were. Nothing may differ; what cannot be decoded must be said to be so.
func TestOracle(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Int64N(1 << 40)
	}
	fmt.Printf("ORACLE seed %d, %d values of each type (go test -tags oracle ./internal/serde -run TestOracle -seed %d -values %d)\n",
		seed, *valuesFlag, seed, *valuesFlag)
	var figures []string
	for _, line := range linePerFlink {
		o := oracle{line: line, zone: zones[int(seed)%len(zones)], subclasses: map[string]*Decoder{}}
		o.run(t, seed, *valuesFlag)
		figures = append(figures, o.report())
	}
	for _, f := range figures {
		fmt.Println(f)
	}
}

// oracle is one run of the Java program.
type oracle struct {
	line, zone string
	tallies    []*tally // in the order of the first value
	missing    []string // serializers of Flink that no type tries
	shown      int
	subclasses map[string]*Decoder // by base class and their own
}

// Subclass is Job, for what the program told as the agent's hook tells it.
func (o *oracle) Subclass(base, class string) *Decoder { return o.subclasses[base+" "+class] }

// Foreign is Job: nobody has the classes here.
func (o *oracle) Foreign(*event.SerializerObject, event.Payload, int, int) (event.Tree, int, error) {
	return event.Tree{}, 0, errors.New("nobody was asked")
}

// tally counts the values of one type.
type tally struct {
	name          string
	values, agree int
	opaque        bool // the values are expected to be bytes with a reason
}

// oracleLine is a line that the program prints: a type, a subclass that its serializer met, a value, or the end.
type oracleLine struct {
	Type       string
	Descriptor json.RawMessage
	Base       string // of a subclass: the class that its descriptor's class extends
	Class      string
	Hex        string
	Expect     json.RawMessage
	Missing    []string
}

// TestVectorsAreCurrent compares the vectors with what the program writes now.
func TestVectorsAreCurrent(t *testing.T) {
	for line, v := range map[string]struct{ version, file string }{"1.20": {"1.20.5", "flink-1.20"}, "2.3": {"2.3.0", "flink-2"}} {
		cmd, complaints := program(t, line, "Europe/Berlin", "--flink", v.version, "--seed", "20260801", "--vectors")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("Flink %s: %v\n%s", line, err, complaints.String())
		}
		file := filepath.Join("..", "..", "spec", "vectors", "serializers", v.file+".jsonl")
		if *rewrite {
			if err := os.WriteFile(file, out, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if old, err := os.ReadFile(file); err != nil || !bytes.Equal(old, out) {
			t.Errorf("%s is not what the oracle writes (%v): make vectors", file, err)
		}
	}
}

// program is the Java program of one line, in a JVM of one zone.
func program(t *testing.T, line, zone string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	target := filepath.Join("..", "..", "agent", "oracle", "flink-"+line, "target")
	jars, err := os.ReadFile(filepath.Join(target, "class-path"))
	if err != nil {
		t.Fatalf("the oracle is not built (make test-oracle builds it): %v", err)
	}
	path := filepath.Join(target, "classes") + string(os.PathListSeparator) + strings.TrimSpace(string(jars))
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx1g", "-Dfile.encoding=UTF-8", "-Duser.timezone="+zone,
		"--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED", "-cp", path,
		"dev.sightglass.agent.oracle.Main")
	cmd.Args = append(cmd.Args, args...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	return cmd, &complaints
}

func (o *oracle) run(t *testing.T, seed int64, values int) {
	t.Helper()
	cmd, complaints := program(t, o.line, o.zone, "--flink", o.line, "--seed", fmt.Sprint(seed), "--values", fmt.Sprint(values))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := o.read(t, bufio.NewReaderSize(out, 1<<16))
	if err := cmd.Wait(); err != nil || !ended {
		t.Fatalf("Flink %s: the oracle did not come to its end: %v\n%s", o.line, err, complaints.String())
	}
	for _, name := range o.missing {
		t.Errorf("Flink %s has a serializer that no type tries: %s", o.line, name)
	}
}

// read compares line by line; true when the program said that it was done.
func (o *oracle) read(t *testing.T, in *bufio.Reader) bool {
	var d *Decoder
	var now *tally
	var descriptor string
	lines := json.NewDecoder(in)
	for {
		var l oracleLine
		if err := lines.Decode(&l); err != nil {
			return false
		}
		switch {
		case l.Missing != nil:
			o.missing = l.Missing
			return true
		case l.Base != "":
			parsed, err := event.ParseDescriptor(l.Descriptor)
			if err != nil {
				t.Fatalf("Flink %s, %s: %v", o.line, l.Class, err)
			}
			o.subclasses[l.Base+" "+l.Class] = Compile(parsed, oracleLimits)
		case l.Type != "":
			parsed, err := event.ParseDescriptor(l.Descriptor)
			if err != nil {
				t.Fatalf("Flink %s, %s: %v", o.line, l.Type, err)
			}
			d, now, descriptor = Compile(parsed, oracleLimits), o.tally(l.Type), string(l.Descriptor)
		default:
			now.values++
			if why := o.differs(t, d, now, &l); why == "" {
				now.agree++
			} else if t.Fail(); now.values-now.agree == 1 && o.shown < 20 {
				o.shown++
				t.Errorf("Flink %s, %s: %s\ndescriptor %s\nbytes %s", o.line, now.name, why, clip(descriptor), clip(l.Hex))
			}
		}
	}
}

func clip(s string) string { return s[:min(len(s), 1500)] }

// tally finds the count of a type; the tags of stream elements are one type each.
func (o *oracle) tally(name string) *tally {
	i := slices.IndexFunc(o.tallies, func(c *tally) bool { return c.name == name })
	if i < 0 {
		i = len(o.tallies)
		o.tallies = append(o.tallies, &tally{name: name})
	}
	return o.tallies[i]
}

// differs says how the decoded value differs from what it was, or "".
func (o *oracle) differs(t *testing.T, d *Decoder, now *tally, l *oracleLine) string {
	b, err := hex.DecodeString(l.Hex)
	if err != nil {
		return err.Error()
	}
	want := parseExpect(t, l.Expect)
	p := event.NewPayload(b)
	var got any
	var reason string
	if strings.HasPrefix(now.name, "element/") {
		e := d.DecodeElementOf(o, p)
		got, reason = shownElement(e), e.Value.Info().Reason
		if !e.Known {
			reason = "the element is not known"
		}
	} else {
		tree := d.DecodeOf(o, p)
		got, reason = asExpect(tree.Open(sealed.Take())), tree.Info().Reason
	}
	opaque := strings.Contains(string(l.Expect), `"opaque"`)
	now.opaque = now.opaque || opaque
	switch {
	case !reflect.DeepEqual(got, want):
		return "decoded\n" + clip(show(got)) + "\nit was\n" + clip(show(want)) + "\nreason " + reason
	case opaque && reason == "":
		return "bytes that were not decoded pass for understood"
	case !opaque && reason != "":
		return "not all bytes were understood: " + reason
	}
	return ""
}

// report prints what was compared, by type, and gives the line of the figure.
func (o *oracle) report() string {
	values, agree, said := 0, 0, 0
	fmt.Printf("%-10s %-40s %9s %9s\n", "Flink", "type", "values", "agree")
	for _, c := range o.tallies {
		note := ""
		if c.opaque {
			note, said = "  bytes, with the reason", said+c.values
		}
		fmt.Printf("%-10s %-40s %9d %9d%s\n", o.line, c.name, c.values, c.agree, note)
		values, agree = values+c.values, agree+c.agree
	}
	fmt.Printf("%-10s %d types, %d values, %d agree, %d of them are bytes with a reason; zone %s\n", o.line, len(o.tallies), values, agree, said, o.zone)
	verdict := "met"
	if agree < values || len(o.missing) > 0 || values == 0 {
		verdict = "missed"
	}
	share := 100 * float64(agree) / float64(max(values, 1))
	if agree < values {
		share = min(share, 99.9999) // never rounded up to all
	}
	return fmt.Sprintf("FIGURE decoder_oracle_%s %.4f %% target >=100 %s", o.line, share, verdict)
}
