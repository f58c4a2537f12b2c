// Package output writes generated files.
package output

import (
	"fmt"
	"os"
	"path/filepath"
)

// Write writes a file unless it is as it should be.
func Write(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	fmt.Println("writing", path)
	return os.WriteFile(path, content, 0o644)
}
