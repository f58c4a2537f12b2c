// Package schemas asks schema registries for the schemas that records name: registries with Confluent's API, and Apicurio's.
//
// An id stands for the same text for ever, so a schema is asked for once and kept; that an id is not known may change and is kept for
// half a minute. Schemas come from a machine of other people: their size and number are bounded, and an answer is never followed to
// another host. Nothing here reads payload, and no error names an address.
package schemas
