package share

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"github.com/foxglove/mcap/go/mcap"
)

func digestOf(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest{int64(len(b)), hex.EncodeToString(sum[:])}
}

// statementPrefix keeps a signature from being taken for one of something else.
const statementPrefix = "sightglass/incident/v1\n"

// chunkSums follows the bytes of an MCAP file and collects the SHA-256 of the content of each chunk record, in order, in a hash
// (spec/incident.md, section 4). The writer and the reader both send their bytes through one, so that both sign the same.
type chunkSums struct {
	sums   hash.Hash // over the digests
	count  uint64
	head   []byte // of the record at hand, or the magic that the file begins with
	inFile bool
	left   uint64    // of the record's content
	chunk  hash.Hash // nil: the record is no chunk
}

func newChunkSums() *chunkSums { return &chunkSums{sums: sha256.New()} }

// recordHead is opcode and length.
const recordHead = 1 + 8

// Write takes the next bytes of the file; it never fails.
func (s *chunkSums) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if s.left > 0 {
			take := min(s.left, uint64(len(p)))
			if s.chunk != nil {
				_, _ = s.chunk.Write(p[:take]) // a hash takes all
			}
			p, s.left = p[take:], s.left-take
			s.ended()
			continue
		}
		want := recordHead
		if !s.inFile {
			want = len(mcap.Magic)
		}
		take := min(want-len(s.head), len(p))
		s.head, p = append(s.head, p[:take]...), p[take:]
		if len(s.head) < want {
			break
		}
		if s.inFile {
			if mcap.OpCode(s.head[0]) == mcap.OpChunk {
				s.chunk = sha256.New()
			}
			s.left = binary.LittleEndian.Uint64(s.head[1:])
		}
		s.inFile, s.head = true, s.head[:0]
		s.ended()
	}
	return n, nil
}

// ended takes the digest of a chunk that is complete.
func (s *chunkSums) ended() {
	if s.left == 0 && s.chunk != nil {
		_, _ = s.sums.Write(s.chunk.Sum(nil))
		s.count++
		s.chunk = nil
	}
}

// statement is what is signed: SHA-256 over the prefix, the SHA-256 of the manifest, the number of chunks (u64, little-endian), and the
// SHA-256 over the digests of all chunks so far.
func (s *chunkSums) statement(manifest []byte) []byte {
	of := sha256.Sum256(manifest)
	b := append([]byte(statementPrefix), of[:]...)
	b = binary.LittleEndian.AppendUint64(b, s.count)
	b = s.sums.Sum(b)
	sum := sha256.Sum256(b)
	return sum[:]
}
