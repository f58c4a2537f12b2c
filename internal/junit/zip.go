package junit

import (
	"archive/zip"
	"bytes"
	"fmt"
)

// Zip packs the files of a test, in their order. They carry the time of the moment, so that the same test is the same bytes.
func (t *Test) Zip() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range t.Files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Path, Method: zip.Deflate, Modified: t.At})
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("packing a test: %w", err)
	}
	return out.Bytes(), nil
}
