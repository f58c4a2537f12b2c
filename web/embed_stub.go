//go:build !web || noweb

package web

import "io/fs"

// Files is the built UI, or nil when this binary was built without it.
func Files() fs.FS { return nil }
