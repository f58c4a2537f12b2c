// Package sealed holds the key that opens payloads and decoded trees.
//
// Whoever imports this package can read what people's records say, so the importers are few and the doors test in
// internal/arch holds the list:
//
//	internal/event   declares the types that the key opens
//	internal/block   writes payload bytes into blocks
//	internal/serde   decodes payloads into trees
//	internal/probe   reads single fields of payloads into rows, which the same key opens
//	internal/access  turns payloads and trees into masked views, the only printable form
//	internal/share   masks and exports recordings
//	internal/replay  feeds recorded bytes to a task
//
// and internal/store/storetest, which compares what a store gives back.
//
// No other package may import it: query, browse, api and cli handle payloads closed.
package sealed

// Key opens payloads and trees. The zero Key opens nothing, so a key cannot be had through inference or reflection from a
// package that does not import this one.
type Key struct{ taken bool }

// Take returns a key that opens payloads and trees.
func Take() Key { return Key{taken: true} }

// Valid reports whether k came from Take.
func (k Key) Valid() bool { return k.taken }
