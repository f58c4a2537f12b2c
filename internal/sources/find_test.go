package sources

import (
	"archive/zip"
	"os"
	"path/filepath"
	"testing"
)

var files = map[string]string{
	"com/example/Job.java":        "package com.example; // java",
	"Visits.kt":                   "/* of /* nothing */ */\n@file:JvmName(\"V x\")\n\npackage com.example.visits\n\nclass A",
	"deep/er/Parts.kt":            "package com.example.visits // right\n",
	"other/Parts.kt":              "package com.example.other\n",
	"com/example/visits/Parts.kt": "", // replaced below: where its package says
	"Judge.scala":                 "package com\npackage example {\n  package object all { }\n}",
	"Alone.kt":                    "fun main() {}",
	"target/Gone.kt":              "package com.example\n",
	"Moved.java":                  "package com.example;",
}

func layOut(t *testing.T) (dir, jar string) {
	t.Helper()
	dir = t.TempDir()
	jar = filepath.Join(t.TempDir(), "a-sources.jar")
	f, err := os.Create(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, text := range files {
		if text == "" {
			continue
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, jar
}

func TestFilesOfClasses(t *testing.T) {
	dir, jar := layOut(t)
	for name, want := range map[string]string{
		"com/example/Job.java":                    "com/example/Job.java",
		"com/example/visits/Visits.kt":            "Visits.kt",
		"com/example/visits/Parts.kt":             "deep/er/Parts.kt",
		"com/example/other/Parts.kt":              "other/Parts.kt",
		"com/example/Parts.kt":                    "", // called so, in another package
		"com/example/Judge.scala":                 "Judge.scala",
		"com/example/all/Judge.scala":             "Judge.scala", // declared within
		"org/example/Judge.scala":                 "",
		"Alone.kt":                                "Alone.kt",
		"com/Alone.kt":                            "",
		"com/example/Gone.kt":                     "", // what a build left
		"com/example/Moved.java":                  "", // Java's lie where packages say
		"../" + filepath.Base(dir) + "/Visits.kt": "",
	} {
		for where, found := range map[string]func() (File, bool){
			"folder": func() (File, bool) { return InFolder(dir, name) },
			"jar":    func() (File, bool) { return InJar(jar, name) },
		} {
			f, ok := found()
			if f.Path != want || ok != (want != "") || string(f.Text) != files[want] {
				t.Errorf("%s %s: %q, %t, want %q", where, name, f.Path, ok, want)
			}
		}
	}
	if _, ok := InJar(filepath.Join(dir, "none.jar"), "Visits.kt"); ok {
		t.Error("a jar that is not there has a file")
	}
}

func TestPackages(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"A.kt", "package a.b\n", "a.b"},
		{"A.kt", "\uFEFF// x\n@file:[JvmName(\"a package b\") Suppress]\npackage `in`.b;\nimport c", "in.b"},
		{"A.kt", "import a.b\npackage c", ""},
		{"A.kt", "packages a", ""},
		{"A.kt", "/* package a */ package b\npackage c", "b"},
		{"A.kt", "/* never ends", ""},
		{"A.kt", "", ""},
		{"A.scala", "package a.b\npackage c\n\nimport d", "a.b.c"},
		{"A.scala", "package a { package b { class C } }", "a.b"},
		{"A.scala", "package a\npackage object b { }", "a"},
	} {
		if got := Package(c.file, []byte(c.text)); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	dir, _ := layOut(t)
	for file, want := range map[string]string{
		"Visits.kt": "com/example/visits/Visits.kt", "deep/er/Parts.kt": "com/example/visits/Parts.kt", "Alone.kt": "Alone.kt", "Judge.scala": "com/example/Judge.scala",
	} {
		if got := NameOf(filepath.Join(dir, file)); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
	for _, same := range []string{filepath.Join(dir, "Moved.java"), "None.kt", filepath.Join(dir, "none", "None.kt")} {
		if got := NameOf(same); got != same {
			t.Errorf("%s: %q", same, got)
		}
	}
}
