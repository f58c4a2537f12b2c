package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
)

// openContracts begins to hold contracts against streams. A file that is shown has none.
func (s *Server) openContracts(ctx context.Context, looked []browse.Cluster) (err error) {
	if s.tables == nil {
		return nil
	}
	o := checks.Options{Tables: s.tables, Budget: s.cfg.Governance.ContractsBudget, RecoverAfter: s.cfg.Governance.ContractsRecover, Now: s.now, Log: s.log}
	for _, c := range looked {
		open := s.clusters.byName[c.Name]
		k := checks.Cluster{Name: c.Name, Bootstrap: open.bootstrap, Kafka: c.Kafka, Decoder: c.Decoder}
		if open.schemas != nil {
			k.Subjects, k.Schemas = open.schemas, open.schemas
		}
		o.Clusters = append(o.Clusters, k)
	}
	if s.checks, err = checks.New(ctx, o); err != nil {
		return fmt.Errorf("opening contracts: %w", err)
	}
	if dir := s.cfg.Governance.ContractsFolder; dir != "" {
		s.contracts = &contractsFolder{dir: dir, engine: s.checks, log: s.log, stamps: map[string]fileStamp{}, problems: map[string]error{}, change: func(ctx context.Context, id, file string, apply func() error) error {
			who := access.Principal{ID: "service:server", Name: "the server"}
			return s.browser.Change(ctx, who, access.ContractWrite, access.ContractResource(id), []string{file}, file+" changed", apply)
		}}
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("setting contracts-folder: %w", err)
		}
	}
	return nil
}

// contractsFolder puts the contracts of a folder in force, as they change. Safe for concurrent use.
type contractsFolder struct {
	dir    string
	engine *checks.Engine
	change func(ctx context.Context, id, file string, apply func() error) error
	log    *slog.Logger

	mu       sync.Mutex
	stamps   map[string]fileStamp // by file
	problems map[string]error     // of files as they are, which are then not in force
	why      error                // that the folder cannot be read
}

// mostContracts bounds the files of a folder.
const mostContracts = 10_000

// run looks at the folder until ctx ends.
func (f *contractsFolder) run(ctx context.Context) {
	tick := time.NewTicker(accessEvery)
	defer tick.Stop()
	for {
		f.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look takes over files that changed. One with mistakes changes nothing but what Doctor says; one that is gone ends no contract: whoever takes a file
// away, or checks another branch out, does not take a promise back.
func (f *contractsFolder) look(ctx context.Context) {
	files := map[string]fileStamp{}
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != f.dir:
			return fs.SkipDir
		case !d.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path)):
			return nil
		case len(files) >= mostContracts:
			return fmt.Errorf("it has more than %d files", mostContracts)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files[path] = fileStamp{info.ModTime(), info.Size()}
		return nil
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.why = err; err != nil {
		return
	}
	for path, stamp := range files {
		if f.stamps[path] == stamp {
			continue
		}
		switch err := f.apply(ctx, path); {
		case ctx.Err() != nil:
			return
		case err != nil:
			f.problems[path] = err
			f.log.Error("a contract's file is not in force; what was in force goes on", "file", path, "error", err)
		default:
			delete(f.problems, path)
		}
		f.stamps[path] = stamp
	}
	for path := range f.stamps {
		if _, there := files[path]; !there {
			delete(f.stamps, path)
			delete(f.problems, path)
		}
	}
}

func (f *contractsFolder) apply(ctx context.Context, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	c, err := contract.Read(string(raw))
	if err != nil {
		return err
	}
	name, err := filepath.Rel(f.dir, path)
	if err != nil {
		return err
	}
	now, err := f.engine.Contract(ctx, c.ID)
	switch {
	case err == nil && now.Text == string(raw):
		return nil
	case err != nil && !errors.Is(err, checks.ErrNotFound):
		return err
	}
	return f.change(ctx, c.ID, "file "+name, func() error {
		_, err := f.engine.Apply(ctx, string(raw), "file", "", name)
		return err
	})
}

// check is what Doctor says of it.
func (f *contractsFolder) check() api.Check {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := api.Check{Check: "contracts folder", State: stateOK, Detail: fmt.Sprintf("%d files of %s are in force", len(f.stamps), f.dir)}
	switch {
	case f.why != nil:
		c.State, c.Detail, c.Fix = stateFail, fmt.Sprintf("%s cannot be read: %v", f.dir, f.why), "let the server read the folder of the setting contracts-folder"
	case len(f.problems) > 0:
		var names []string
		for name := range f.problems {
			names = append(names, name)
		}
		slices.Sort(names)
		c.State, c.Detail = stateFail, fmt.Sprintf("%d files are not in force; %s: %v", len(names), names[0], f.problems[names[0]])
		c.Fix = "sightglass contract lint " + names[0] + " names all mistakes"
	}
	return c
}
