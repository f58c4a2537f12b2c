package otlp

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// traceOf derives the trace of a record that came from outside: of its place in Kafka, so that every job that meets it or what
// it became says the same, whichever server exports it.
func traceOf(record string) (id [16]byte) {
	sum := sha256.Sum256([]byte("sightglass trace\x00" + record))
	copy(id[:], sum[:])
	return id
}

// spanOf derives the span of one visit of one invocation within a trace.
func spanOf(trace [16]byte, recording event.RecordingID, attempt event.Key, invocation uint64, visit int) (id [8]byte) {
	b := append([]byte("sightglass span\x00"), trace[:]...)
	b = append(b, recording[:]...)
	b = fmt.Appendf(b, "%s#%d/%d", attempt, invocation, visit)
	sum := sha256.Sum256(b)
	copy(id[:], sum[:])
	return id
}

// picked tells whether a record is one of the share that is sampled. It is the record that decides, not chance: every job and
// every server picks the same.
func picked(record string, share float64) bool {
	if share <= 0 {
		return false
	}
	id := traceOf(record)
	// 53 bits: as many as a float64 holds exactly.
	return share >= 1 || float64(binary.BigEndian.Uint64(id[8:])>>11) < share*(1<<53)
}
