package flinkconf

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	tm = "env.java.default-opts.taskmanager"
	jm = "env.java.default-opts.jobmanager"
	on = "-javaagent:/opt/sg/sightglass-agent.jar=127.0.0.1:7171"
)

func both() []Option { return []Option{{tm, on}, {jm, on}} }

// install makes a folder as an installation of Flink has it.
func install(t *testing.T, version, name, content string) string {
	t.Helper()
	home := t.TempDir()
	for _, dir := range []string{"conf", "lib"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(home, "conf", name), content)
	put(t, filepath.Join(home, "lib", "flink-dist-"+version+".jar"), "")
	return home
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func find(t *testing.T, home string) *File {
	t.Helper()
	f, err := Find(home)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func attach(t *testing.T, home string, options []Option) *Change {
	t.Helper()
	c, err := find(t, home).Plan(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Write(); err != nil {
		t.Fatal(err)
	}
	return c
}

func detach(t *testing.T, home string) *Undo {
	t.Helper()
	u, err := find(t, home).PlanUndo()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Write(); err != nil {
		t.Fatal(err)
	}
	return u
}

func left(t *testing.T, home string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(home, "conf"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestShippedFilesGoThereAndBack(t *testing.T) {
	for _, version := range []string{"1.20.5", "2.3.0"} {
		t.Run(version, func(t *testing.T) {
			original := get(t, "testdata/flink-"+version+"-config.yaml")
			home := install(t, version, yamlName, original)
			path := filepath.Join(home, "conf", yamlName)
			if f := find(t, home); f.Flink != version || f.Path != path {
				t.Fatalf("found %s of Flink %q", f.Path, f.Flink)
			}
			c := attach(t, home, both())
			want := original + note + "\n" + tm + ": " + on + "\n" + jm + ": " + on + "\n"
			if got := get(t, path); got != want {
				t.Fatalf("the file ends in %q", got[len(original)-10:])
			}
			if d := c.Diff(); strings.Count(d, "\n+ ") != 3 || strings.Contains(d, "\n- ") {
				t.Errorf("diff:\n%s", d)
			}
			again, err := find(t, home).Plan(both())
			if err != nil || !again.Empty() {
				t.Errorf("a second attach changes the file (%v)", err)
			}
			if u := detach(t, home); !u.Exact {
				t.Error("the original did not come back by its bytes")
			}
			if get(t, path) != original {
				t.Error("the file is not what it was")
			}
			if names := left(t, home); len(names) != 1 {
				t.Errorf("left behind: %v", names)
			}
			if _, err := find(t, home).PlanUndo(); !errors.Is(err, ErrNotAttached) {
				t.Errorf("a second detach: %v", err)
			}
		})
	}
}

// Each file sets the TaskManager's options already, in another of YAML's ways.
func TestExistingOptionsStay(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"nested": {
			"env:\n  java:\n    default-opts:\n      taskmanager: -Xmx1g -Da=b   # ours\n      jobmanager: -Xms1g\nrest:\n  port: 1\n",
			"env:\n  java:\n    default-opts:\n      taskmanager: -Xmx1g -Da=b " + on + "   # ours\n      jobmanager: -Xms1g " + on + "\nrest:\n  port: 1\n",
		},
		"dotted": {
			tm + ": -Xmx1g\n" + jm + ": -Xms1g\n",
			tm + ": -Xmx1g " + on + "\n" + jm + ": -Xms1g " + on + "\n",
		},
		"half dotted": {
			"env.java:\n  default-opts:\n    taskmanager: -Xmx1g\n    jobmanager: -Xms1g\n",
			"env.java:\n  default-opts:\n    taskmanager: -Xmx1g " + on + "\n    jobmanager: -Xms1g " + on + "\n",
		},
		"double quotes": {
			tm + ": \"-Xmx1g -Dx=\\\"y z\\\"\" # c\n" + jm + ": \"\"\n",
			tm + ": \"-Xmx1g -Dx=\\\"y z\\\" " + on + "\" # c\n" + jm + ": \"" + on + "\"\n",
		},
		"single quotes": {
			tm + ": '-Dx=''y'''\n" + jm + ": ''\n",
			tm + ": '-Dx=''y'' " + on + "'\n" + jm + ": '" + on + "'\n",
		},
		"plain over lines": {
			tm + ":\n  -Xmx1g\n  -Da=b\n" + jm + ": -Xms1g\n    -Dc=d # end\n",
			tm + ":\n  -Xmx1g\n  -Da=b " + on + "\n" + jm + ": -Xms1g\n    -Dc=d " + on + " # end\n",
		},
		"folded": {
			tm + ": >-\n  -Xmx1g\n  -Da=b\n\n# next\n" + jm + ": |-\n  -Xms1g\n",
			tm + ": >-\n  -Xmx1g\n  -Da=b " + on + "\n\n# next\n" + jm + ": |-\n  -Xms1g " + on + "\n",
		},
		"flow": {
			"env: {java: {default-opts: {taskmanager: -Xmx1g, jobmanager: \"-Xms1g\"}}}\n",
			"env: {java: {default-opts: {taskmanager: -Xmx1g " + on + ", jobmanager: \"-Xms1g " + on + "\"}}}\n",
		},
		"nothing behind the colon": {
			"env:\n  java:\n    default-opts:\n      taskmanager:\n      jobmanager: # later\nrest.port: 1\n",
			"env:\n  java:\n    default-opts:\n      taskmanager: " + on + "\n      jobmanager: " + on + " # later\nrest.port: 1\n",
		},
		"one of two": {
			"a: b\n" + jm + ": -Xms1g",
			"a: b\n" + jm + ": -Xms1g " + on + "\n" + note + "\n" + tm + ": " + on + "\n",
		},
		"line ends of Windows": {
			"a: b\r\n" + jm + ": -Xms1g\r\n",
			"a: b\r\n" + jm + ": -Xms1g " + on + "\r\n" + note + "\r\n" + tm + ": " + on + "\r\n",
		},
		"another agent": {
			tm + ": -javaagent:/opt/otel/agent.jar\n" + jm + ": -Xms1g\n",
			tm + ": -javaagent:/opt/otel/agent.jar " + on + "\n" + jm + ": -Xms1g " + on + "\n",
		},
		"other keys with the same value": {
			"env.java.opts.all: -Xmx1g\n" + tm + ": -Xmx1g\n" + jm + ": -Xmx1g\n",
			"env.java.opts.all: -Xmx1g\n" + tm + ": -Xmx1g " + on + "\n" + jm + ": -Xmx1g " + on + "\n",
		},
		"empty": {"", note + "\n" + tm + ": " + on + "\n" + jm + ": " + on + "\n"},
		"only comments": {
			"# nothing\n",
			"# nothing\n" + note + "\n" + tm + ": " + on + "\n" + jm + ": " + on + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := install(t, "2.3.0", yamlName, c.before)
			path := filepath.Join(home, "conf", yamlName)
			attach(t, home, both())
			if got := get(t, path); got != c.after {
				t.Fatalf("got\n%s\nwant\n%s", got, c.after)
			}
			if again, err := find(t, home).Plan(both()); err != nil || !again.Empty() {
				t.Errorf("a second attach changes the file (%v)", err)
			}
			if detach(t, home); get(t, path) != c.before {
				t.Error("the file is not what it was")
			}
		})
	}
}

func TestOtherArgumentsReplaceOurs(t *testing.T) {
	original := "# top\n" + tm + ": -Xmx1g\n"
	home := install(t, "2.3.0", yamlName, original)
	path := filepath.Join(home, "conf", yamlName)
	attach(t, home, both())
	other := strings.ReplaceAll(on, "127.0.0.1", "recorder.example")
	attach(t, home, []Option{{tm, other}, {jm, other}})
	if got := get(t, path); strings.Contains(got, "127.0.0.1") || strings.Count(got, other) != 2 || !strings.Contains(got, "-Xmx1g "+other) {
		t.Errorf("got\n%s", got)
	}
	if detach(t, home); get(t, path) != original {
		t.Errorf("back to\n%s", get(t, path))
	}
}

func TestAgentThatSomebodyPutByHandIsNotDoubled(t *testing.T) {
	home := install(t, "2.3.0", yamlName, "env.java.opts.taskmanager: -Xmx1g -javaagent:/x/sightglass-agent.jar=old:1\n")
	attach(t, home, []Option{{tm, on}})
	if got := get(t, filepath.Join(home, "conf", yamlName)); got != "env.java.opts.taskmanager: -Xmx1g "+on+"\n" {
		t.Errorf("got %q", got)
	}
}

func TestEditsOfOthersSurviveDetach(t *testing.T) {
	home := install(t, "2.3.0", yamlName, "a: b\n"+jm+": -Xms1g\nlast: line")
	path := filepath.Join(home, "conf", yamlName)
	attach(t, home, both())
	put(t, path, strings.Replace(get(t, path), "a: b", "a: c", 1)+"z: new\n")
	if u := detach(t, home); u.Exact {
		t.Error("a changed file cannot go back to the byte")
	}
	if got, want := get(t, path), "a: c\n"+jm+": -Xms1g\nlast: line\nz: new\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if names := left(t, home); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

func TestDetachRefusesWhatItCannotTell(t *testing.T) {
	home := install(t, "2.3.0", yamlName, jm+": -Xms1g\n")
	path := filepath.Join(home, "conf", yamlName)
	attach(t, home, both())
	changed := strings.Replace(get(t, path), "-Xms1g "+on, on+" -Xms2g", 1)
	put(t, path, changed)
	if _, err := find(t, home).PlanUndo(); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), originalSuffix) {
		t.Errorf("got %v", err)
	}
	if get(t, path) != changed {
		t.Error("the file was touched")
	}
}

func TestOriginalPutBackByHandIsEnough(t *testing.T) {
	home := install(t, "2.3.0", yamlName, "a: b\n")
	path := filepath.Join(home, "conf", yamlName)
	attach(t, home, both())
	put(t, path, "a: b\n")
	if u := detach(t, home); !u.Exact || !u.Empty() || len(left(t, home)) != 1 {
		t.Errorf("exact %v, empty %v, left %v", u.Exact, u.Empty(), left(t, home))
	}
}

func TestFilesThatAreLeftAlone(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"twice":          {tm + ": -Xmx1g\nenv:\n  java:\n    default-opts:\n      taskmanager: -Xmx2g\n", "set twice, in lines 1 and 5"},
		"two documents":  {"a: b\n---\nc: d\n", "more than one"},
		"no YAML":        {"a: [b\n", "not YAML"},
		"a list":         {tm + ": [a, b]\n", "no text"},
		"line breaks":    {tm + ": |\n  -Xmx1g\n  -Da=b\n", "begin it with >-"},
		"a line break":   {tm + ": >\n  -Xmx1g\n", "begin it with >-"},
		"an alias":       {"x: &x -Xmx1g\n" + tm + ": *x\n", "no text"},
		"in all options": {"env.java.opts.all: " + on + "\n", "move it out"},
		"flow at top":    {"{a: b}\n", "by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			home := install(t, "2.3.0", yamlName, c.content)
			_, err := find(t, home).Plan(both())
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	home := install(t, "2.3.0", yamlName, "")
	for _, value := range []string{"-javaagent:/my dir/sightglass-agent.jar=h:1", "-javaagent:/x$(id)/a.jar=h:1", "-Xmx1g"} {
		if _, err := find(t, home).Plan([]Option{{tm, value}}); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestWhichFileCounts(t *testing.T) {
	older := "jobmanager.rpc.address: localhost # here\nenv.java.default-opts.jobmanager: -Xmx1g # why\n#env.java.default-opts.taskmanager: x\n"
	home := install(t, "1.20.5", yamlName, "a: b\n")
	path := filepath.Join(home, "conf", legacyName)
	put(t, path, older)
	if f := find(t, home); f.Path != path {
		t.Fatalf("Flink 1.x reads %s when it is there, got %s", legacyName, f.Path)
	}
	attach(t, home, both())
	want := strings.Replace(older, "-Xmx1g", "-Xmx1g "+on, 1) + note + "\n" + tm + ": " + on + "\n"
	if got := get(t, path); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if detach(t, home); get(t, path) != older {
		t.Error("the file is not what it was")
	}

	home = install(t, "2.3.0", yamlName, "a: b\n")
	put(t, filepath.Join(home, "conf", legacyName), older)
	if f := find(t, home); filepath.Base(f.Path) != yamlName {
		t.Errorf("Flink 2.x never reads %s", legacyName)
	}
	if f := find(t, filepath.Join(home, "conf")); filepath.Base(f.Path) != yamlName {
		t.Error("the conf folder itself is not taken")
	}
	if err := os.RemoveAll(filepath.Join(home, "lib")); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(home); !errors.Is(err, ErrRefused) {
		t.Errorf("two files and no version: %v", err)
	}
	if _, err := Find(t.TempDir()); !errors.Is(err, ErrNoFile) {
		t.Errorf("an empty folder: %v", err)
	}
	home = install(t, "2.3.0", legacyName, older)
	if _, err := Find(home); !errors.Is(err, ErrNoFile) {
		t.Errorf("Flink 2.x with the older file only: %v", err)
	}
}

func TestModeAndLinksStay(t *testing.T) {
	home := install(t, "2.3.0", yamlName, "a: b\n")
	path, real := filepath.Join(home, "conf", yamlName), filepath.Join(home, "real.yaml")
	if err := os.Rename(path, real); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, path); err != nil {
		t.Fatal(err)
	}
	attach(t, home, both())
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced (%v)", err)
	}
	if info, err = os.Stat(real); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	if !strings.Contains(get(t, real), on) {
		t.Error("the file behind the link was not changed")
	}
}

func TestChangeMeanwhileIsNoticed(t *testing.T) {
	home := install(t, "2.3.0", yamlName, "a: b\n")
	path := filepath.Join(home, "conf", yamlName)
	c, err := find(t, home).Plan(both())
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, "a: c\n")
	if err := c.Write(); !errors.Is(err, ErrRefused) || get(t, path) != "a: c\n" {
		t.Errorf("%v, file %q", err, get(t, path))
	}
}

// Whatever a file holds: a change either is refused or can be taken back to the byte, and adds nothing but the options.
func FuzzThereAndBack(f *testing.F) {
	for _, seed := range []string{"", "a: b", tm + ": |\n  x\n", "env: {java: {}}", "env:\n  java:\n    default-opts:\n      taskmanager: \"a\"\n", "? a\n: b\n", "&x a: *x", "a: b\r\n"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, content []byte, yaml bool) {
		file := &File{Path: filepath.Join(t.TempDir(), "f"), content: content, syntax: legacySyntax{}}
		if yaml {
			file.syntax = yamlSyntax{}
		}
		c, err := file.Plan(both())
		if err != nil {
			return
		}
		back, err := reverse(c.After, hunks(c.Before, c.After))
		if err != nil || !bytes.Equal(back, content) {
			t.Errorf("%q became %q and went back to %q (%v)", content, c.After, back, err)
		}
		values, err := file.syntax.values(c.After)
		if err != nil || !strings.Contains(values[tm], on) || !strings.Contains(values[jm], on) {
			t.Errorf("%q became %q: %v", content, c.After, err)
		}
	})
}
