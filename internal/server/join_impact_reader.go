package server

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// mostReaderFile bounds a file with a schema, in bytes.
const mostReaderFile = 1 << 20

// declaredReader resolves the schema that a consumer's contract says it reads by. Where it cannot be found there is none, and the evidence says why:
// its reader is then one whose schema is not known. nil, nil: no contract says so.
func (s *streams) declaredReader(ctx context.Context, x *catalog.System) (*impact.Reader, *impact.Evidence) {
	for _, e := range x.Evidence {
		if e.Evidence != catalog.ByContract || e.Reader == "" {
			continue
		}
		r, err := s.readerSchema(ctx, e.Reader)
		if err != nil {
			return nil, &impact.Evidence{Kind: "contract", Source: e.Detail, At: e.Last, Detail: "the schema that it reads by could not be found: " + err.Error()}
		}
		r.At, r.Source = e.Last, e.Detail+", "+r.Source
		return r, nil
	}
	return nil, nil
}

// readerSchema finds a schema by a reference as contract.ReadBy has it. Errors hold no text of schemas.
func (s *streams) readerSchema(ctx context.Context, ref string) (*impact.Reader, error) {
	if contract.IsSchemaText(ref) {
		return &impact.Reader{Language: impact.LanguageOf(ref), Text: ref, Source: "the schema in it"}, nil
	}
	if name, ok := strings.CutPrefix(ref, "file:"); ok {
		return s.readerFile(name)
	}
	if s.registry == nil || s.registry.kept == nil {
		return nil, errors.New("there is no schema registry to ask for " + ref)
	}
	by := &judgedBy{s.registry.kept}
	found := registry.Schema{}
	if id, ok := strings.CutPrefix(ref, "id:"); ok {
		n, err := strconv.Atoi(id)
		if err != nil {
			return nil, errors.New(ref + " is no id")
		}
		x, err := by.r.ByID(ctx, n, "", "")
		if err != nil {
			return nil, unregistered(ref, err)
		}
		found = *x
	} else {
		at := max(strings.LastIndexByte(ref, '/'), 0)
		v, err := by.r.Version(ctx, registry.ParseSubject(ref[:at], ""), strings.TrimPrefix(ref[at:], "/"), true)
		if err != nil {
			return nil, unregistered(ref, err)
		}
		found = v.Schema
	}
	out := &impact.Reader{Language: cmp.Or(found.Kind, language.Avro), Text: found.Text, Source: "schema " + ref}
	if err := by.references(ctx, found.References, &out.References, map[string]bool{}, 0); err != nil {
		return nil, unregistered(ref, err)
	}
	return out, nil
}

// unregistered says that the registry has not got a schema, or could not be asked.
func unregistered(ref string, err error) error {
	var refused *registry.Error
	if errors.As(err, &refused) {
		return errors.New("the registry has no schema " + ref)
	}
	return errors.New("the registry could not be asked for " + ref)
}

// readerFile reads a schema that lies beside the contracts, and nowhere else.
func (s *streams) readerFile(name string) (*impact.Reader, error) {
	dir := s.cfg.Governance.ContractsFolder
	if dir == "" {
		return nil, errors.New("file:" + name + " lies beside contracts of the setting contracts-folder, which is not set")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.New("the folder of the setting contracts-folder cannot be read")
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, errors.New("the folder of the setting contracts-folder has no file " + name + " that can be read")
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, mostReaderFile+1))
	if err != nil || len(b) > mostReaderFile {
		return nil, errors.New("the file " + name + " cannot be read, or is larger than 1 MiB")
	}
	return &impact.Reader{Language: impact.LanguageOf(string(b)), Text: string(b), Source: "file " + name}, nil
}
