// Package contract reads data contracts: documents of the Open Data Contract Standard 3.1 (ODCS) in YAML. It finds every mistake with its line and
// JSON pointer, compiles what a contract promises of a stream to a list of checks, tells two contracts apart, and proposes a contract from what a
// stream was seen to hold. It knows no topics, no records and no clock; internal/checks holds streams against what is compiled here.
//
// The standard's own JSON Schema, odcs-3.1.0.json, is schema/odcs-json-schema-v3.1.0.json of github.com/bitol-io/open-data-contract-standard at
// commit e6a1c66, Apache-2.0, unchanged. What Sightglass reads besides stands in custom properties whose names begin with sightglass. and is listed
// in docs/guides/contracts.md.
package contract
