// Package query is the read side: it answers questions about recordings from store snapshots. It decodes blocks only where
// a header cannot answer, holds bounded memory, and never looks into a payload: payloads pass through sealed.
//
// # What it holds
//
// Per recording a catalogue (definitions, parsed) and running totals are kept and brought up to date from the headers of
// new blocks when a question is asked; there are no background goroutines. Decoded columns of blocks are kept in one cache
// bounded by bytes (Options.CacheBytes). Everything else lives for one call.
//
// # Times
//
// Rows are ordered by Wall, the recording agent's clock; within one wall time by attempt, invocation and lane, so that what an
// invocation took in comes before what it gave out. Clocks of different processes are not corrected here.
//
// # What it does not do
//
// It renders no value, filters by no value, and knows no principal: that is browse. It never writes.
package query
