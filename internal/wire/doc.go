// Package wire is the language between agent and server (spec/wire.md): frames, and the messages in them. It knows bytes
// and io interfaces, not sockets; deadlines, credit and order are the business of who holds the connection.
//
//	frame: u32 length of what follows │ u8 type │ u8 flags (0) │ u16 zero │ body
//
// All integers are little-endian; ids and keys are 8 raw bytes in order. Nothing here trusts its input: a frame's length is
// checked before memory is taken for it, and memory grows with the bytes that really came.
package wire

// Protocol is the version that this package speaks.
const Protocol = 1

// ALPN is the protocol name under TLS.
const ALPN = "sightglass/1"

// Limits of spec/wire.md.
const (
	MaxFrame = 8<<20 + 64<<10 // what follows the length
	MaxJSON  = 1 << 20        // a JSON body
)

// headLen is type, flags and zero.
const headLen = 4

// Type is the type of a frame (wire format).
type Type uint8

// The types. Blob and Have are reserved for capsule parts.
const (
	TypeHello   Type = 1
	TypeWelcome Type = 2
	TypeDefine  Type = 3
	TypeNeed    Type = 4
	TypeBlock   Type = 5
	TypeAck     Type = 6
	TypeNack    Type = 7
	TypePing    Type = 8
	TypePong    Type = 9
	TypeControl Type = 10
	TypeDone    Type = 11
	TypeClose   Type = 12
	TypeBlob    Type = 13
	TypeHave    Type = 14
	TypeStatus  Type = 15
	TypeRefuse  Type = 16
)

// MaxPiece is the most bytes of a blob in one frame.
const MaxPiece = 256 << 10

// HaveState says what an agent shall do with a blob (wire format).
type HaveState uint8

// The states.
const (
	HaveSend    HaveState = 0 // send on from Have.Bytes
	HaveAll     HaveState = 1
	HaveRefused HaveState = 2
	HaveLater   HaveState = 3 // ask again later
)

// NackReason says why a block was not taken (wire format).
type NackReason uint8

// The reasons.
const (
	NackChecksum  NackReason = 1
	NackVersion   NackReason = 2
	NackTooLarge  NackReason = 3
	NackQuota     NackReason = 4
	NackDisk      NackReason = 5
	NackMalformed NackReason = 6
)

// RefuseReason says why a connection was refused (wire format).
type RefuseReason uint8

// The reasons.
const (
	RefuseProtocol  RefuseReason = 1
	RefuseToken     RefuseReason = 2
	RefuseBusy      RefuseReason = 3
	RefuseMalformed RefuseReason = 4
)
