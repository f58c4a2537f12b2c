package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNoRecording: a folder that the server writes holds no recording of that name.
var ErrNoRecording = errors.New("there is no such recording in the folder")

// written is what is needed of _parts/recording.json.
type written struct {
	Complete  bool     `json:"complete"`
	Why       []string `json:"why"`
	Recording struct {
		ID  string `json:"id"`
		Job string `json:"job"`
	} `json:"recording"`
}

// part is what is needed of a part's manifest.
type part struct {
	Kind    string `json:"kind"`
	Removed bool   `json:"removed"`
	Tables  tables `json:"tables"`
}

// partsOf lists the files of a folder that the server writes (internal/export, Keeper), and what is missing in them. A part some of
// whose files are not there (it is being put in its place, or they were taken away) is left out and named.
func partsOf(dir string, wanted []string, files map[string][]string) (incomplete []string, err error) {
	folders, err := filepath.Glob(filepath.Join(dir, "recording=*"))
	if err != nil || len(folders) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoExport)
	}
	met := map[string]bool{}
	for _, folder := range folders {
		var w written
		raw, err := os.ReadFile(filepath.Join(folder, "_parts", "recording.json"))
		if errors.Is(err, os.ErrNotExist) {
			continue // its first part is being written
		}
		if err == nil {
			err = json.Unmarshal(raw, &w)
		}
		if err != nil {
			return nil, fmt.Errorf("reading how far %s came: %w", folder, err)
		}
		name := slices.IndexFunc(wanted, func(text string) bool {
			return text != "" && (text == w.Recording.Job || strings.HasPrefix(w.Recording.ID, text))
		})
		if len(wanted) > 0 && name < 0 {
			continue
		}
		if name >= 0 {
			met[wanted[name]] = true
		}
		why, err := partsIn(folder, files)
		if err != nil {
			return nil, err
		}
		if why = append(slices.Clone(w.Why), why...); len(why) > 0 {
			incomplete = append(incomplete, fmt.Sprintf("%s (%s): %s", w.Recording.ID, w.Recording.Job, strings.Join(why, "; ")))
		}
	}
	for _, name := range wanted {
		if !met[name] {
			return nil, fmt.Errorf("%w: %.80q", ErrNoRecording, name)
		}
	}
	return incomplete, nil
}

// partsIn lists the files of one recording.
func partsIn(folder string, files map[string][]string) (why []string, err error) {
	manifests, err := filepath.Glob(filepath.Join(folder, "_parts", "part-*.json"))
	if err != nil {
		return nil, fmt.Errorf("listing parts: %w", err)
	}
	for _, path := range manifests {
		var p part
		raw, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(raw, &p)
		}
		if err != nil || p.Kind != "parquet-part" {
			return nil, fmt.Errorf("%s is no manifest of a part: %w", path, errors.Join(err, ErrNoExport))
		}
		if p.Removed { // files that show columns are what stays of it
			for name, t := range p.Tables {
				t.Files = slices.DeleteFunc(t.Files, func(f file) bool { return f.Rows > 0 })
				p.Tables[name] = t
			}
		}
		if !whole(folder, &p) {
			why = append(why, strings.TrimSuffix(filepath.Base(path), ".json")+" is left out: files of it are not there")
			continue
		}
		for name, t := range p.Tables {
			if err := plain(folder, name); err != nil {
				return nil, err
			}
			for _, f := range t.Files {
				if err := add(files, name, folder, f.Path); err != nil {
					return nil, err
				}
			}
		}
	}
	const gaps = "gaps/part-000000.parquet"
	if _, err := os.Stat(filepath.Join(folder, gaps)); err == nil {
		return why, add(files, "gaps", folder, gaps)
	}
	return why, nil
}

func whole(folder string, p *part) bool {
	for _, t := range p.Tables {
		for _, f := range t.Files {
			if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(f.Path))); err != nil {
				return false
			}
		}
	}
	return true
}
