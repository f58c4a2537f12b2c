// Package share puts a recording, or a stretch of one, into a file for somebody who has no access here, and takes such a file
// apart again (spec/incident.md).
//
//	blocks ─ mask ─▶ chunks │ definitions │ parts │ manifest │ signature │ index
//	                 └───────────── MCAP, readable by its tools ────────────┘   └─ age, if for somebody ─┘
//
// Export masks first: what its reader may not see is replaced in the bytes themselves by what a view shows in its place, of the
// same type, so that Flink's serializers still read them; what cannot be written anew is taken away, and the manifest says how
// often and why. A recording whose every value the reader may see is copied as it is.
//
// Verify reads a whole file without changing anything, and Unpack gives one that was verified to a store. Both take every length
// for a lie until it was held against a limit.
//
// The package knows no folder and no network. It opens payloads (internal/event/sealed), and puts none into errors or manifests.
package share
