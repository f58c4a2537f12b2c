// Package block turns blocks into rows and rows into blocks (spec/block.md). It is pure: no files, no clock, no goroutines.
//
//	┌────────┬────────┬───────────────┬───────┬──────────────────────┐
//	│ prefix │ header │ section table │ zones │ stored sections …    │
//	│  24 B  │  96 B  │   16 B each   │       │ in order of the table│
//	└────────┴────────┴───────────────┴───────┴──────────────────────┘
//
// ParseHeader reads everything up to the sections; Verify checks a whole block without decoding it; Decode and DecodeFrom
// give rows; a Builder makes blocks. Every decoder treats its input as hostile: lengths are checked before they are used,
// and no allocation exceeds a small multiple of the limits below.
package block

// Limits of the format (spec/block.md, sections 1 and 2).
const (
	MaxBlock      = 8 << 20  // bytes of a whole block
	MaxHeader     = 64 << 10 // bytes of header, section table and zones
	MaxRawSection = 64 << 20 // bytes of a section when decompressed
	MaxRows       = 1 << 16  // events in a block
)

// ServerNumbers is the first number of blocks that the server makes (FlagServer); an agent's numbers are below it.
const ServerNumbers = 1 << 63

// The version that this package writes, and the highest major that it reads.
const (
	Major = 1
	Minor = 0
)

// Flags of a block. The low byte must be understood by a reader.
const (
	FlagEncrypted         uint16 = 1
	FlagPayloadCut        uint16 = 2 // a payload was cut or withheld
	FlagChannelsCollapsed uint16 = 4 // channel ranges cover whole partitions
	FlagSkips             uint16 = 8 // between rows of lane out lie elements without a row
	FlagServer            uint16 = 256
	FlagRecovered         uint16 = 512

	knownLowFlags = FlagEncrypted | FlagPayloadCut | FlagChannelsCollapsed | FlagSkips
)

// Wire format.
const (
	magic      = "SGB1"
	prefixLen  = 24
	fixedLen   = 96 // of the header, before section table and zones
	sectionLen = 16 // of an entry of the section table
	crcAt      = 20 // in the prefix
)
