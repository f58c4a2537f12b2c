package arch

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	pages, links := map[string]string{}, 0
	walk(t, func(file string) {
		if path.Ext(file) == ".md" {
			raw, err := os.ReadFile(filepath.Join(root, file))
			if err != nil {
				t.Fatal(err)
			}
			pages[file] = string(raw)
		}
	})
	for file, text := range pages {
		for _, l := range Links(text) {
			links++
			to := file
			if l.Path != "" {
				to = path.Join(path.Dir(file), l.Path)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil || strings.HasPrefix(to, "../") {
				t.Errorf("%s:%d: nothing is at %s", file, l.Line, to)
				continue
			}
			if page, ok := pages[to]; l.Fragment != "" && (!ok || !Anchors(page)[l.Fragment]) {
				t.Errorf("%s:%d: %s has no heading for #%s", file, l.Line, to, l.Fragment)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were found", links)
	}
}

func TestLinksAndAnchorsAreRead(t *testing.T) {
	page := strings.Join([]string{
		"# The `data` folder, 2.0", "See [a](b.md), ![c](d/e.png \"title\") and [f](#g); not [h](https://i), nor `[j](k)`.",
		"```", "[l](m)", "# no heading", "```", "## On-disk_form", "## On-disk_form", "[n](o.md#p)",
	}, "\n")
	if got, want := Links(page), []Link{{2, "b.md", ""}, {2, "d/e.png", ""}, {2, "", "g"}, {9, "o.md", "p"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	got := Anchors(page)
	for _, want := range []string{"the-data-folder-20", "on-disk_form", "on-disk_form-1"} {
		if !got[want] {
			t.Errorf("%s is not in %v", want, got)
		}
	}
	if len(got) != 3 {
		t.Errorf("%v", got)
	}
}
