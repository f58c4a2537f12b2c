package canarytest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"slices"

	"github.com/klauspost/compress/zstd"
)

const (
	maxDepth  = 4        // of what is packed in what is packed
	maxOpened = 64 << 20 // bytes that one packed part may become
)

// Beginnings of what is packed.
var (
	gzipMagic = []byte{0x1f, 0x8b, 8}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	zipMagic  = []byte("PK\x03\x04")
)

// Finder looks for planted strings. Safe for concurrent use.
type Finder struct {
	forms map[string]forms // by the name of the string
}

// New makes a finder of strings by their names. Strings are ASCII, of 8 bytes or more: shorter ones would be found by chance.
func New(planted map[string]string) *Finder {
	f := &Finder{forms: make(map[string]forms, len(planted))}
	for name, text := range planted {
		if len(text) < 8 {
			panic("a string that is planted has 8 bytes or more: " + name)
		}
		f.forms[name] = formsOf(text)
	}
	return f
}

// Names are those of all planted strings, sorted.
func (f *Finder) Names() []string { return slices.Sorted(maps.Keys(f.forms)) }

// In names the strings that are in b, sorted.
func (f *Finder) In(b []byte) []string {
	found := make(map[string]bool)
	f.look(b, found, 0)
	return slices.Sorted(maps.Keys(found))
}

func (f *Finder) look(b []byte, found map[string]bool, depth int) {
	lower := bytes.ToLower(b)
	for name, s := range f.forms {
		if !found[name] && s.in(b, lower) {
			found[name] = true
		}
	}
	if depth == maxDepth {
		return
	}
	for _, part := range unpacked(b) {
		f.look(part, found, depth+1)
	}
}

// unpacked are the contents of everything packed that begins anywhere in b, as far as they can be read: a part that is torn or only looks
// like one gives what came before.
func unpacked(b []byte) (parts [][]byte) {
	each(b, gzipMagic, func(from []byte) {
		if z, err := gzip.NewReader(bytes.NewReader(from)); err == nil {
			z.Multistream(false)
			parts = append(parts, read(z))
		}
	})
	each(b, zstdMagic, func(from []byte) {
		// What follows a frame is none of it: the reader stops there with an error, after it gave what the frame holds.
		z, err := zstd.NewReader(bytes.NewReader(from), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxOpened), zstd.IgnoreChecksum(true))
		if err == nil {
			parts = append(parts, read(z))
			z.Close()
		}
	})
	if at := bytes.Index(b, zipMagic); at >= 0 {
		if z, err := zip.NewReader(bytes.NewReader(b[at:]), int64(len(b)-at)); err == nil {
			for _, entry := range z.File {
				if r, err := entry.Open(); err == nil {
					parts = append(parts, read(r))
					r.Close()
				}
			}
		}
	}
	return parts
}

func each(b, magic []byte, visit func(from []byte)) {
	for at := 0; ; at++ {
		next := bytes.Index(b[at:], magic)
		if next < 0 {
			return
		}
		at += next
		visit(b[at:])
	}
}

func read(r io.Reader) []byte {
	b, _ := io.ReadAll(io.LimitReader(r, maxOpened)) // what came before an error is looked into
	return b
}
