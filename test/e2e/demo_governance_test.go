//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab/demo"
)

// governed is the built binary against the running demo.
type governed struct {
	t       *testing.T
	binary  string
	running *demo.Running
}

// run gives the output and the exit code.
func (g governed) run(in string, args ...string) (string, int) {
	g.t.Helper()
	cmd := exec.CommandContext(g.t.Context(), g.binary, append(args, "--server", g.running.URL)...)
	cmd.Stdin = strings.NewReader(in)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		g.t.Fatalf("%v: %v", args, err)
	}
	if wrong.Len() > 0 {
		g.t.Logf("%v: %s", args, wrong.String())
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// testGovernance changes the shop's schema in a file and asks who breaks, as CI does; then it writes an order that breaks the contracts of two topics, and
// follows what is told of it to the line of code that wrote the bad total.
func testGovernance(t *testing.T, repository string, running *demo.Running) {
	g := governed{t, filepath.Join(repository, "bin", "sightglass"), running}
	c := newServerClient(running.URL)
	testCatalog(t, c)
	t.Run("check", func(t *testing.T) {
		g.t = t
		g.check(filepath.Join(repository, "examples", "shop", "schemas", "orders-value.json"))
	})
	t.Run("breach", func(t *testing.T) { g.t = t; g.breach(c) })
}

// check wants a field that order-totals reads, and that is to go, to break it, with the records that show it, in all forms of the report.
func (g governed) check(file string) {
	g.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		g.t.Fatal(err)
	}
	dir := g.t.TempDir()
	changed := filepath.Join(dir, "orders-value.json")
	next := strings.Replace(string(text), `"totalCents": {"type": "integer"}`, `"totalCents": {"type": "object"}`, 1)
	if next == string(text) {
		g.t.Fatal("the shop's schema has no totalCents any more")
	}
	if err := os.WriteFile(changed, []byte(next), 0o600); err != nil {
		g.t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name) }
	out, code := g.run("", "check", "--schema", changed, "--type", "JSON", "--subject", "orders-value", "--topic", "orders",
		"--format", "text", "--format", "json", "--out", "", "--out", at("report.json"))
	if code != 1 {
		g.t.Fatalf("want exit code 1, got %d: %s", code, out)
	}
	var report struct {
		Registry struct{ Compatible bool }
		Changes  []struct{ Path string }
		Systems  []struct {
			ID, Verdict string
			Records     *struct{ Of, Failed int }
		}
	}
	raw, err := os.ReadFile(at("report.json"))
	if err != nil {
		g.t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		g.t.Fatalf("%v: %s", err, raw)
	}
	found := false
	for _, s := range report.Systems {
		if s.ID == "job:order-totals" {
			found = s.Verdict == "broken" && s.Records != nil && s.Records.Failed > 0
		}
	}
	if !found || report.Registry.Compatible || len(report.Changes) == 0 {
		g.t.Errorf("order-totals is to break, with records that show it: %s", raw)
	}
	if out, code := g.run("", "check", "--schema", changed, "--type", "JSON", "--subject", "orders-value", "--topic", "orders", "--format", "junit"); code != 1 || !strings.Contains(out, "order-totals") {
		g.t.Errorf("JUnit: exit code %d: %s", code, out)
	}
	g.withoutAField(at("replayed.json"))
	if out, code := g.run("", "check", "--schema", file, "--type", "JSON", "--subject", "orders-value", "--topic", "orders", "--max-maybe", "9", "--max-unknown", "9"); code != 0 {
		g.t.Errorf("the schema as it is: exit code %d: %s", code, out)
	}
}

// withoutAField takes a field out of what order-totals read last, and runs it again: its type does not say that it cannot do without, and it gives other
// totals.
func (g governed) withoutAField(report string) {
	g.t.Helper()
	out, code := g.run("", "check", "--drop", "orders#merchantId", "--replay", "--format", "text", "--format", "json", "--out", "", "--out", report)
	if code != 2 {
		g.t.Errorf("nothing shows that anything breaks: want exit code 2, got %d: %s", code, out)
	}
	var of struct {
		Systems []struct {
			ID, Verdict, Why string
			Evidence         []struct{ Kind, Detail string }
		}
	}
	raw, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(raw, &of)
	}
	if err != nil {
		g.t.Fatalf("%v: %s", err, raw)
	}
	for _, s := range of.Systems {
		if s.ID != "job:order-totals" {
			continue
		}
		for _, e := range s.Evidence {
			if e.Kind == "replay" && strings.Contains(e.Detail, "outputs and 0 entries of state differ") && s.Verdict == "maybe" && strings.Contains(s.Why, "does otherwise") {
				return
			}
		}
	}
	g.t.Errorf("order-totals is to give other totals in a replay: %s", raw)
}

// badOrder has a total that makes that of its window negative.
func badOrder(now time.Time) string {
	return fmt.Sprintf(`{"orderId":"O-9000001","eventTime":%d,"merchantId":"m-atlas","customer":{"name":"Ada Costa","email":"ada.costa10@example.com","phone":"+1-202-555-0100","cardNumber":"4242428085038399"},`+
		`"items":[{"sku":"SKU-1001","title":"Desk lamp, brass","quantity":1,"unitCents":4990}],"currency":"EUR","totalCents":-90000000000}`, now.UnixMilli())
}

type toldViolation struct {
	ID, Contract, Check, Topic string
	Partition                  int32
	First                      string
	Producer                   *struct{ Recording, Job, Operator, Position, Program string }
}

func (g governed) breach(c *serverClient) {
	g.t.Helper()
	if out, code := g.run("", "notify", "add", "--inbox", "--type", "contract.violated", "-o", "json"); code != 0 {
		g.t.Fatalf("subscribing: %d: %s", code, out)
	}
	if out, code := g.run(badOrder(time.Now()), "produce", "orders", "--key", "O-9000001", "--why", "a test"); code != 0 {
		g.t.Fatalf("writing the order: %d: %s", code, out)
	}
	var bad toldViolation
	await(g.t, 3*time.Minute, "the negative total breaks the contract of merchant-totals, and order-totals is known to have written it", func(ctx context.Context) (bool, error) {
		var answer struct{ Items []toldViolation }
		if err := c.get(ctx, "/api/v1/violations?limit=500", &answer); err != nil {
			return false, err
		}
		i := slices.IndexFunc(answer.Items, func(v toldViolation) bool {
			return v.Contract == "shop-merchant-totals" && strings.HasSuffix(v.Check, "totalCents/range") && v.Producer != nil
		})
		if i >= 0 {
			bad = answer.Items[i]
		}
		return i >= 0, nil
	})
	if p := bad.Producer; p.Job != "order-totals" || p.Position == "" || p.Program == "" {
		g.t.Errorf("who wrote it: %+v", p)
	}
	g.shownMasked(c, &bad)
	await(g.t, time.Minute, "whoever subscribed is told, of each contract once", func(ctx context.Context) (bool, error) {
		var inbox struct {
			Items []struct {
				Type, Contract, Link string
				Facts                struct{ Check string }
			}
		}
		if err := c.get(ctx, "/api/v1/notifications?limit=500", &inbox); err != nil {
			return false, err
		}
		times := map[string]int{}
		for _, n := range inbox.Items {
			if n.Type == "contract.violated" || strings.Contains(n.Type, "contract.violated") {
				times[n.Contract+" "+n.Facts.Check]++
				if n.Link == "" {
					g.t.Errorf("%s leads nowhere", n.Contract)
				}
			}
		}
		for what, n := range times {
			if n > 1 {
				return false, fmt.Errorf("%s was told %d times", what, n)
			}
		}
		return len(times) >= 2, nil
	})
	g.stepsThere(c, &bad)
}

// shownMasked looks at the record of a violation.
func (g governed) shownMasked(c *serverClient, v *toldViolation) {
	g.t.Helper()
	var record struct{ Text string }
	place := fmt.Sprintf("/api/v1/clusters/demo/topics/%s/records/%d/%s", v.Topic, v.Partition, v.First)
	if err := c.get(g.t.Context(), place, &record); err != nil || !strings.Contains(record.Text, "-") {
		g.t.Errorf("the record at %s: %q, %v", place, record.Text, err)
	}
}

// stepsThere wants the code of the shop that ran when the bad total was written, line by line.
func (g governed) stepsThere(c *serverClient, v *toldViolation) {
	g.t.Helper()
	var step struct {
		Frames []struct {
			Class string
			Line  int
		}
	}
	at := -1
	await(g.t, 3*time.Minute, "one steps through the code that wrote the bad total", func(ctx context.Context) (bool, error) {
		if err := c.get(ctx, "/api/v1/recordings/"+v.Producer.Recording+"/steps/"+url.PathEscape(v.Producer.Position), &step); err != nil {
			return false, err
		}
		for i, f := range step.Frames {
			if strings.HasPrefix(f.Class, "com.example.shop.") && f.Line > 0 {
				at = i
				return true, nil
			}
		}
		return false, nil
	})
	g.t.Logf("the bad total was written under %s:%d", step.Frames[at].Class, step.Frames[at].Line)
}
