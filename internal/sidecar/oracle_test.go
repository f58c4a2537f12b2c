//go:build oracle

package sidecar

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

var (
	valuesFlag = flag.Int("values", 200, "values of each type and Flink version")
	seedFlag   = flag.Int64("seed", 1, "seed of the random values; 0 chooses one")
)

// most is how many values of a type are asked about: each is one question, and they differ less than those of Flink's own types.
const most = 500

var agent = filepath.Join("..", "..", "agent")

// TestOracle lets the real sidecar read what Kryo and other serializers that no description helps with wrote (agent/oracle), with
// the jars of either Flink line, and compares with what the values were.
func TestOracle(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Int64N(1 << 40)
	}
	var figures []string
	for _, line := range []string{"1.20", "2.3"} {
		target := filepath.Join(agent, "oracle", "flink-"+line, "target")
		path, err := os.ReadFile(filepath.Join(target, "class-path"))
		if err != nil {
			t.Fatalf("the oracle is not built (make test-oracle builds it): %v", err)
		}
		classes := append([]string{absolute(t, target, "classes")}, filepath.SplitList(strings.TrimSpace(string(path)))...)
		cmd := exec.CommandContext(t.Context(), "java", "-Xmx1g", "-Dfile.encoding=UTF-8", "--add-opens=java.base/java.util=ALL-UNNAMED",
			"--add-opens=java.base/java.lang=ALL-UNNAMED", "-cp", strings.Join(classes, string(os.PathListSeparator)),
			"dev.sightglass.agent.oracle.Main", "--flink", line, "--seed", fmt.Sprint(seed), "--values", fmt.Sprint(min(*valuesFlag, most)))
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		values, agree := compare(t, real(t, classes), line, bufio.NewReaderSize(out, 1<<16))
		if err := cmd.Wait(); err != nil {
			t.Fatalf("Flink %s: %v\n%s", line, err, complaints.String())
		}
		verdict := "met"
		if agree < values || values == 0 {
			verdict = "missed"
			t.Errorf("Flink %s: %d of %d values agree", line, agree, values)
		}
		fmt.Printf("%-10s %d values of the job's classes, %d agree, seed %d\n", line, values, agree, seed)
		figures = append(figures, fmt.Sprintf("FIGURE sidecar_oracle_%s %.4f %% target >=100 %s", line, 100*float64(agree)/float64(max(values, 1)), verdict))
	}
	for _, f := range figures {
		fmt.Println(f)
	}
}

func absolute(t *testing.T, parts ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// real is a sidecar as the server starts it, but that classes stand in for a folder of jars.
func real(t *testing.T, classes []string) *Sidecar {
	t.Helper()
	java, err := findJava("")
	if err != nil {
		t.Fatal(err)
	}
	program := absolute(t, agent, "sidecar", "target", "classes")
	dir := t.TempDir()
	jar(t, dir, "stands-for-all.jar")
	s, err := New(Options{
		Dir: dir, Answer: time.Minute, // the machine may be busy
		commands: func(string, []string) []string {
			return commandLine(java, program, 256, classes)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func compare(t *testing.T, s *Sidecar, line string, in *bufio.Reader) (values, agree int) {
	t.Helper()
	var object *event.SerializerObject
	var name string
	counts := map[string]int{}
	lines := json.NewDecoder(in)
	for lines.More() {
		var l struct {
			Type, Hex  string
			Descriptor json.RawMessage
			ByJob      json.RawMessage
		}
		if err := lines.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if l.Type != "" {
			d, err := event.ParseDescriptor(l.Descriptor)
			if err != nil {
				t.Fatal(err)
			}
			object, name = d.Object, l.Type
		}
		if l.ByJob == nil {
			continue
		}
		values++
		counts[name]++
		if why := differs(s, object, l.Hex, l.ByJob); why == "" {
			agree++
		} else if values-agree < 10 {
			t.Errorf("Flink %s, %s: %s", line, name, why)
		}
	}
	for name, n := range counts {
		fmt.Printf("%-10s %-40s %9d\n", line, name, n)
	}
	return values, agree
}

// differs says how what the sidecar shows differs from what the value was.
func differs(s *Sidecar, object *event.SerializerObject, text string, expect json.RawMessage) string {
	b, err := hex.DecodeString(text)
	if err != nil {
		return err.Error()
	}
	if object == nil {
		return "the agent did not send the serializer"
	}
	behind := append(bytes.Clone(b), 1, 2, 3) // what stands behind a value is not part of it
	tree, taken, err := s.Decode(context.Background(), "job", "", object, event.NewPayload(behind), 0, len(behind))
	switch {
	case err != nil:
		return err.Error()
	case taken != len(b):
		return fmt.Sprintf("%d of %d bytes were taken", taken, len(b))
	}
	var want any
	if err := json.Unmarshal(expect, &want); err != nil {
		return err.Error()
	}
	if got := shown(tree.Open(sealed.Take())); !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("decoded %v, it was %v", got, want)
	}
	return ""
}

// shown has the form that the program says values in.
func shown(n *event.Node) any {
	items := make([]any, len(n.Items))
	for i := range n.Items {
		items[i] = shown(&n.Items[i])
		if n.Kind == event.NodeObject {
			items[i] = []any{n.Items[i].Name, items[i]}
		}
	}
	switch n.Kind {
	case event.NodeNull:
		return nil
	case event.NodeList, event.NodeEntry:
		return items
	case event.NodeMap:
		return map[string]any{"map": items}
	case event.NodeObject:
		return map[string]any{"obj": items}
	case event.NodeScalar:
		switch n.Value.Kind() {
		case event.ValueString:
			return n.Value.Raw()
		case event.ValueInt:
			return map[string]any{"i": n.Value.Text()}
		case event.ValueFloat64:
			return map[string]any{"f64": fmt.Sprintf("%016x", math.Float64bits(n.Value.Float()))}
		}
	}
	return n.Kind.String() + ": " + n.Reason
}
