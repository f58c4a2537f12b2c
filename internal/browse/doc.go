// Package browse is what a person may see: it joins what query found, what serde can read and what access allows.
//
// It is the only room where payload becomes visible, and it becomes visible as access.View: decoded, masked, bounded. Filters
// on keys and text run on views, after masking, so a filter cannot ask about what it may not show. Every answer with payload is
// written into the audit log before it is made; when the log cannot be written nothing is shown.
//
// Read models without payload are query's own types under names of this package, because the rooms above do not know query.
// The package keeps a cache of compiled decoders and nothing else; it starts no goroutines.
package browse
