package sources

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	maxText  = 4 << 20 // the longest text that is read
	maxFiles = 50_000  // so many are looked through for one that lies elsewhere than its package
)

// File is a file of sources.
type File struct {
	Path string // below the folder, or within the jar, with slashes
	Text []byte
}

// InFolder finds the file that a class calls by name: the folders of its package, and its file, with slashes.
func InFolder(dir, name string) (File, bool) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return File{}, false
	}
	return find(os.DirFS(dir), name)
}

// InJar is InFolder for a jar. It finds nothing when there is no such jar any more.
func InJar(jar, name string) (File, bool) {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return File{}, false
	}
	defer z.Close()
	return find(z, name)
}

func find(files fs.FS, name string) (File, bool) {
	if text, err := read(files, name); err == nil {
		return File{name, text}, true
	}
	if !elsewhere(name) {
		return File{}, false
	}
	want := packageOf(name)
	var exact, within File
	seen := 0
	// What cannot be read is passed over: another file may be the one.
	_ = fs.WalkDir(files, ".", func(at string, entry fs.DirEntry, err error) error {
		seen++
		switch {
		case seen > maxFiles:
			return fs.SkipAll
		case err != nil:
			return fs.SkipDir
		case entry.IsDir() && at != "." && skipped(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || entry.Name() != path.Base(name):
			return nil
		}
		text, err := read(files, at)
		if err != nil {
			return nil
		}
		switch declared := Package(entry.Name(), text); {
		case declared == want:
			exact = File{at, text}
			return fs.SkipAll
		case within.Path == "" && isScala(name) && strings.HasPrefix(want+".", declared+"."):
			within = File{at, text} // the rest of the package may be declared further down
		}
		return nil
	})
	found := exact
	if found.Path == "" {
		found = within
	}
	return found, found.Path != ""
}

// skipped are folders in which no one's sources are.
func skipped(folder string) bool {
	return strings.HasPrefix(folder, ".") || folder == "node_modules" || folder == "target"
}

func read(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxText))
}

// NameOf is what classes call a file at this machine: of Kotlin and Scala the folders of the package that it declares, and its name.
// Of others, and of what cannot be read, it is the file as given.
func NameOf(file string) string {
	if !elsewhere(file) {
		return file
	}
	f, err := os.Open(file)
	if err != nil {
		return file
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText))
	if err != nil && !errors.Is(err, io.EOF) {
		return file
	}
	base := filepath.Base(file)
	return strings.TrimPrefix(strings.ReplaceAll(Package(base, text), ".", "/")+"/"+base, "/")
}

// elsewhere tells whether a file may lie outside of the folders of its package.
func elsewhere(name string) bool { return isKotlin(name) || isScala(name) }

func isKotlin(name string) bool {
	return strings.HasSuffix(name, ".kt") || strings.HasSuffix(name, ".kts")
}
func isScala(name string) bool { return strings.HasSuffix(name, ".scala") }

func packageOf(name string) string {
	dir := path.Dir(name)
	return strings.ReplaceAll(strings.TrimPrefix(dir, "."), "/", ".")
}
