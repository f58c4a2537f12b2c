// Package probe reads a few fields out of encoded records, and checks the whole of them, without building trees.
//
// A Program is compiled once for a format, a writer's schema and the wanted paths. Run reads a record into a Row: one cell for each path, and
// for paths through lists and maps one for each element. Nothing is allocated from record to record: cells hold numbers and places in the
// record, and text stays where it lies until somebody asks for it. What a row has at a path is what serde's tree has there, and Run fails
// where the tree has a reason; the tests compare both over generated schemas, records and mutations of them. Rows are sealed as payloads are:
// who opens one holds the key of internal/event/sealed, and nothing here prints.
//
// serde's RecordDecoder.Way tells how a record of Kafka is read; For makes the program of that way, RunPayload runs it, and where Way is not sure or
// the row has faults RecordDecoder.Decode knows. A Projection makes trees of single members, for masks and filters that look at nothing else.
//
// # JSON
//
// One pass over the bytes checks RFC 8259 and follows the tree of wanted paths (want): names of members are looked up in the want of the
// object at hand by a small hash, and below what is not wanted there is no want and nothing is kept.
//
// # Avro
//
// A schema becomes a list of instructions (instr, avro_compile.go) of which each reads one value, or begins one:
//
//	┌────┬──────┬──────┬────┬───────┬─────┬───┐
//	│ op │ slot │ size │ to │ level │ typ │ w │
//	└────┴──────┴──────┴────┴───────┴─────┴───┘
//	  op     what is read: null bool int long float double text bytes fixed enum, or
//	         skip    size bytes, neighbours that nobody wants and that may be anything, as one
//	         record  size fields, whose instructions follow
//	         union   of size branches; Program.branches[to+i] is where the code of branch i begins
//	         array   whose items are read by the code at to
//	         map     whose values are read by the code at to, behind their keys
//	         call    a record of which nothing is wanted: the code at to, one for each such record, which may call itself
//	         end     of the code that was begun
//	  slot   path that is given the cell, -1 = none
//	  level  of nesting below the value that the code was begun for
//	  typ    place in Program.types: unit of a time, scale, symbols
//	  w      place in the tree of wanted paths, for what adds cells to lists
//
// The code of the root is at 0. What is wanted of a record is compiled in place, since paths are finite; so only records of which nothing is
// wanted may call themselves.
//
// # Protobuf
//
// A message becomes a table of its fields by number (protoType, proto_compile.go), of which those that are wanted have a slot or a table of
// their own for that place in the tree of wanted paths.
package probe
