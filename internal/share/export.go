package share

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store"
)

// Source is what an export reads.
type Source interface {
	store.Reader
	store.BlobReader
}

// Request is one export. Store, Queries, Policy, Giver, Reader, Recording, Key and Now are required.
type Request struct {
	Store     Source
	Queries   *query.Engine
	Policy    *access.Policy
	Giver     access.Principal // who exports; must be allowed access.RecordingExport
	Reader    access.Principal // for whom it is masked: nothing is clear that one of the two does not see
	Recording event.RecordingID
	Resource  access.Resource // of the recording, by which rules find its fields
	From, To  query.Wall      // what is asked for; 0 = from the beginning, to the end
	State     bool            // files of state, as far as they are recorded
	Jars      bool            // the job's jars
	Runnable  bool            // with what runs the recording again: jars, and configurations and arguments as they are. The giver must see everything
	Expires   time.Time       // zero = never
	Replays   []Replayed      // that were made of the recording
	Marks     []Mark
	Key       ed25519.PrivateKey
	Program   string
	Now       func() time.Time

	Verify  Verifier    // nil: nothing is run again
	Scratch store.Store // with Verify: an empty store that takes the masked recording
}

// Export writes the file, the manifest and its signature as the last of the data, and returns the manifest. On an error what was
// written is no file. Errors: access.ErrDenied, access.ErrKeyGroupLeak, store.ErrNotFound, those of the store and of w.
func Export(ctx context.Context, q Request, w io.Writer) (*Manifest, error) {
	if err := q.Policy.Decide(q.Giver, access.RecordingExport, q.Resource).Err(); err != nil {
		return nil, err
	}
	x := &exporting{Request: q}
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	snap, err := q.Store.Snapshot(ctx, q.Recording)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	if x.out, err = newContainer(w, snap.Recording().WallMin); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context, store.Snapshot) error{x.dictionary, x.blocks, x.parts, x.files, x.judge} {
		if err := step(ctx, snap); err != nil {
			return nil, err
		}
	}
	return x.m, x.out.finish(x.m, q.Key)
}

// Preview says what Export would write, and how many bytes, and writes nothing.
func Preview(ctx context.Context, q Request) (*Manifest, int64, error) {
	var n written
	m, err := Export(ctx, q, &n)
	return m, int64(n), err
}

type written int64

func (w *written) Write(b []byte) (int, error) {
	*w += written(len(b))
	return len(b), nil
}

// exporting is an export that is being made.
type exporting struct {
	Request
	m      *Manifest
	out    *container
	window query.Window
	mask   *masking // nil: the reader may see everything
	keeper *access.KeyKeeper
	strays []string // keyed operators whose keys no token keeps in their places
	names  *dictionary
	wanted []blob // files of state that blocks name
}

// blob is a byte string beside the blocks.
type blob struct {
	name string
	hash event.BlobHash
}

func (x *exporting) begin(ctx context.Context) (err error) {
	x.window = query.Window{}
	if x.From != 0 || x.To != 0 {
		if x.window, err = x.Queries.Window(ctx, x.Recording, x.From, x.To); err != nil {
			return err
		}
	}
	job, flink := x.Queries.Origin(x.Recording)
	policy, fresh := x.Policy, false
	clear := x.Policy.Clears(x.Giver) && x.Policy.Clears(x.Reader)
	if !clear && x.Runnable && !x.Policy.Clears(x.Giver) {
		return fmt.Errorf("%w: what runs a recording again leaves without a mask, and %s does not see every value", access.ErrDenied, x.Giver.ID)
	}
	if !clear && policy.MakesTokens() {
		if x.Runnable {
			naming, err := x.Queries.Naming(ctx, x.Recording)
			if err != nil {
				return err
			}
			var places access.KeyPlaces
			places, x.strays = keyPlaces(naming, x.Queries.Definition)
			if x.keeper, err = access.NewKeyKeeper(places); err != nil {
				return err
			}
		}
		if policy, err = freshKeys(policy, x.keeper); err != nil {
			return err
		}
		fresh = true
	}
	hash, err := x.Policy.MaskingHash(x.Reader)
	if err != nil {
		return fmt.Errorf("naming the policy: %w", err)
	}
	x.m = &Manifest{
		Kind: Kind, Version: Version, Made: x.Now().UTC(), By: x.Giver.ID, Program: x.Program, Expires: x.Expires,
		Recording: Recording{ID: x.Recording.String(), Job: job, Flink: flink},
		From:      moment(x.window.From), To: moment(x.window.To), AskedFrom: moment(x.From), AskedTo: moment(x.To),
		Policy: Policy{Version: x.Policy.Version(), Hash: hash, Roles: slices.Concat([]string{}, x.Reader.Roles), FreshKey: fresh},
		Masked: !clear, Classes: []Class{}, Cut: []Cut{}, Left: []LeftOut{}, Gaps: []Gap{}, Replays: x.Replays, Marks: x.Marks,
		Definitions: []Digest{}, Blocks: []BlockDigest{}, Attachments: []Attached{},
	}
	if x.m.Replays == nil {
		x.m.Replays = []Replayed{}
	}
	if x.m.Marks == nil {
		x.m.Marks = []Mark{}
	}
	x.names = newDictionary(x.Store)
	if clear {
		return nil
	}
	for i := range x.m.Marks {
		x.m.Marks[i].Note = ""
	}
	plans := map[access.Subject]access.Plan{}
	x.mask, err = newMasking(ctx, x.Recording, x.Resource, x.Queries, func(of access.Subject) access.Plan {
		if x.Runnable && of.Part == access.PartArg {
			return access.All()
		}
		p := plans[of]
		if p == nil {
			p = access.Both(policy.Plan(x.Giver, of), policy.Plan(x.Reader, of))
			plans[of] = p
		}
		return p
	})
	return err
}

// freshKeys makes a key that nobody keeps: tokens of one file cannot be compared with those of another.
func freshKeys(p *access.Policy, keeper *access.KeyKeeper) (*access.Policy, error) {
	var master [32]byte
	if _, err := rand.Read(master[:]); err != nil {
		return nil, fmt.Errorf("making a key of tokens: %w", err)
	}
	keys, err := access.NewKeys(master[:], "", 0)
	if err != nil {
		return nil, err
	}
	return p.WithKeys(keys.Keeping(keeper))
}

func moment(w query.Wall) time.Time {
	if w == 0 {
		return time.Time{}
	}
	return w.Time().UTC()
}

// inWindow tells whether a block belongs into the file: all that is about the job, of the rest what touches the stretch.
func (x *exporting) inWindow(h *block.Header) bool {
	if l := h.Lane.Base(); l == event.LaneJob || l == event.LaneGap {
		return true
	}
	return (x.window.From == 0 || h.WallMax >= int64(x.window.From)) && (x.window.To == 0 || h.WallMin <= int64(x.window.To))
}

func (x *exporting) blocks(ctx context.Context, snap store.Snapshot) error {
	outside := LeftOut{Name: "blocks", Reason: "outside of the stretch"}
	for ref := range snap.Since(0) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !x.inWindow(ref.Header) {
			outside.Bytes += int64(ref.Header.Size)
			continue
		}
		if err := x.block(ctx, snap, ref); err != nil {
			return err
		}
	}
	if outside.Bytes > 0 {
		x.m.Left = append(x.m.Left, outside)
	}
	if x.mask == nil {
		return nil
	}
	x.m.Classes, x.m.Cut = x.mask.counted()
	kept, err := x.keeper.Kept()
	x.m.KeyGroupBits = kept.Bits
	for _, class := range kept.Astray {
		x.strays = append(x.strays, "class "+class)
	}
	return err
}

func (x *exporting) block(ctx context.Context, snap store.Snapshot, ref store.Ref) error {
	raw, err := snap.Raw(ctx, ref)
	if err != nil {
		return x.unreadable(ref.Header, err)
	}
	h := ref.Header
	if err := x.stateFiles(ctx, snap, ref); err != nil {
		return err
	}
	if x.mask != nil {
		if raw, err = x.mask.block(snap, ref, raw); err != nil {
			return err
		}
		if h, err = block.Verify(raw); err != nil {
			return fmt.Errorf("checking a masked block: %w", err)
		}
	}
	if err := x.out.block(h, raw); err != nil {
		return err
	}
	if x.Scratch != nil {
		if _, err := x.Scratch.Append(ctx, h, raw); err != nil {
			return fmt.Errorf("keeping a block to run it again: %w", err)
		}
	}
	x.m.Recording.Events += uint64(h.Events)
	x.m.Blocks = append(x.m.Blocks, BlockDigest{uint8(h.Lane), h.Attempt.String(), h.Number, digestOf(raw)})
	return nil
}

// unreadable leaves a block out that is damaged here; every other error ends the export.
func (x *exporting) unreadable(h *block.Header, err error) error {
	if !errors.Is(err, block.ErrChecksum) && !errors.Is(err, block.ErrMalformed) {
		return err
	}
	x.m.Left = append(x.m.Left, LeftOut{Name: fmt.Sprintf("block %d of lane %s", h.Number, h.Lane), Reason: "damaged", Bytes: int64(h.Size)})
	return nil
}

// define takes a definition, in place of a masked graph the masked one.
func (x *exporting) define(id event.DefinitionID) {
	if x.mask != nil {
		if g, ok := x.mask.graph(id); ok {
			x.names.take(g)
			return
		}
	}
	x.names.add(id)
}

// dictionary writes the definitions before the blocks that name them.
func (x *exporting) dictionary(ctx context.Context, snap store.Snapshot) error {
	for ref := range snap.Since(0) {
		if x.inWindow(ref.Header) {
			for _, id := range ref.Header.Zones.Definitions {
				x.define(id)
			}
		}
	}
	x.names.finish(x.Recording)
	if x.Scratch != nil {
		for _, d := range x.names.list {
			if err := x.Scratch.Define(ctx, d); err != nil {
				return fmt.Errorf("keeping a definition to run the recording again: %w", err)
			}
		}
	}
	return x.names.messages(func(b []byte) error {
		x.m.Definitions = append(x.m.Definitions, digestOf(b))
		return x.out.definitions(b)
	})
}

// judge fills the rest of the manifest: gaps and the verdict.
func (x *exporting) judge(ctx context.Context, _ store.Snapshot) error {
	gaps, err := x.Queries.Gaps(ctx, x.Recording)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		if x.window.To != 0 && g.From > x.window.To || x.window.From != 0 && g.To != 0 && g.To < x.window.From {
			continue
		}
		if len(x.m.Gaps) < mostGaps {
			x.m.Gaps = append(x.m.Gaps, Gap{g.Lane.String(), g.Reason.String(), g.Task, g.Events, moment(g.From), moment(g.To)})
		}
	}
	switch x.m.Verdict = verdictOf(x.m); {
	case x.m.Masked && x.Runnable && (x.Verify == nil || x.Scratch == nil):
		x.m.Verdict.Details = "values are masked; the masked recording is run again when the file is made"
	case x.m.Masked && x.Runnable:
		var ran []Replayed
		if x.m.Verdict, ran, err = x.Verify(ctx, x.Recording, x.Scratch); err != nil {
			return fmt.Errorf("running the masked recording again: %w", err)
		}
		x.m.Replays = append(x.m.Replays, ran...)
	case x.m.Masked:
		x.m.Verdict.Details += ": it was exported without the program"
	}
	if len(x.strays) > 0 && x.m.Verdict.Verdict != Exact {
		x.m.Verdict.Details += "; keys that no token keeps in their key groups: " + strings.Join(x.strays, ", ")
	}
	return nil
}

// mostGaps are listed in a manifest.
const mostGaps = 1000
