package canarytest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

const planted = "zq7f3a91c0b25d"

// carriers are ways in which a string may lie somewhere.
var carriers = map[string]func(text string) []byte{
	"plain": func(text string) []byte { return []byte(text) },
	"upper": func(text string) []byte { return []byte(strings.ToUpper(text)) },
	"hex":   func(text string) []byte { return []byte(hex.EncodeToString([]byte("x" + text))) },
	"HEX":   func(text string) []byte { return []byte(strings.ToUpper(hex.EncodeToString([]byte(text)))) },
	"dump": func(text string) []byte {
		b := []byte("0123456789" + text)
		return fmt.Appendf(nil, "0000  % x  |%s|\n0010  % x", b[:16], b[:16], b[16:])
	},
	"base64 0": func(text string) []byte { return base64.StdEncoding.AppendEncode(nil, []byte(text)) },
	"base64 1": func(text string) []byte { return base64.URLEncoding.AppendEncode(nil, []byte("x"+text+"yz")) },
	"base64 2": func(text string) []byte { return base64.RawStdEncoding.AppendEncode(nil, []byte("xx"+text+"y")) },
	"utf16be":  func(text string) []byte { return wide(text, 0) },
	"utf16le":  func(text string) []byte { return wide(text, 1) },
	"gzip":     packGzip,
	"zstd":     packZstd,
	"zip":      packZip,
	"gzip in zip in zstd": func(text string) []byte {
		return packZstd(string(packZip(string(packGzip(text)))))
	},
}

func packGzip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

func packZstd(text string) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	defer z.Close()
	return z.EncodeAll([]byte(text), nil)
}

func packZip(text string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("a.txt")
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

func TestItIsFoundInEveryForm(t *testing.T) {
	f := New(map[string]string{"bird": planted, "other": "zq0000000000ff"})
	for name, carry := range carriers {
		around := "a text around, as long as may be, with words and with numbers 4711 "
		for _, whole := range [][]byte{carry(around + planted + around), append(append([]byte("before"), carry(planted)...), "behind"...)} {
			if name == "dump" || name == "zip" && bytes.HasSuffix(whole, []byte("behind")) {
				whole = carry(planted) // a zip is found from its end
			}
			if got := f.In(whole); !slices.Equal(got, []string{"bird"}) {
				t.Errorf("%s: found %v", name, got)
			}
		}
		if got := f.In(carry("another text, of the same length " + planted[:len(planted)-7])); len(got) != 0 {
			t.Errorf("%s: found %v where nothing is", name, got)
		}
	}
}

func TestWhatLooksPackedAndIsNotEndsNothing(t *testing.T) {
	f := New(map[string]string{"bird": planted})
	for _, magic := range [][]byte{gzipMagic, zstdMagic, zipMagic} {
		torn := packZstd(strings.Repeat(planted, 3))
		b := append(append(bytes.Repeat(magic, 50), "noise"...), torn...)
		if got := f.In(b); len(got) != 1 {
			t.Errorf("behind % x: found %v", magic, got)
		}
	}
}

func TestStringsThatAreFoundByChanceAreRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a string of three bytes is taken")
		}
	}()
	New(map[string]string{"short": "abc"})
}
