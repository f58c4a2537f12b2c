package event

import (
	"crypto/sha256"
	"encoding/binary"
)

// TaskID is what Flink's execution attempt id says: one run of one subtask of one vertex of one execution graph.
type TaskID struct {
	Graph   [16]byte // execution graph id
	Vertex  [16]byte // job vertex id
	Subtask uint32
	Attempt uint32
}

func (t TaskID) appendTo(b []byte) []byte {
	b = append(b, t.Graph[:]...)
	b = append(b, t.Vertex[:]...)
	b = binary.BigEndian.AppendUint32(b, t.Subtask)
	return binary.BigEndian.AppendUint32(b, t.Attempt)
}

// AttemptKey computes the attempt key of t.
func AttemptKey(t TaskID) Key {
	return keyOf(t.appendTo(make([]byte, 0, 40)))
}

// PartitionKey computes the key of the number-th partition of the data set that producer writes.
func PartitionKey(dataset [16]byte, number uint32, producer TaskID) Key {
	b := append(make([]byte, 0, 60), dataset[:]...)
	b = binary.BigEndian.AppendUint32(b, number)
	return keyOf(producer.appendTo(b))
}

// ProcessKey computes the key that stands in place of an attempt key in lanes that belong to no task.
func ProcessKey(process [16]byte) Key {
	return keyOf(append([]byte("process"), process[:]...))
}

// PlannerKey computes the key that stands in place of an attempt key in what a process tells of jobs that it submits.
func PlannerKey(process [16]byte) Key {
	return keyOf(append([]byte("planner"), process[:]...))
}

// TextHash computes the hash that names a text of generated code.
func TextHash(text []byte) Key { return keyOf(text) }

// DefinitionIDOf computes the id of a definition.
func DefinitionIDOf(kind DefinitionKind, body []byte) DefinitionID {
	h := sha256.New()
	h.Write([]byte{byte(kind)})
	h.Write(body)
	return DefinitionID(binary.BigEndian.Uint64(h.Sum(nil)))
}

// NewDefinition gives body its id. The definition keeps body.
func NewDefinition(kind DefinitionKind, body []byte) Definition {
	return Definition{ID: DefinitionIDOf(kind, body), Kind: kind, Body: body}
}

func keyOf(b []byte) Key {
	sum := sha256.Sum256(b)
	return Key(binary.BigEndian.Uint64(sum[:]))
}
