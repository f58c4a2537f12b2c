package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

var rewrite = flag.Bool("rewrite", false, "write spec/vectors/audit anew")

const vectors = "../../spec/vectors/audit"

// verdictOf is what verify must say of a vector.
type verdictOf struct {
	About string `json:"about"`
	State string `json:"state"`         // whole or broken
	Bad   uint64 `json:"bad,omitempty"` // number of the first bad entry
	File  string `json:"file,omitempty"`
	Heads int    `json:"heads"` // that agree
}

// vectorLog writes a small log of two files with fixed times and a fixed key.
func vectorLog(t *testing.T, dir string) {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 8, 1, 14, 2, 11, 482_000_000, time.UTC)
	l := opened(t, Options{Dir: dir, FileSize: 1500, Policy: "roles-3", Now: func() time.Time { now = now.Add(1500 * time.Microsecond); return now }})
	ctx := context.Background()
	r, err := l.Begin(ctx, access.Intent{Principal: "oidc:https://id.example#ann", Roles: []string{"support"}, Client: "192.0.2.7:50112", Action: access.TopicRead,
		Resource: "cluster/main/topic/orders", Ranges: []string{"0:[5,9)", "1:[0,4)"}, Filter: "value.amount > int && key == string", Decoder: "avro", Policy: "roles-3",
		Grant: "g-17", Reason: "ticket \"4711\"\n<€ 😀>"})
	if err == nil {
		err = l.End(ctx, r, access.Result{Outcome: access.OutcomeOK, Records: 8, Classes: []string{"pii_contact"}})
	}
	if err == nil {
		err = l.Event(ctx, access.Intent{Principal: "local:eve", Client: "192.0.2.8:4711", Action: access.RecordingExport, Resource: "recording/8c1e4f0a9b7d4d3fa1c25e60f7a93b12",
			Policy: "roles-3", Reason: "no role of local:eve allows it"}, access.Result{Outcome: access.OutcomeDenied})
	}
	if err == nil {
		_, err = l.sign()
	}
	if err == nil {
		_, err = l.Begin(ctx, access.Intent{Principal: "local:ann", Action: access.JobRead, Resource: "recording/8c1e4f0a9b7d4d3fa1c25e60f7a93b12", Policy: "roles-3"})
	}
	if err = errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, keyFile)); err != nil {
		t.Fatal(err)
	}
}

// vectorCases are what is done to the log.
var vectorCases = map[string]struct {
	change func(t *testing.T, dir string)
	want   verdictOf
}{
	"whole": {func(*testing.T, string) {}, verdictOf{"a log of two files with two heads", "whole", 0, "", 2}},
	"changed": {func(t *testing.T, dir string) {
		edit(t, dir, "audit-0001.jsonl", func(lines [][]byte) [][]byte {
			lines[2] = bytes.Replace(lines[2], []byte(`"records":8`), []byte(`"records":1`), 1)
			return lines
		})
	}, verdictOf{"one digit of entry 3", "broken", 3, "audit-0001.jsonl", 0}},
	"deleted": {func(t *testing.T, dir string) {
		edit(t, dir, "audit-0001.jsonl", func(lines [][]byte) [][]byte { return append(lines[:1], lines[2:]...) })
	}, verdictOf{"entry 2 is taken out", "broken", 2, "audit-0001.jsonl", 0}},
	"cut": {func(t *testing.T, dir string) {
		edit(t, dir, Active, func(lines [][]byte) [][]byte {
			last := len(lines) - 1
			lines[last] = lines[last][:len(lines[last])/2]
			return lines
		})
	}, verdictOf{"the last line has no end", "broken", 6, Active, 1}},
	"truncated": {func(t *testing.T, dir string) {
		edit(t, dir, Active, func(lines [][]byte) [][]byte { return lines[:len(lines)-1] })
	}, verdictOf{"the last entry is not there, and a head covers it", "broken", 6, Active, 1}},
}

func edit(t *testing.T, dir, name string, change func([][]byte) [][]byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(raw, []byte("\n"))
	if err := os.WriteFile(path, bytes.Join(change(lines[:len(lines)-1]), nil), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestVectors holds the files of spec/vectors/audit against what this version writes, and verify against their verdicts.
func TestVectors(t *testing.T) {
	for name, c := range vectorCases {
		t.Run(name, func(t *testing.T) {
			made, kept := t.TempDir(), filepath.Join(vectors, name)
			vectorLog(t, made)
			c.change(t, made)
			want, err := json.MarshalIndent(c.want, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(made, "verdict.json"), append(want, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
			files, err := os.ReadDir(made)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				got, err := os.ReadFile(filepath.Join(made, f.Name()))
				if err != nil {
					t.Fatal(err)
				}
				if *rewrite {
					if err := errors.Join(os.MkdirAll(kept, 0o755), os.WriteFile(filepath.Join(kept, f.Name()), got, 0o644)); err != nil {
						t.Fatal(err)
					}
				}
				if old, err := os.ReadFile(filepath.Join(kept, f.Name())); err != nil || !bytes.Equal(old, got) {
					t.Errorf("%s is not what this version writes (-rewrite writes it anew): %v", f.Name(), err)
				}
			}
			r, err := Verify(context.Background(), VerifyOptions{Paths: []string{kept}})
			var b *access.Broken
			got := verdictOf{About: c.want.About, State: "whole", Heads: r.Heads}
			if errors.As(err, &b) {
				got.State, got.Bad, got.File = "broken", b.Seq, b.File
			} else if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%+v, want %+v (%v)", got, c.want, err)
			}
		})
	}
}
