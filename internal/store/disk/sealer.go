package disk

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// sealer seals segments and keeps house, in one goroutine.
type sealer struct {
	store *Store
	kick  chan struct{}

	sealing sync.Mutex // held while one is taken from the queue and sealed
	mu      struct {
		sync.Mutex
		queue []dirtySegment
	}
}

func newSealer(s *Store) *sealer { return &sealer{store: s, kick: make(chan struct{}, 1)} }

func (z *sealer) add(r *recording, g *segment) {
	z.mu.Lock()
	z.mu.queue = append(z.mu.queue, dirtySegment{r, g})
	z.mu.Unlock()
	select {
	case z.kick <- struct{}{}:
	default:
	}
}

// one seals the oldest that waits, and says whether there was one. Nothing is on its way to being sealed when it says that there was none.
func (z *sealer) one() bool {
	z.sealing.Lock()
	defer z.sealing.Unlock()
	z.mu.Lock()
	if len(z.mu.queue) == 0 {
		z.mu.Unlock()
		return false
	}
	d := z.mu.queue[0]
	z.mu.queue = z.mu.queue[1:]
	z.mu.Unlock()
	z.sealLocked(d)
	return true
}

const housekeepingEvery = time.Second

func (z *sealer) run(stop <-chan struct{}) {
	every := time.NewTicker(housekeepingEvery)
	defer every.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		case <-z.kick:
		case <-every.C:
			z.store.checkFree()
			z.retireOld()
			if n%30 == 0 {
				z.restFiles()
			}
		}
		for {
			select {
			case <-stop: // the next start seals what is left
				return
			default:
			}
			if !z.one() {
				break
			}
		}
	}
}

func (z *sealer) seal(d dirtySegment) {
	z.sealing.Lock()
	defer z.sealing.Unlock()
	z.sealLocked(d)
}

func (z *sealer) sealLocked(d dirtySegment) {
	if err := d.r.seal(z.store, d.g); err != nil {
		z.store.opt.Log.Warn("segment stays unsealed", "segment", d.g.id, "recording", d.r.id.String(), "error", err)
	}
}

// retireOld ends active segments that have been open for SealAge.
func (z *sealer) retireOld() {
	oldest := micros(z.store.opt.now().Add(-z.store.opt.SealAge))
	for _, r := range z.store.all() {
		r.mu.Lock()
		if g := r.mu.active; g != nil && g.created < oldest && g.blocks > 0 {
			r.retire(z.store)
		}
		r.mu.Unlock()
	}
}

// restFiles closes files of sealed segments that nobody read lately.
func (z *sealer) restFiles() {
	for _, r := range z.store.all() {
		r.mu.Lock()
		var sealed []*segment
		for _, g := range r.mu.set.byID {
			if g.sealed {
				sealed = append(sealed, g)
			}
		}
		r.mu.Unlock()
		for _, g := range sealed {
			if err := g.rest(); err != nil {
				z.store.opt.Log.Warn("closing a segment", "segment", g.id, "error", err)
			}
		}
	}
}

// seal makes a retired segment complete: definitions, foot, fsync, index, manifest.
func (r *recording) seal(s *Store, g *segment) error {
	if err := r.sync(s, g); err != nil {
		return err
	}
	r.mu.Lock()
	broken, sealed, gone := g.broken, g.sealed, r.mu.deleted
	foot := segmentFoot{blocksEnd: g.end, blocks: g.blocks, lastStored: g.lastStored}
	g.hold()
	r.mu.Unlock()
	defer func() { _ = g.release() }()
	if broken || sealed || gone {
		return nil
	}
	var refs []store.Ref
	for ref := range r.index().View().Segment(g.id) {
		refs = append(refs, ref)
	}
	definitions := s.definitionsOf(refs)
	foot.definitionsEnd = foot.blocksEnd + int64(len(definitions))
	foot.definitions = crc32.Checksum(definitions, castagnoli)
	err := r.writeFoot(g, foot, definitions)
	if err == nil {
		err = writeIndex(g, g.head(r.id), refs, foot.blocksEnd)
	}
	if err == nil {
		err = s.manifest.commit(edit{Op: "seal", Segment: g.id}, true)
	}
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	g.sealed = true
	g.unsynced = nil
	return nil
}

func (r *recording) writeFoot(g *segment, foot segmentFoot, definitions []byte) error {
	f, done, err := g.file()
	if err != nil {
		return err
	}
	defer done()
	_, err = f.WriteAt(append(definitions, foot.bytes()...), foot.blocksEnd)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing the foot: %w", err), f.Truncate(foot.blocksEnd))
	}
	return nil
}

// definitionsOf collects the definitions that blocks name, and those that these name in turn, as journal records.
func (s *Store) definitionsOf(refs []store.Ref) []byte {
	seen := make(map[event.DefinitionID]bool)
	var queue []event.DefinitionID
	add := func(id event.DefinitionID) {
		if !seen[id] {
			seen[id] = true
			queue = append(queue, id)
		}
	}
	for _, r := range refs {
		for _, id := range r.Header.Zones.Definitions {
			add(id)
		}
	}
	var out []byte
	for len(queue) > 0 {
		d, ok := s.definitions.Get(queue[0])
		queue = queue[1:]
		if !ok {
			continue
		}
		out = append(out, journalRecord(append([]byte{byte(d.Kind)}, d.Body...))...)
		if d.Kind == event.DefAttempt || d.Kind == event.DefPartition {
			var doc any
			if json.Unmarshal(d.Body, &doc) == nil {
				namedIn(doc, add)
			}
		}
	}
	return out
}

// namedIn finds texts that look like definition ids. One that is something else costs a look-up, no more.
func namedIn(doc any, found func(event.DefinitionID)) {
	switch v := doc.(type) {
	case string:
		if id, err := event.ParseDefinitionID(v); err == nil {
			found(id)
		}
	case []any:
		for _, e := range v {
			namedIn(e, found)
		}
	case map[string]any:
		for _, e := range v {
			namedIn(e, found)
		}
	}
}

// readDefinitions gives the definitions that a sealed segment carries.
func readDefinitions(g *segment, foot segmentFoot, found func(event.Definition)) error {
	n := foot.definitionsEnd - foot.blocksEnd
	if n < 0 || n > maxDefinitions {
		return errNoSegment
	}
	b := make([]byte, n)
	if _, err := g.ReadAt(b, foot.blocksEnd); err != nil && n > 0 {
		return err
	}
	if crc32.Checksum(b, castagnoli) != foot.definitions {
		return fmt.Errorf("definitions of segment %d: checksum differs", g.id)
	}
	for len(b) >= 8 {
		size := binary.LittleEndian.Uint32(b)
		if size == 0 || uint64(size) > uint64(len(b)-8) {
			return errNoSegment
		}
		found(event.NewDefinition(event.DefinitionKind(b[8]), b[9:8+size]))
		b = b[8+size:]
	}
	return nil
}
