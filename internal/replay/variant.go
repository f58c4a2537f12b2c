package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Variant is a program, or a set-up of it, other than the recorded one. The zero Variant is the recorded one.
type Variant struct {
	Jars   []Jar             `json:"jars,omitempty"`
	Config map[string]string `json:"config,omitempty"` // of the job and the TaskManager
	Flink  string            `json:"flink,omitempty"`  // version; empty: the recorded one
}

// Jar is one that was uploaded. It takes the place of the recorded jar of that name, or of the only one; otherwise it comes before all others.
type Jar struct {
	Name string `json:"name"`
	ID   string `json:"id"` // SHA-256, hex
}

// IsZero tells whether nothing is otherwise.
func (v *Variant) IsZero() bool {
	return v == nil || len(v.Jars) == 0 && len(v.Config) == 0 && v.Flink == ""
}

// ErrJar: a jar that cannot be taken, or is not there.
var ErrJar = errors.New("the jar cannot be used")

// Bounds of uploaded jars.
const (
	MaxJar  = 128 << 20
	maxJars = 2 << 30 // bytes of all
	jarAge  = 24 * time.Hour
)

// AddJar keeps a jar for replays that are asked for within a day. id is what they name it by. Errors: ErrJar.
func (q *Queue) AddJar(b []byte) (id string, err error) {
	if len(b) > MaxJar || len(b) < 4 || string(b[:4]) != "PK\x03\x04" {
		return "", fmt.Errorf("%w: it has to be a jar of at most %d MiB", ErrJar, MaxJar>>20)
	}
	if err := os.MkdirAll(q.o.Jars, 0o700); err != nil {
		return "", fmt.Errorf("keeping a jar: %w", err)
	}
	var all int64
	list, err := os.ReadDir(q.o.Jars)
	if err != nil {
		return "", fmt.Errorf("keeping a jar: %w", err)
	}
	for _, e := range list {
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", fmt.Errorf("keeping a jar: %w", err)
		case q.o.Now().Sub(info.ModTime()) > jarAge && !q.wants(e.Name()):
			if err := os.Remove(filepath.Join(q.o.Jars, e.Name())); err != nil {
				return "", fmt.Errorf("removing an old jar: %w", err)
			}
		default:
			all += info.Size()
		}
	}
	if all+int64(len(b)) > maxJars {
		return "", fmt.Errorf("%w: those of the last day have %d MiB already", ErrJar, all>>20)
	}
	sum := sha256.Sum256(b)
	id = hex.EncodeToString(sum[:])
	file := filepath.Join(q.o.Jars, id)
	if err := os.WriteFile(file+".part", b, 0o600); err != nil {
		return "", fmt.Errorf("keeping a jar: %w", err)
	}
	if err := os.Rename(file+".part", file); err != nil {
		return "", fmt.Errorf("keeping a jar: %w", err)
	}
	return id, nil
}

// wants tells whether a replay that waits or runs names a jar.
func (q *Queue) wants(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	names := func(r *Replay) bool {
		for _, j := range r.Wish.Variant.Jars {
			if j.ID == id {
				return true
			}
		}
		return false
	}
	for _, r := range q.running {
		if names(r) {
			return true
		}
	}
	for _, r := range q.waiting {
		if names(r) {
			return true
		}
	}
	return false
}

// HasJar tells whether a jar is kept. ErrJar.
func (q *Queue) HasJar(id string) error {
	if b, err := hex.DecodeString(id); err != nil || len(b) != sha256.Size {
		return fmt.Errorf("%w: '%s' is no jar", ErrJar, id)
	}
	if _, err := os.Stat(filepath.Join(q.o.Jars, id)); err != nil {
		return fmt.Errorf("%w: %s is not kept any more: upload it again", ErrJar, id)
	}
	return nil
}

// layout puts the jars and settings of a variant in the place of the recorded ones.
func (v *Variant) layout(ctx context.Context, dir, jars string, p map[string]string, c *capsule) error {
	if v.IsZero() {
		return nil
	}
	for k, value := range v.Config {
		p["config."+k] = value
	}
	if len(v.Jars) == 0 {
		return nil
	}
	p["versions"] = "other"
	var names, recorded []string // file names of the loader's jars; what the recorded ones were called
	for _, part := range c.Parts {
		if part.Format == "jar" {
			names = append(names, p["jar."+strconv.Itoa(len(names))])
			recorded = append(recorded, filepath.Base(part.Name))
		}
	}
	var before []string
	for i, j := range v.Jars {
		if err := ctx.Err(); err != nil {
			return err
		}
		file := fmt.Sprintf("other-%d.jar", i)
		if err := copyFile(filepath.Join(jars, j.ID), filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("%w: %s is not kept any more: upload it again (%w)", ErrJar, j.Name, err)
		}
		at := -1
		for k, name := range recorded {
			if name == filepath.Base(j.Name) || len(recorded) == 1 && len(v.Jars) == 1 {
				at = k
			}
		}
		if at < 0 {
			before = append(before, file)
			continue
		}
		names[at] = file
	}
	all := append(before, names...)
	for i, name := range all {
		p["jar."+strconv.Itoa(i)] = name
	}
	p["jars"] = strconv.Itoa(len(all))
	return nil
}

// words say what is otherwise. Values of settings are left out: they may be secrets.
func (v *Variant) words() (all []string) {
	if v.IsZero() {
		return nil
	}
	for _, j := range v.Jars {
		all = append(all, "the job ran with another jar, "+filepath.Base(j.Name)+" ("+j.ID[:min(12, len(j.ID))]+")")
	}
	for k := range v.Config {
		all = append(all, k+" is configured otherwise")
	}
	if v.Flink != "" {
		all = append(all, "it ran on Flink "+strings.TrimSpace(v.Flink))
	}
	return all
}
