package grant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

const policyText = `masking:
  classes: {pii: {rank: 30, action: redact}, money: {rank: 40, action: redact}}
roles: [{name: support}, {name: lead}]
grants:
  - {name: contact, ask: [support], approve: [lead], clear: [pii, money], resources: ["cluster/prod/topic/*"], for: 2h}
  - {name: quick, ask: [support], clear: [pii], resources: ["cluster/prod/topic/orders"]}
`

var (
	ann   = access.Principal{ID: "local:ann", Name: "Ann", Roles: []string{"support"}}
	lead  = access.Principal{ID: "local:lea", Name: "Lea", Roles: []string{"lead"}}
	token = access.Principal{ID: "token:1", Owner: "local:ann", Name: "ann (token ci)", Roles: []string{"support", "lead"}}
)

const orders = access.Resource("cluster/prod/topic/orders")

// world is a keeper with a clock and a log of what it told.
type world struct {
	t     *testing.T
	file  string
	force *access.InForce
	now   time.Time
	told  []string
	deaf  bool // nothing can be told
	*Keeper
}

func policyOf(t *testing.T, text string) *access.Policy {
	t.Helper()
	p, err := access.ReadPolicy(text, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, file: filepath.Join(t.TempDir(), FileName), now: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)}
	w.restart()
	return w
}

// restart is what a new process does.
func (w *world) restart() {
	w.force = access.NewInForce(policyOf(w.t, policyText))
	w.Keeper = Open(Options{File: w.file, Force: w.force, Now: func() time.Time { return w.now }, Record: func(_ context.Context, g Grant, what access.Action, why string) error {
		if w.deaf {
			return errors.New("disk full")
		}
		w.told = append(w.told, fmt.Sprintf("%s %s %s", what, g.Rule, why))
		return nil
	}})
}

func (w *world) ask(who access.Principal, wish Wish) Grant {
	w.t.Helper()
	wish.Reason = "ticket 7"
	g, err := w.Plan(who, wish)
	if err == nil {
		g, err = w.Take(g)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w *world) sees(who access.Principal) string {
	return strings.Join(w.force.Policy().LiftedOn(who, orders), " ")
}

func TestWhatNobodyHasToApproveIsInForceAtOnce(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "quick"})
	if g.State != InForce || !g.Until.Equal(w.now.Add(time.Hour)) || w.sees(ann) != "pii" || w.sees(lead) != "" {
		t.Errorf("%+v; ann sees %q", g, w.sees(ann))
	}
	if w.sees(token) != "" {
		t.Error("a token has what its owner asked for as a person")
	}
	if info, err := os.Stat(w.file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestSomebodyElseApproves(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "contact", Clear: []string{"pii"}, For: 90 * time.Minute})
	if g.State != Pending || w.sees(ann) != "" {
		t.Fatalf("%+v, sees %q", g, w.sees(ann))
	}
	for _, who := range []access.Principal{ann, token, {ID: "token:2", Owner: "local:ann", Roles: []string{"lead"}}} {
		if _, err := w.Approve(who, g.ID); !errors.Is(err, ErrOwn) {
			t.Errorf("%s approves their own: %v", who.ID, err)
		}
		if _, err := w.Refuse(who, g.ID, ""); !errors.Is(err, ErrOwn) {
			t.Errorf("%s refuses their own: %v", who.ID, err)
		}
	}
	w.now = w.now.Add(time.Hour) // it waited
	got, err := w.Approve(lead, g.ID)
	if err != nil || got.State != InForce || got.Approver != lead.ID || !got.Until.Equal(w.now.Add(90*time.Minute)) || w.sees(ann) != "pii" {
		t.Errorf("%+v %v, sees %q", got, err, w.sees(ann))
	}
	if _, err := w.Approve(lead, g.ID); !errors.Is(err, ErrState) {
		t.Errorf("twice: %v", err)
	}
	if _, err := w.Approve(lead, "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("none: %v", err)
	}
}

func TestATokenThatAskedHasTheGrantAsItsOwnerHas(t *testing.T) {
	w := open(t)
	g := w.ask(token, Wish{Rule: "quick"})
	other := token
	other.ID = "token:2"
	if w.sees(token) != "pii" || w.sees(ann) != "pii" || w.sees(other) != "" || g.Principal != "local:ann" || g.Via != "token:1" {
		t.Errorf("token %q, owner %q, another token %q, %+v", w.sees(token), w.sees(ann), w.sees(other), g)
	}
}

func TestRefusedAndEndedIsOver(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "contact"})
	if got, err := w.Refuse(lead, g.ID, " too much "); err != nil || got.State != Refused || got.Why != "too much" || got.By != lead.ID {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := w.Approve(lead, g.ID); !errors.Is(err, ErrState) {
		t.Errorf("approved after it was refused: %v", err)
	}
	g = w.ask(ann, Wish{Rule: "quick"})
	if got, err := w.End(ann, g.ID, ""); err != nil || got.State != Ended || w.sees(ann) != "" {
		t.Errorf("%+v %v, sees %q", got, err, w.sees(ann))
	}
	if _, err := w.End(ann, g.ID, ""); !errors.Is(err, ErrState) {
		t.Errorf("ended twice: %v", err)
	}
	w.restart()
	if w.sees(ann) != "" || len(w.List(ann, func(*Grant) bool { return false })) != 2 {
		t.Error("it is there again after a restart, or forgotten")
	}
	w.Sweep(t.Context())
	if len(w.told) != 0 {
		t.Errorf("what people did is told a second time: %v", w.told)
	}
}

func TestItEndsByTheClockAlsoAcrossARestart(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "quick", For: 30 * time.Minute})
	ctx, stop := w.force.Bound(t.Context(), ann)
	defer stop()
	w.now = w.now.Add(30*time.Minute - 1)
	w.restart()
	if w.sees(ann) != "pii" {
		t.Error("it does not outlive a restart")
	}
	w.now = w.now.Add(1)
	if w.sees(ann) != "" {
		t.Error("it is in force when its time is over, before anybody swept")
	}
	w.deaf = true
	w.Sweep(t.Context())
	w.restart()
	w.deaf = false
	for range 3 {
		w.Sweep(t.Context())
	}
	if strings.Join(w.told, "\n") != "grant:expire quick " {
		t.Errorf("told: %q", w.told)
	}
	w.restart()
	w.Sweep(t.Context())
	if got, err := w.Find(g.ID); err != nil || got.State != Expired || len(w.told) != 1 {
		t.Errorf("%+v %v, told %q", got, err, w.told)
	}
	if ctx.Err() != nil {
		t.Error("another process's answer was ended by this one") // the restart made another InForce
	}
}

func TestASweepEndsAnswersUnderAGrantThatIsOver(t *testing.T) {
	w := open(t)
	w.ask(ann, Wish{Rule: "quick"})
	ctx, stop := w.force.Bound(t.Context(), ann)
	defer stop()
	w.now = w.now.Add(time.Hour)
	w.Sweep(t.Context())
	if !errors.Is(context.Cause(ctx), access.ErrGrantOver) {
		t.Errorf("it goes on: %v", context.Cause(ctx))
	}
}

func TestWhatNobodyDecidesAboutIsOver(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "contact"})
	w.now = w.now.Add(PendingFor)
	w.Sweep(t.Context())
	if _, err := w.Approve(lead, g.ID); !errors.Is(err, ErrState) || len(w.told) != 1 {
		t.Errorf("%v, told %q", err, w.told)
	}
}

func TestAGrantWhoseRuleIsGoneIsOver(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "quick"})
	w.force.Put(policyOf(t, strings.Replace(policyText, "name: quick", "name: other", 1)))
	if w.sees(ann) != "" {
		t.Error("it is in force without its rule")
	}
	w.Sweep(t.Context())
	w.force.Put(policyOf(t, policyText))
	if got, err := w.Find(g.ID); err != nil || got.State != Ended || w.sees(ann) != "" || len(w.told) != 1 || !strings.Contains(w.told[0], "grant:end") {
		t.Errorf("%+v %v, sees %q, told %q", got, err, w.sees(ann), w.told)
	}
}

func TestAFileThatCannotBeReadPutsNothingInForce(t *testing.T) {
	w := open(t)
	w.ask(ann, Wish{Rule: "quick"})
	whole, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "cut": string(whole[:len(whole)/2]), "longer": string(whole) + "{}", "another version": strings.Replace(string(whole), `"version": 1`, `"version": 2`, 1), "unknown member": strings.Replace(string(whole), `"rule"`, `"x": 1, "rule"`, 1),
		"a longer time": strings.Replace(string(whole), `T13:00:00Z`, `T19:00:00Z`, 1), "no state": strings.Replace(string(whole), `"in-force"`, `"inforce"`, 1), "too long": strings.Replace(string(whole), `"seconds": 3600`, `"seconds": 36000`, 1),
	} {
		if text == string(whole) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if err := os.WriteFile(w.file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		w.restart()
		if w.sees(ann) != "" || w.Trouble() == nil {
			t.Errorf("%s: sees %q, %v", name, w.sees(ann), w.Trouble())
		}
		if _, err := w.Plan(ann, Wish{Rule: "quick", Reason: "x"}); !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
		w.Sweep(t.Context())
		if now, err := os.ReadFile(w.file); err != nil || string(now) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if err := os.Rename(w.file, w.file+".damaged"); err != nil {
		t.Fatal(err)
	}
	w.ask(ann, Wish{Rule: "quick"})
	if w.sees(ann) != "pii" || w.Trouble() != nil {
		t.Errorf("after the file was taken away: sees %q, %v", w.sees(ann), w.Trouble())
	}
}

func TestWhatCannotBeWrittenIsNotGranted(t *testing.T) {
	w := open(t)
	g := w.ask(ann, Wish{Rule: "quick"})
	pending := w.ask(ann, Wish{Rule: "contact"})
	if err := os.Rename(filepath.Dir(w.file), filepath.Dir(w.file)+".gone"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Rename(filepath.Dir(w.file)+".gone", filepath.Dir(w.file)) })
	if _, err := w.Approve(lead, pending.ID); !errors.Is(err, ErrFile) || w.sees(ann) != "pii" {
		t.Errorf("approved: %v, sees %q", err, w.sees(ann))
	}
	if _, err := w.End(ann, g.ID, ""); !errors.Is(err, ErrFile) || w.sees(ann) != "" {
		t.Errorf("ended: %v, sees %q", err, w.sees(ann))
	}
	if err := os.Rename(filepath.Dir(w.file)+".gone", filepath.Dir(w.file)); err != nil {
		t.Fatal(err)
	}
	w.Sweep(t.Context())
	w.restart()
	if got, err := w.Find(g.ID); err != nil || got.State != Ended {
		t.Errorf("that it is over was not written later: %+v %v", got, err)
	}
}

func TestOnePersonHasSoManyGrants(t *testing.T) {
	w := open(t)
	for range mostOpen {
		w.ask(ann, Wish{Rule: "contact"})
	}
	if _, err := w.Plan(token, Wish{Rule: "contact", Reason: "x"}); !errors.Is(err, ErrState) {
		t.Errorf("one more: %v", err)
	}
	if list := w.List(lead, func(g *Grant) bool { return false }); len(list) != 0 {
		t.Errorf("others see %d", len(list))
	}
	w.now = w.now.Add(PendingFor)
	w.Sweep(t.Context())
	w.now = w.now.Add(KeptFor + 1)
	w.ask(ann, Wish{Rule: "quick"})
	if list := w.List(ann, func(*Grant) bool { return false }); len(list) != 1 {
		t.Errorf("%d are kept", len(list))
	}
}

const killedFile = "SIGHTGLASS_TEST_GRANTS"

// TestMain is also the process that TestAGrantOutlivesAKill kills.
func TestMain(m *testing.M) {
	if file := os.Getenv(killedFile); file != "" {
		grantOn(file)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// grantOn asks for grants and ends them, for ever, and says on standard output when the first one is in force.
func grantOn(file string) {
	p, err := access.ReadPolicy(policyText, access.Keys{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	k := Open(Options{File: file, Force: access.NewInForce(p)})
	var last string
	for i := 0; ; i++ {
		g, err := k.Plan(ann, Wish{Rule: "quick", Reason: "x"})
		if err == nil {
			g, err = k.Take(g)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		if last != "" {
			if _, err := k.End(ann, last, ""); err != nil {
				fmt.Fprintln(os.Stderr, err)
				return
			}
		}
		if last = g.ID; i == 3 {
			fmt.Println("granted")
		}
	}
}

func TestAGrantOutlivesAKill(t *testing.T) {
	w := open(t)
	w.now = time.Now()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), killedFile+"="+w.file)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 7)
	if n, err := out.Read(said); err != nil || string(said[:n]) != "granted" {
		t.Fatalf("%q %v", said[:n], err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // it was killed
	w.restart()
	if w.Trouble() != nil || w.sees(ann) != "pii" {
		t.Errorf("sees %q, %v", w.sees(ann), w.Trouble())
	}
}
