package grant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/folder"
)

// FileName is the file's below the data folder.
const FileName = "grants.json"

// mostBytes of a file are read: what it may hold has less.
const mostBytes = 64 << 20

// fileVersion is of the file's form.
const fileVersion = 1

type onDisk struct {
	Version int      `json:"version"`
	Grants  []stored `json:"grants"`
}

type stored struct {
	ID        string    `json:"id"`
	Rule      string    `json:"rule"`
	Principal string    `json:"principal"`
	Via       string    `json:"via,omitempty"`
	Name      string    `json:"name"`
	Clear     []string  `json:"clear,omitempty"`
	Role      string    `json:"role,omitempty"`
	Resources []string  `json:"resources"`
	Reason    string    `json:"reason"`
	Seconds   int64     `json:"seconds"`
	Asked     time.Time `json:"asked"`
	State     State     `json:"state"`
	Began     time.Time `json:"began,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	Approver  string    `json:"approver,omitempty"`
	Over      time.Time `json:"over,omitzero"`
	By        string    `json:"by,omitempty"`
	Why       string    `json:"why,omitempty"`
	Noted     bool      `json:"noted,omitempty"`
}

func (s *stored) grant() (*Grant, error) {
	g := &Grant{
		Grant: access.Grant{
			ID: s.ID, Rule: s.Rule, Principal: s.Principal, Via: s.Via, Clear: s.Clear, Resources: s.Resources, Role: s.Role, Reason: s.Reason, Began: s.Began, Until: s.Until,
		},
		Name: s.Name, For: time.Duration(s.Seconds) * time.Second, Asked: s.Asked, State: s.State, Approver: s.Approver, Over: s.Over, By: s.By, Why: s.Why, noted: s.Noted,
	}
	switch {
	case s.ID == "" || s.Rule == "" || s.Principal == "" || s.Asked.IsZero() || !slices.Contains(states, s.State):
		return nil, fmt.Errorf("grant %q lacks what every grant has", s.ID)
	case s.Seconds < 1 || g.For > access.GrantMost:
		return nil, fmt.Errorf("grant %q is for %d seconds, which no rule allows", s.ID, s.Seconds)
	case s.State == InForce && (s.Began.IsZero() || s.Until.Before(s.Began) || s.Until.Sub(s.Began) > g.For+time.Second):
		return nil, fmt.Errorf("grant %q is in force for another time than it was granted for", s.ID)
	}
	return g, nil
}

func storedOf(g *Grant) stored {
	return stored{
		ID: g.ID, Rule: g.Rule, Principal: g.Principal, Via: g.Via, Name: g.Name, Clear: g.Clear, Role: g.Role, Resources: g.Resources, Reason: g.Reason,
		Seconds: int64(g.For / time.Second), Asked: g.Asked.UTC(), State: g.State, Began: g.Began.UTC(), Until: g.Until.UTC(), Approver: g.Approver, Over: g.Over.UTC(), By: g.By, Why: g.Why, Noted: g.noted,
	}
}

// read gives the grants of a file; none when it is not there. What is not whole and right in every part counts for nothing.
func read(path string) ([]*Grant, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > mostBytes {
		return nil, fmt.Errorf("%s is longer than such a file is", path)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var x onDisk
	if err := d.Decode(&x); err != nil {
		return nil, fmt.Errorf("%s is no file of grants: %w", path, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s has something behind its end", path)
	}
	if x.Version != fileVersion {
		return nil, fmt.Errorf("%s is of version %d, and this program knows version %d", path, x.Version, fileVersion)
	}
	list := make([]*Grant, 0, len(x.Grants))
	known := make(map[string]bool)
	for i := range x.Grants {
		g, err := x.Grants[i].grant()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if known[g.ID] {
			return nil, fmt.Errorf("%s: grant %q is there twice", path, g.ID)
		}
		known[g.ID] = true
		list = append(list, g)
	}
	return list, nil
}

// write replaces the file, and is durable when it returns.
func write(path string, list []*Grant) error {
	x := onDisk{Version: fileVersion, Grants: make([]stored, 0, len(list))}
	for _, g := range list {
		x.Grants = append(x.Grants, storedOf(g))
	}
	raw, err := json.MarshalIndent(&x, "", "  ")
	if err != nil {
		return err
	}
	f, err := folder.NewFile(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Commit()
}
