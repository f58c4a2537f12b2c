package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/folder"
)

// Files of the access policy below the data folder.
const (
	accessFile    = "access.yaml"
	accessKeyFile = "access-key"
)

// accessEvery is how often the policy's file is looked at.
const accessEvery = 2 * time.Second

// rules keeps the access policy in force that a file says. Safe for concurrent use.
type rules struct {
	file   string
	wanted bool // somebody named the file: it must be there
	keys   access.Keys
	dress  func(*access.Policy) (*access.Policy, error) // adds the server's own roles
	force  *access.InForce
	audit  func(ctx context.Context, version, file string) error
	log    *slog.Logger

	mu       sync.Mutex
	stamp    fileStamp
	problems access.Problems // of the file as it is, which is then not in force
	why      error           // that it cannot be read
}

// fileStamp tells one state of a file from another one.
type fileStamp struct {
	changed time.Time
	size    int64
}

// openAccess puts the access policy in force. One with mistakes keeps the server from starting: nothing is there that could go on to hold.
func (s *Server) openAccess() error {
	keys, err := accessKeys(s.cfg.Access.KeyFile, s.cfg.Data, s.cfg.Access.Environment)
	if err != nil {
		return err
	}
	s.rules = &rules{
		file: or(s.cfg.Access.Policy, filepath.Join(s.cfg.Data, accessFile)), wanted: s.cfg.Access.Policy != "", keys: keys, log: s.log,
		dress: func(p *access.Policy) (*access.Policy, error) {
			p, err := p.WithExport(s.cfg.OTLP.Values == "clear").WithParquet(s.cfg.Parquet.Role)
			if err != nil {
				return nil, fmt.Errorf("setting export-parquet-role: %w", err)
			}
			return p, nil
		},
	}
	own := access.Local()
	if !s.opened.IsZero() {
		own = access.Opened()
	}
	p, err := s.rules.dress(own)
	if err != nil && s.rules.missing() {
		return err
	}
	s.rules.force = access.NewInForce(p)
	switch err := s.rules.look(context.Background()); {
	case errors.Is(err, fs.ErrNotExist) && !s.rules.wanted:
		return nil
	case err != nil:
		return fmt.Errorf("setting access-policy: %w", err)
	}
	return nil
}

func (r *rules) missing() bool {
	_, err := os.Stat(r.file)
	return errors.Is(err, fs.ErrNotExist)
}

// look takes the file over when it has changed. What has mistakes, or is gone, changes nothing but what Doctor says: whoever takes a file
// away does not open what it closed.
func (r *rules) look(ctx context.Context) error {
	info, err := os.Stat(r.file)
	if err != nil {
		return r.note(fileStamp{}, nil, err)
	}
	now := fileStamp{info.ModTime(), info.Size()}
	r.mu.Lock()
	same := r.stamp == now && r.why == nil
	r.mu.Unlock()
	if same {
		return nil
	}
	raw, err := os.ReadFile(r.file)
	if err != nil {
		return r.note(fileStamp{}, nil, err)
	}
	p, err := access.ReadPolicy(string(raw), r.keys)
	if err == nil {
		p, err = r.dress(p)
	}
	var mistakes access.Problems
	if errors.As(err, &mistakes) {
		return r.note(now, mistakes, fmt.Errorf("%s has mistakes:\n%w", r.file, mistakes))
	}
	if err != nil {
		return r.note(now, nil, err)
	}
	if r.audit != nil && p.Version() != r.force.Policy().Version() {
		if err := r.audit(ctx, p.Version(), r.file); err != nil {
			return r.note(fileStamp{}, nil, err) // it is tried again
		}
	}
	r.force.Put(p)
	return r.note(now, nil, nil)
}

// note keeps what is wrong, and logs it once.
func (r *rules) note(at fileStamp, mistakes access.Problems, why error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if why != nil && (r.why == nil || r.why.Error() != why.Error()) && (r.wanted || r.stamp != fileStamp{}) {
		r.log.Error("the access policy's file is not in force; what was in force goes on", "file", r.file, "problems", len(mistakes), "error", why)
	}
	r.stamp, r.problems, r.why = at, mistakes, why
	return why
}

func (r *rules) run(ctx context.Context) {
	tick := time.NewTicker(accessEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = r.look(ctx) // it is noted
		}
	}
}

// check is what Doctor says of it.
func (r *rules) check() api.Check {
	r.mu.Lock()
	defer r.mu.Unlock()
	version := r.force.Policy().Version()
	c := api.Check{Check: "access policy", State: stateOK, Detail: "version " + version + " of " + r.file}
	missing := errors.Is(r.why, fs.ErrNotExist)
	switch {
	case missing && !r.wanted && version == access.Local().Version():
		c.Detail = "nobody wrote one: who reaches the server sees everything"
	case len(r.problems) > 0:
		c.State, c.Detail = stateFail, fmt.Sprintf("%s has %d mistakes, version %s stays in force; the first: %s", r.file, len(r.problems), version, r.problems[0])
		c.Fix = "sightglass access check " + r.file + " names them all"
	case missing:
		c.State, c.Detail = stateFail, fmt.Sprintf("%s is gone, version %s stays in force", r.file, version)
		c.Fix = "put it back: the server will not start without it where the setting access-policy names it"
	case r.why != nil:
		c.State, c.Detail = stateFail, fmt.Sprintf("version %s stays in force: %v", version, r.why)
		c.Fix = "let the server read the file"
	}
	return c
}

// accessKeys reads the key of tokens, or makes one below the data folder.
func accessKeys(file, data, tenant string) (access.Keys, error) {
	path := or(file, filepath.Join(data, accessKeyFile))
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && file == "" {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // it never fails
		raw = []byte(hex.EncodeToString(key) + "\n")
		err = folder.WriteFile(path, raw)
	}
	if err != nil {
		return access.Keys{}, fmt.Errorf("setting access-key-file: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil {
		return access.Keys{}, fmt.Errorf("setting access-key-file: %s is not 64 hexadecimal digits", path)
	}
	keys, err := access.NewKeys(key, tenant, 0)
	if err != nil {
		return access.Keys{}, fmt.Errorf("setting access-key-file: %s: %w", path, err)
	}
	return keys, nil
}
