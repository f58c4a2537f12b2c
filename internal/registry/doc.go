// Package registry keeps schemas by subjects and versions as Confluent's schema registry does: ids that records carry, settings, modes, contexts,
// soft and hard deletes, references, metadata and rule sets. Package rest below it speaks the wire.
//
// It knows no schema language of its own: it is given some, and asks them for the canonical text and for what differs. An id stands for one text
// for ever and is never given twice, also after a crash and also by two servers on one database. Nothing here decides who may do what.
//
// spec/registry.md has the semantics and where they differ from Confluent's.
package registry
