package share

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Report is what a file that is whole says, and who signed it.
type Report struct {
	Manifest *Manifest
	Key      ed25519.PublicKey // whose signature holds; whether one knows it is another question
	Bytes    int64             // of the file
}

// Fingerprint names the signer.
func (r *Report) Fingerprint() string { return Fingerprint(r.Key) }

// Verify reads a file to its end and checks all of it: the signature, every block, every hash that the manifest has, and that there
// is nothing else. It changes nothing. That a file has expired is no error here. Errors: ErrNoFile, ErrTorn, ErrChanged, ErrTooLarge,
// ErrVersion, ErrEncrypted, those of in.
func Verify(ctx context.Context, in io.Reader) (*Report, error) {
	v := &verifier{sums: newChunkSums()}
	counted := &counter{in: in, ctx: ctx}
	if err := walk(counted, v.sums, v); err != nil {
		return nil, err
	}
	m, key, err := v.judge()
	if err != nil {
		return nil, err
	}
	return &Report{Manifest: m, Key: key, Bytes: counted.n}, nil
}

// counter counts the bytes of a file, and ends with its context.
type counter struct {
	in  io.Reader
	ctx context.Context
	n   int64
}

func (c *counter) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.in.Read(b)
	c.n += int64(n)
	return n, err
}

// verifier collects digests of what a file holds, and holds them against its manifest at the end.
type verifier struct {
	sums        *chunkSums
	blocks      []found
	definitions []sum
	attached    []namedSum
	manifest    []byte
	signature   []byte
}

// sum is a Digest in less room.
type sum struct {
	bytes int64
	hash  [sha256.Size]byte
}

func (s sum) digest() Digest { return Digest{s.bytes, hex.EncodeToString(s.hash[:])} }

type namedSum struct {
	name string
	sum
}

// found is a block that a file holds.
type found struct {
	recording event.RecordingID
	attempt   event.Key
	number    uint64
	lane      event.Lane
	sum
}

func (v *verifier) message(channel uint16, data []byte) error {
	if v.manifest != nil {
		return changed("a message comes behind the manifest")
	}
	of := sum{int64(len(data)), sha256.Sum256(data)}
	if channel == definitionChannel {
		if _, err := parseDefinitions(data); err != nil {
			return err
		}
		v.definitions = append(v.definitions, of)
		return nil
	}
	h, err := checkedBlock(channel, data)
	if err != nil {
		return err
	}
	v.blocks = append(v.blocks, found{h.Recording, h.Attempt, h.Number, h.Lane, of})
	return nil
}

// checkedBlock reads the header of a block on the channel of its lane.
func checkedBlock(channel uint16, data []byte) (*block.Header, error) {
	h, err := block.Verify(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChanged, err)
	}
	if uint16(h.Lane) != channel {
		return nil, changed("a block of lane %s is on the channel of another", h.Lane)
	}
	return h, nil
}

func (v *verifier) attachment(name string, size int64, content io.Reader) error {
	switch name {
	case manifestName:
		if v.manifest != nil {
			return changed("it has two manifests")
		}
		b, err := readAll(content, size, maxManifest)
		v.manifest = b
		return err
	case signatureName:
		if v.signature != nil || v.manifest == nil {
			return changed("its signature is not where it belongs")
		}
		b, err := readAll(content, size, maxSignature)
		v.signature = b
		return err
	}
	if v.manifest != nil {
		return changed("an attachment comes behind the manifest")
	}
	h := sha256.New()
	n, err := io.Copy(h, content)
	if err == nil && n < size {
		err = ErrTorn
	}
	v.attached = append(v.attached, namedSum{name, sum{n, [sha256.Size]byte(h.Sum(nil))}})
	return err
}

func readAll(in io.Reader, size, most int64) ([]byte, error) {
	if size > most {
		return nil, tooLarge("an attachment of %d bytes where %d are allowed", size, most)
	}
	b, err := io.ReadAll(in)
	if err == nil && int64(len(b)) < size {
		err = ErrTorn
	}
	if b == nil {
		b = []byte{}
	}
	return b, err
}

// judge holds what was found against the manifest, after the signature was.
func (v *verifier) judge() (*Manifest, ed25519.PublicKey, error) {
	if v.manifest == nil || v.signature == nil {
		return nil, nil, changed("it has no manifest or no signature")
	}
	key, err := checkSignature(v.signature, v.sums.statement(v.manifest)) // of all chunks, wherever they are
	if err != nil {
		return nil, nil, err
	}
	m, err := parseManifest(v.manifest)
	if err != nil {
		return nil, nil, err
	}
	rec, err := event.ParseRecordingID(m.Recording.ID)
	switch {
	case err != nil || rec.IsZero():
		return nil, nil, changed("its manifest names no recording")
	case len(m.Blocks) != len(v.blocks) || len(m.Definitions) != len(v.definitions) || len(m.Attachments) != len(v.attached):
		return nil, nil, changed("it does not hold as much as its manifest names")
	}
	for i, b := range v.blocks {
		want := m.Blocks[i]
		if b.recording != rec || want != (BlockDigest{uint8(b.lane), b.attempt.String(), b.number, b.digest()}) {
			return nil, nil, changed("block %d of the file is not the one that its manifest names", i)
		}
	}
	for i, d := range v.definitions {
		if m.Definitions[i] != d.digest() {
			return nil, nil, changed("its definitions are not those that its manifest names")
		}
	}
	for i, a := range v.attached {
		if m.Attachments[i] != (Attached{a.name, a.digest()}) {
			return nil, nil, changed("an attachment is not the one that its manifest names")
		}
	}
	return m, key, nil
}
