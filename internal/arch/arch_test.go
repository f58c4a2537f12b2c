package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// skipped folders hold nothing that we wrote.
var skipped = map[string]bool{
	".git": true, ".lab": true, ".vite": true, "node_modules": true, "target": true, "dist": true, "bin": true, "build": true,
	"data": true, "testdata": true,
}

// walk calls visit for every file of the repository with its slash-separated path.
func walk(t *testing.T, visit func(file string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file := filepath.ToSlash(strings.TrimPrefix(p, root+string(filepath.Separator)))
		if d.IsDir() {
			if p != root && skipped[d.Name()] {
				return filepath.SkipDir
			}
			return nil
		}
		visit(file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func table(t *testing.T) *Table {
	t.Helper()
	f, err := os.Open("doors.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doors, err := ParseTable(f)
	if err != nil {
		t.Fatal(err)
	}
	return doors
}

func isRoom(file string) bool {
	for _, top := range []string{"internal/", "cmd/", "gen/", "web/"} {
		if strings.HasPrefix(file, top) {
			return true
		}
	}
	return false
}

func TestRowsPointDown(t *testing.T) {
	for _, w := range table(t).CheckRows() {
		t.Error(w)
	}
}

func TestTheMapShowsTheDoors(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := table(t).Splice(string(page))
	if err != nil {
		t.Fatal(err)
	}
	if want != string(page) {
		t.Error("ARCHITECTURE.md shows other doors than doors.txt: make docs")
	}
}

func TestImportsPassTheDoors(t *testing.T) {
	doors, seen := table(t), 0
	walk(t, func(file string) {
		if !strings.HasSuffix(file, ".go") || !isRoom(file) {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Error(err)
				continue
			}
			seen++
			if why := doors.CheckImport(path.Dir(file), imported, strings.HasSuffix(file, "_test.go")); why != "" {
				t.Errorf("%s: %s", file, why)
			}
		}
	})
	if seen < 50 {
		t.Errorf("only %d imports seen: the walk does not see the repository", seen)
	}
}

// Programs beside the rooms (tools, examples, black-box tests) look at payload through the API like everybody.
func TestOnlyRoomsHoldTheKey(t *testing.T) {
	walk(t, func(file string) {
		if !strings.HasSuffix(file, ".go") || isRoom(file) {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		for _, spec := range f.Imports {
			if strings.Contains(spec.Path.Value, sealedPackage) {
				t.Errorf("%s imports %s", file, sealedPackage)
			}
		}
	})
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	documented := map[string]bool{}
	walk(t, func(file string) {
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || !isRoom(file) {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			return
		}
		dir := path.Dir(file)
		if f.Doc != nil && len(strings.TrimSpace(f.Doc.Text())) > 20 {
			documented[dir] = true
		} else if !documented[dir] {
			documented[dir] = false
		}
		if why := hiddenStart(f); why != "" {
			t.Errorf("%s: %s", file, why)
		}
	})
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

// hiddenStart finds func init: what a package does before main belongs into a constructor.
func hiddenStart(f *ast.File) string {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			return "func init: make it a constructor, so that importing a package does nothing"
		}
	}
	return ""
}

func TestFilesAreSmallAndNamed(t *testing.T) {
	doors := table(t)
	walk(t, func(file string) {
		if why := CheckName(file); why != "" {
			t.Error(why)
		}
		switch path.Ext(file) {
		case ".go", ".java", ".ts", ".tsx", ".css":
		default:
			return
		}
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			return
		}
		head := string(raw[:min(len(raw), 2000)])
		if why := doors.CheckSize(file, head, bytes.Count(raw, []byte("\n"))); why != "" {
			t.Error(why)
		}
	})
}

var webImport = regexp.MustCompile(`(?m)^\s*(?:import|export)\s[^'"]*?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)`)

func TestWebImportsPassTheDoors(t *testing.T) {
	doors := table(t)
	walk(t, func(file string) {
		inside, ok := strings.CutPrefix(file, "web/")
		if ext := path.Ext(file); !ok || !strings.HasPrefix(inside, "src/") || (ext != ".ts" && ext != ".tsx") {
			return
		}
		if strings.Contains(path.Base(file), ".test.") {
			return
		}
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			return
		}
		for _, m := range webImport.FindAllStringSubmatch(string(raw), -1) {
			if why := doors.CheckWebImport(inside, m[1]+m[2]); why != "" {
				t.Errorf("%s: %s", file, why)
			}
		}
	})
}
