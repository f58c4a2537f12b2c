package replay

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/sandbox"
	"github.com/sightglass/sightglass/internal/store"
)

// What findings are about.
const (
	AboutCapsule   = "capsule"
	AboutParts     = "parts"
	AboutState     = "state"
	AboutFlink     = "flink"
	AboutJava      = "java"
	AboutAgent     = "agent"
	AboutSandbox   = "sandbox"
	AboutSecrets   = "secrets"
	AboutInputs    = "inputs"
	AboutRecording = "recording"
)

// Finding is something that a plan found.
type Finding struct {
	About string `json:"about"`
	Stops bool   `json:"stops,omitempty"` // nothing can be replayed; otherwise it is a warning
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"` // what to do about it
}

// Plan says what a replay would need, and what of it is there.
type Plan struct {
	Flink    string    `json:"flink"`   // version that was recorded, or is wanted
	Home     string    `json:"home"`    // where its jars are; empty = not found
	Java     string    `json:"java"`    // version that was recorded
	Program  string    `json:"program"` // the java that would run; empty = none
	Has      string    `json:"has"`     // its version
	Sandbox  string    `json:"sandbox"` // that would be in force; empty = none
	Reaches  uint64    `json:"reaches"` // invocation up to which everything is there; 0 = none, or not looked at
	Last     uint64    `json:"last"`    // invocation that was recorded
	Restored bool      `json:"restored,omitempty"`
	Starts   []Start   `json:"starts,omitempty"` // checkpoints that it can begin behind, oldest first
	Findings []Finding `json:"findings"`
	Senders  []Sender  `json:"senders,omitempty"` // replays that have what it took in, where the recording does not; those that have to run first are in order

	home flinkHome
	java java
}

// Start is a checkpoint that a replay can begin behind.
type Start struct {
	Checkpoint uint64 `json:"checkpoint"`
	Invocation uint64 `json:"invocation"`       // the last one before it
	Absent     string `json:"absent,omitempty"` // why it cannot, after all
}

// Stopped tells whether a finding keeps anything from being replayed.
func (p *Plan) Stopped() bool {
	for _, f := range p.Findings {
		if f.Stops {
			return true
		}
	}
	return false
}

func (p *Plan) stop(about, do, text string, args ...any) {
	p.Findings = append(p.Findings, Finding{about, true, fmt.Sprintf(text, args...), do})
}

func (p *Plan) warn(about, do, text string, args ...any) {
	p.Findings = append(p.Findings, Finding{about, false, fmt.Sprintf(text, args...), do})
}

// Machine is what a server has to run replays with.
type Machine struct {
	Flink     string // a Flink home, or a folder with homes
	FlinkHome string // of the environment
	Java      string // program
	JavaHome  string // of the environment
	Agent     string // the agent's jar; empty: this binary carries none
	Self      string // this binary, which bounds itself and becomes the JVM
	Sandboxed bool
}

// lookAtMost is how long a plan goes through what was recorded.
const lookAtMost = 20 * time.Second

// enough of a feed shows that a run has what it begins with.
const enough = 256 << 10

// planning is what a plan is made for.
type planning struct {
	rec        event.RecordingID
	attempt    event.Key
	checkpoint uint64 // to begin behind; 0 = at its beginning
	to         uint64 // invocation to end with; 0 = the last one
	flink      string // version; empty = the recorded one
	whole      bool   // through all that was recorded, not its beginning alone
	look       time.Duration
	derived    Derived
	topics     *topics // that are looked at; nil: none is read again
	wants      *wants  // takes what is not there; nil: it is missing

	used map[event.RecordingID]bool // derived recordings that inputs come from
	cut  bool                       // not all was looked at
}

func (w *planning) supply(ctx context.Context, s store.Store) (*supply, error) {
	u, err := openSupply(ctx, s, w.rec, w.derived, nil)
	if err == nil {
		u.topics, u.lent, u.wants = w.topics, true, w.wants
	}
	return u, err
}

// plan looks at what an attempt would need.
func (m *Machine) plan(ctx context.Context, s store.Store, w *planning) (*Plan, error) {
	supply, err := w.supply(ctx, s)
	if err != nil {
		return nil, err
	}
	defer supply.close()
	snap, rec, attempt, checkpoint, flink := supply.snap, w.rec, w.attempt, w.checkpoint, w.flink
	dict := newDictionary(s, rec)
	p := &Plan{Findings: []Finding{}}
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt}) {
		p.Last = max(p.Last, ref.Header.LastInv)
	}
	def, known := dict.attempts[attempt]
	if p.Flink = flink; flink == "" {
		p.Flink = dict.processes[def.Process].Flink
	}
	m.look(ctx, p)
	c, restore, err := findCapsule(ctx, snap, attempt)
	switch {
	case err != nil && c == nil:
		p.stop(AboutCapsule, "attempts that start from now on have one, unless the agent's option hooks.off names capsule or a policy turns it off", "%v", err)
		return p, nil
	case err != nil:
		p.stop(AboutState, "keep checkpoints for longer than replays of them are wanted: sightglass pin, and Flink's retained checkpoints", "%v", err)
	}
	p.Restored = !restore.handles.Null()
	p.capsule(c, s)
	if !known {
		p.stop(AboutRecording, "", "what attempt %s was of is not known: its definition never came", attempt)
	}
	if p.Last == 0 {
		p.stop(AboutRecording, "sightglass gaps tells what is missing and why", "nothing that the attempt did was recorded")
		return p, nil
	}
	if c.hasLegacySource() && known && !p.legacySource(dict.processes[def.Process]) {
		return p, nil
	}
	if checkpoint > 0 && !c.hasLegacySource() && slices.ContainsFunc(def.Chain, func(o event.ChainOperatorDef) bool { return o.Kind == "source" }) {
		p.warn(AboutState, "begin at the attempt's beginning if it parts", "the watermark of each split of a source is not part of what a task keeps beside a checkpoint, so its watermarks may come out otherwise")
	}
	starts, err := checkpoints(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	for _, x := range starts {
		p.Starts = append(p.Starts, Start{x.checkpoint, x.invocation, x.absent(s)})
	}
	from, err := findStart(ctx, snap, attempt, checkpoint)
	if errors.Is(err, ErrCheckpoint) {
		p.stop(AboutState, "begin at one that the plan names, or at the attempt's beginning", "%v", err)
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	begins := restore.files
	if checkpoint > 0 {
		begins = from.snapshot.needs
	}
	p.state(begins, s)
	return p, p.inputs(ctx, supply, dict, w, from)
}

// state looks at the files of the state to begin with.
func (p *Plan) state(files []stateFile, blobs store.BlobReader) {
	for _, f := range files {
		if why := f.absent(blobs); why != "" {
			p.stop(AboutState, "the policy keeps copies (snapshots: docs/operations/policy.md); a checkpoint that its job retains stays; else begin elsewhere: the plan names where",
				"file %s of the state to begin with %s", f.path, why)
			return
		}
	}
}

// look finds out what this machine has.
func (m *Machine) look(ctx context.Context, p *Plan) {
	if p.Flink == "" {
		p.stop(AboutFlink, "", "the version of Flink that it ran on was not recorded")
	} else {
		home, ok := findFlink(m.Flink, m.FlinkHome, p.Flink)
		if p.home, p.Home = home, home.dir; !ok {
			p.stop(AboutFlink, getFlink(m.Flink, p.Flink), "the jars of Flink %s are not here", p.Flink)
		}
	}
	if m.Agent == "" {
		p.stop(AboutAgent, "make build makes a binary that carries it", "this binary carries no agent, and with it no replayer")
	}
	var err error
	if p.java, err = findJava(ctx, m.Java, m.JavaHome); err != nil {
		p.stop(AboutJava, "install a JDK, or name one by the setting replay-java or JAVA_HOME", "%v", err)
	}
	p.Program, p.Has = p.java.program, p.java.version
	if !m.Sandboxed {
		p.warn(AboutSandbox, "", "the job's code runs without a sandbox, with the rights of the server: the setting replay-sandbox is off")
		return
	}
	if p.Sandbox, err = sandbox.Offered(); err != nil {
		p.stop(AboutSandbox, "the setting replay-sandbox: off runs the job's code with the rights of the server, if you trust it", "%v", err)
	}
}

// capsule looks at what rebuilds the task.
func (p *Plan) capsule(c *capsule, blobs store.BlobReader) {
	p.Java = c.Java.Version
	for _, part := range c.Parts {
		h, err := event.ParseBlobHash(part.SHA256)
		if err != nil {
			p.stop(AboutParts, "", "part %s of the capsule has no hash that can be read", part.Name)
			continue
		}
		if st := blobs.Blob(h); !st.Complete {
			p.stop(AboutParts, "it comes when the process that has it is connected: sightglass agents; sightglass capsules shows how much is here",
				"part %s of the capsule is not stored: %d of %d bytes came", part.Name, st.Bytes, part.Bytes)
		}
	}
	for _, x := range c.Missing {
		p.stop(AboutParts, "sightglass capsules lists parts that could not be taken", "part %s of the capsule could not be taken: %s", x.Name, x.Reason)
	}
	if n := len(c.Hidden); n > 0 {
		p.warn(AboutSecrets, "code that reads one of them does something else than it did", "secrets were taken out of its configuration: %s", strings.Join(c.Hidden, ", "))
	}
	if a, b := major(p.Java), major(p.Has); a != 0 && b != 0 && a != b {
		p.warn(AboutJava, fmt.Sprintf("the setting replay-java names another one; Java %d is wanted", a), "it was recorded on Java %s and would run on %s", p.Java, p.Has)
	}
}

// errEnough ends a feed that nobody wants more of.
var errEnough = errors.New("enough")

// sink counts what a feed would write.
type sink struct {
	left int // bytes; negative = all
}

func (s *sink) Write(b []byte) (int, error) {
	if s.left < 0 {
		return len(b), nil
	}
	if s.left -= len(b); s.left < 0 {
		return 0, errEnough
	}
	return len(b), nil
}

// inputs goes through what would be fed, without a task: what is missing shows where it is missing.
func (p *Plan) inputs(ctx context.Context, supply *supply, dict *dictionary, w *planning, from start) error {
	limited, cancel := context.WithTimeout(ctx, cmp.Or(w.look, lookAtMost))
	defer cancel()
	to := &sink{left: enough}
	whole := w.whole
	if !whole && w.wants != nil {
		var err error
		if whole, err = skips(ctx, supply.snap, dict, w.attempt); err != nil {
			return err
		}
	}
	if whole {
		to.left = -1
	}
	f := newFeed(supply, dict, w.attempt, from)
	f.to = w.to
	f.out = bufio.NewWriterSize(to, 64<<10)
	err := f.write(limited)
	p.Reaches, w.used = f.reached, supply.used
	switch {
	case errors.Is(err, errEnough):
		p.Reaches = 0 // further than was looked
		return nil
	case err != nil && limited.Err() != nil && ctx.Err() == nil:
		w.cut = true
		p.warn(AboutInputs, "", "it is much: whether all of it is there was looked at up to invocation %d", f.reached)
		return nil
	case err != nil:
		return fmt.Errorf("going through what was recorded: %w", err)
	}
	if f.missing == nil && f.reached > 0 {
		if f.reached < p.Last && !f.whole {
			p.warn(AboutRecording, "sightglass gaps tells what is missing and why", "%s: what came later is not replayed", f.end)
		}
		return nil
	}
	do := "sightglass gaps tells what is missing and why"
	if f.missing != nil {
		do = whatToDo(f.missing, dict)
	}
	if f.elements == 0 {
		p.stop(AboutInputs, do, "%s", f.end)
	} else {
		p.warn(AboutInputs, do, "%s: it can be replayed up to invocation %d of %d", f.end, f.reached, p.Last)
	}
	return nil
}

// whatToDo says how that comes to be recorded next time.
func whatToDo(missing *MissingInput, dict *dictionary) string {
	if missing.Source {
		return "docs/guides/replay.md says how topics are read again; else record the source at level flight, for a while or by the policy, and replay an attempt of then"
	}
	if missing.Element.Partition == 0 {
		return "replay the tasks that it sent to: they have what they took in"
	}
	producer, ok := dict.Producer(missing.Element.Partition)
	def, known := dict.attempts[producer]
	if !ok || !known || len(def.Chain) == 0 {
		return "attach the agent to every TaskManager, and record at level flight"
	}
	from := def.Chain[len(def.Chain)-1]
	return fmt.Sprintf("record what %s sends: sightglass level %s flight --op %s for a while, or level: flight in the policy; then replay an attempt of then",
		from.Name, event.Slug(def.JobName), event.Slug(from.Name))
}
