package query

import (
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// registry finds definitions by what they describe. Blocks name definitions by id where rows refer to them; attempts,
// partitions, processes and graphs are looked for by recording, attempt and process instead. Safe for concurrent use.
type registry struct {
	reader store.Reader

	mu         sync.Mutex
	next       uint64                          // of store.Reader.Definitions
	attempts   map[string][]event.DefinitionID // by recording
	graphs     map[string][]event.DefinitionID // by recording
	partitions map[string][]event.DefinitionID // by producer's attempt key
	processes  map[string][]event.DefinitionID // by UUID
	attemptOf  map[event.DefinitionID]attemptNames
	processKey map[event.Key]string
	subclasses map[subclassName]event.DefinitionID // of serializers
	jobNames   map[string]string                   // by recording
	flinks     map[string]string                   // version, by process UUID
}

// subclassName is a subclass of a POJO class in a recording.
type subclassName struct{ recording, base, class string }

type attemptNames struct{ key, process string }

func newRegistry(reader store.Reader) *registry {
	return &registry{
		reader: reader, attempts: make(map[string][]event.DefinitionID), graphs: make(map[string][]event.DefinitionID),
		partitions: make(map[string][]event.DefinitionID), processes: make(map[string][]event.DefinitionID),
		attemptOf: make(map[event.DefinitionID]attemptNames), processKey: make(map[event.Key]string),
		subclasses: make(map[subclassName]event.DefinitionID), jobNames: make(map[string]string), flinks: make(map[string]string),
	}
}

// sync takes in what was defined since and returns a number that grows with every definition.
func (g *registry) sync() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	list, next := g.reader.Definitions(g.next)
	g.next = next
	for _, d := range list {
		g.add(d)
	}
	return next
}

// add files a definition. One that cannot be parsed is found by nobody here; the catalogue reports it when a block names it.
func (g *registry) add(d event.Definition) {
	var b struct {
		Recording string `json:"recording"`
		Key       string `json:"attempt_key"`
		Process   string `json:"process"`
		JobName   string `json:"job_name"`
		Flink     string `json:"flink"`
		Attempt   any    `json:"attempt"` // a number in attempts, a key in partitions
	}
	switch d.Kind {
	case event.DefSubclass:
		var s event.SubclassDef
		if json.Unmarshal(d.Body, &s) == nil {
			if id, err := event.ParseDefinitionID(s.Serializer); err == nil {
				g.subclasses[subclassName{s.Recording, s.Base, s.Class}] = id
			}
		}
		return
	case event.DefAttempt, event.DefPartition, event.DefProcess, event.DefGraph:
		if json.Unmarshal(d.Body, &b) != nil {
			return
		}
	default:
		return
	}
	switch d.Kind {
	case event.DefAttempt:
		g.attempts[b.Recording] = append(g.attempts[b.Recording], d.ID)
		g.attemptOf[d.ID] = attemptNames{b.Key, b.Process}
		if b.JobName != "" {
			g.jobNames[b.Recording] = b.JobName
		}
	case event.DefGraph:
		g.graphs[b.Recording] = append(g.graphs[b.Recording], d.ID)
	case event.DefPartition:
		if producer, ok := b.Attempt.(string); ok {
			g.partitions[producer] = append(g.partitions[producer], d.ID)
		}
	case event.DefProcess:
		g.processes[b.Process] = append(g.processes[b.Process], d.ID)
		if b.Flink != "" {
			g.flinks[b.Process] = b.Flink
		}
		var id [16]byte
		if raw, err := hex.DecodeString(b.Process); err == nil && len(raw) == len(id) {
			copy(id[:], raw)
			g.processKey[event.ProcessKey(id)], g.processKey[event.PlannerKey(id)] = b.Process, b.Process
		}
	}
}

// of calls yield with the definitions that describe rec. lanes are the keys in place of attempt keys of lane job, which may be
// process keys.
func (g *registry) of(rec event.RecordingID, lanes map[event.Key]bool, yield func(event.DefinitionID)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	each := func(ids []event.DefinitionID) {
		for _, id := range ids {
			yield(id)
		}
	}
	each(g.graphs[rec.String()])
	for _, id := range g.attempts[rec.String()] {
		yield(id)
		names := g.attemptOf[id]
		each(g.partitions[names.key])
		each(g.processes[names.process])
	}
	for key := range lanes {
		if process, ok := g.processKey[key]; ok {
			each(g.processes[process])
		}
	}
}

// process tells whether key stands for a process, or for a planner in it, and not for an attempt.
func (g *registry) process(key event.Key) bool {
	g.sync()
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.processKey[key]
	return ok
}

// subclass finds the serializer of a subclass that was met in rec.
func (g *registry) subclass(rec event.RecordingID, base, class string) (event.DefinitionID, bool) {
	g.sync()
	g.mu.Lock()
	defer g.mu.Unlock()
	id, ok := g.subclasses[subclassName{rec.String(), base, class}]
	return id, ok
}

// origin names the job of rec and the version of Flink that ran it, as far as its tasks said.
func (g *registry) origin(rec event.RecordingID) (job, flink string) {
	g.sync()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range g.attempts[rec.String()] {
		if flink = g.flinks[g.attemptOf[id].process]; flink != "" {
			break
		}
	}
	return g.jobNames[rec.String()], flink
}
