package stepping

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Bounds of a decompiler: it reads what others wrote, in a process of its own.
const (
	decompileTime = 30 * time.Second
	maxDecompiled = 256     // texts that are kept
	maxText       = 4 << 20 // the longest one that is shown
)

// decompiled is what a decompiler made of a class.
type decompiled struct {
	text  []byte
	file  string      // its name says the language: classes of Kotlin become Kotlin
	lines map[int]int // by line of the class's table: that of the text
}

// decompile makes a text of a class out of the job's jars; nil: there is no decompiler, or it cannot.
func (s *Sources) decompile(ctx context.Context, jars []string, class string) *decompiled {
	tools, _ := filepath.Glob(filepath.Join(s.Dir, "vineflower*.jar")) // the pattern is right
	if s.Dir == "" || s.Java == nil || len(tools) == 0 || len(jars) == 0 {
		return nil
	}
	top := outermost(class)
	key := filepath.Dir(jars[0]) + "!" + top
	s.mu.Lock()
	d, known := s.known[key]
	s.mu.Unlock()
	if known {
		return d
	}
	d = s.runDecompiler(ctx, tools[len(tools)-1], jars, top)
	if ctx.Err() != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxDecompiled {
		s.known = make(map[string]*decompiled)
	}
	s.known[key] = d // also that it cannot
	return d
}

// outermost is the class in whose text a class is; a name may begin with a dollar.
func outermost(class string) string {
	name := strings.LastIndexByte(class, '.') + 1
	if i := strings.IndexByte(class[min(name+1, len(class)):], '$'); i >= 0 {
		return class[:name+1+i]
	}
	return class
}

func (s *Sources) runDecompiler(ctx context.Context, tool string, jars []string, class string) *decompiled {
	dir, err := os.MkdirTemp(filepath.Dir(jars[0]), "decompile-")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "in.jar"), filepath.Join(dir, "out.jar")
	path := strings.ReplaceAll(class, ".", "/")
	if !gather(in, jars, path) {
		return nil
	}
	if tool, err = filepath.Abs(tool); err != nil {
		return nil
	}
	if tool, err = filepath.EvalSymlinks(tool); err != nil { // what a process may read is a file, not the way to it
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, decompileTime)
	defer cancel()
	line, err := s.Java(ctx, dir, []string{tool}, []string{
		"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + dir,
		"-jar", tool, "--bytecode-source-mapping=1", "--dump-code-lines=1", "--log-level=error", in, out,
	})
	if err != nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir, cmd.Env = dir, []string{"LANG=C.UTF-8"} // nothing of the server's
	if err := cmd.Run(); err != nil {
		return nil
	}
	z, err := zip.OpenReader(out)
	if err != nil {
		return nil
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name != path+".java" && f.Name != path+".kt" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil
		}
		defer r.Close()
		text, err := io.ReadAll(io.LimitReader(r, maxText))
		if err != nil {
			return nil
		}
		return &decompiled{text: text, file: f.Name, lines: lineMap(f.Extra)}
	}
	return nil
}

// gather writes a class and those within it to a jar; false: no jar has it.
func gather(to string, jars []string, path string) (found bool) {
	w, err := os.Create(to)
	if err != nil {
		return false
	}
	defer w.Close()
	z := zip.NewWriter(w)
	for _, jar := range jars {
		r, err := zip.OpenReader(jar)
		if err != nil {
			continue
		}
		for _, f := range r.File {
			if f.Name != path+".class" && !(strings.HasPrefix(f.Name, path+"$") && strings.HasSuffix(f.Name, ".class")) {
				continue
			}
			if err := z.Copy(f); err != nil {
				r.Close()
				return false
			}
			found = true
		}
		r.Close()
		if found {
			break // as the loader would: the first jar that has it
		}
	}
	return z.Close() == nil && found
}

// lineMapHeader begins the field of an entry's extra data in which the decompiler says which line became which.
const lineMapHeader = 0x4646

// lineMap reads pairs of numbers: the line of the class's table, and that of the text.
func lineMap(extra []byte) map[int]int {
	lines := make(map[int]int)
	for len(extra) >= 4 {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			break
		}
		body := extra[:size]
		extra = extra[size:]
		if id != lineMapHeader || size < 1 || body[0] != 1 {
			continue
		}
		for body = body[1:]; len(body) >= 4; body = body[4:] {
			lines[int(binary.LittleEndian.Uint16(body))] = int(binary.LittleEndian.Uint16(body[2:]))
		}
	}
	return lines
}
