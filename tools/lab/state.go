package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stateFile is the name under which a folder remembers what runs in it.
const stateFile = "state.json"

// Remember writes down what runs in a folder, so that a later program can stop it. The file is replaced as a whole.
func Remember(dir string, running any) error {
	text, err := json.MarshalIndent(running, "", "  ")
	if err != nil {
		return fmt.Errorf("writing down what runs: %w", err)
	}
	path := filepath.Join(dir, stateFile)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing down what runs: %w", err)
	}
	if err := os.WriteFile(path+".next", append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing down what runs: %w", err)
	}
	if err := os.Rename(path+".next", path); err != nil {
		return fmt.Errorf("writing down what runs: %w", err)
	}
	return nil
}

// Recall reads what Remember wrote; known is false when nothing was remembered.
func Recall(dir string, running any) (known bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading what runs: %w", err)
	}
	if err := json.Unmarshal(text, running); err != nil {
		return false, fmt.Errorf("reading what runs from %s: %w", filepath.Join(dir, stateFile), err)
	}
	return true, nil
}

// Forget removes what Remember wrote.
func Forget(dir string) error {
	if err := os.Remove(filepath.Join(dir, stateFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forgetting what ran: %w", err)
	}
	return nil
}
