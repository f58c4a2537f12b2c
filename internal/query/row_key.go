package query

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"math"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// rowKey orders all events of a recording: by wall clock, then attempt and invocation, then what comes in before what goes
// out, then block and row. It follows from the row alone, so it does not change when blocks are appended.
type rowKey struct {
	wall    Wall
	attempt event.Key
	inv     uint64
	rank    uint8 // of the lane
	number  uint64
	row     int32  // unreadableRow = the block as a whole
	sub     uint64 // invocation within an expanded run
}

const (
	unreadableRow int32 = -1
	beforeRows    int32 = -2 // sorts before all rows of its block
)

// laneRank puts cause before effect among rows of one invocation and wall time; what a look-back buffer kept comes behind.
func laneRank(l event.Lane) uint8 {
	if l.Kept() {
		return keptRank + laneRank(l.Base())
	}
	switch l {
	case event.LaneJob:
		return 0
	case event.LaneGap:
		return 1
	case event.LaneDet:
		return 2
	case event.LaneSrc:
		return 3
	case event.LaneOut:
		return 4
	case event.LaneTrace:
		return 5
	case event.LaneState:
		return 6
	case event.LaneLog:
		return 7
	}
	return uint8(l)
}

const keptRank = 64

func (k rowKey) compare(o rowKey) int {
	switch {
	case k.wall != o.wall:
		return cmp.Compare(k.wall, o.wall)
	case k.attempt != o.attempt:
		return cmp.Compare(k.attempt, o.attempt)
	case k.inv != o.inv:
		return cmp.Compare(k.inv, o.inv)
	case k.rank != o.rank:
		return cmp.Compare(k.rank, o.rank)
	case k.number != o.number:
		return cmp.Compare(k.number, o.number)
	case k.row != o.row:
		return cmp.Compare(k.row, o.row)
	}
	return cmp.Compare(k.sub, o.sub)
}

func (f *frame) key(row int) rowKey {
	return rowKey{f.wall(row), f.h.Attempt, f.r.Inv[row], laneRank(f.h.Lane), f.h.Number, int32(row), 0}
}

// firstAt sorts before all rows at wall and after all rows before it.
func firstAt(wall Wall) rowKey { return rowKey{wall: wall, row: beforeRows} }

func unreadableKey(h *block.Header) rowKey {
	return rowKey{Wall(h.WallMin), h.Attempt, h.FirstInv, laneRank(h.Lane), h.Number, unreadableRow, 0}
}

// cursorVersion begins every cursor, so that a later layout can be told apart.
const cursorVersion = 1

func (k rowKey) cursor() Cursor {
	b := make([]byte, 0, 48)
	b = append(b, cursorVersion, k.rank)
	b = binary.AppendVarint(b, int64(k.wall))
	b = binary.BigEndian.AppendUint64(b, uint64(k.attempt))
	b = binary.AppendUvarint(b, k.inv)
	b = binary.AppendUvarint(b, k.number)
	b = binary.AppendVarint(b, int64(k.row))
	b = binary.AppendUvarint(b, k.sub)
	return Cursor(base64.RawURLEncoding.EncodeToString(b))
}

// Beginning is the cursor before everything: Follow behind it yields what is stored already, and goes on.
var Beginning = rowKey{}.cursor()

// parseCursor reads what cursor wrote. Errors: ErrQuery.
func parseCursor(c Cursor) (rowKey, error) {
	bad := badQuery("the cursor is not one of ours")
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil || len(b) < 2 || b[0] != cursorVersion {
		return rowKey{}, bad
	}
	k := rowKey{rank: b[1]}
	b = b[2:]
	ok := true
	signed := func() int64 {
		v, n := binary.Varint(b)
		if ok = ok && n > 0; ok {
			b = b[n:]
		}
		return v
	}
	unsigned := func() uint64 {
		v, n := binary.Uvarint(b)
		if ok = ok && n > 0; ok {
			b = b[n:]
		}
		return v
	}
	k.wall = Wall(signed())
	if len(b) < 8 {
		return rowKey{}, bad
	}
	k.attempt = event.Key(binary.BigEndian.Uint64(b))
	b = b[8:]
	k.inv, k.number = unsigned(), unsigned()
	row := signed()
	k.row, k.sub = int32(row), unsigned()
	if !ok || len(b) != 0 || row < math.MinInt32 || row > math.MaxInt32 {
		return rowKey{}, bad
	}
	return k, nil
}
