// Package replay runs a recorded task attempt again, in a JVM of its own, and says how far it does what it did.
//
// Plan says what there is to do it with and what is missing. Feed writes the recorded inputs, their order and what the task
// took from outside to the replayer's standard input (spec/replay.md). The replayer's own agent records what the task does into a
// derived recording, which compare holds against the recording, element by element.
package replay
