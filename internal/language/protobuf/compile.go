package protobuf

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sightglass/sightglass/internal/language"
)

const (
	rootPath   = "registry/the-schema.proto" // nobody imports it
	compiling  = 10 * time.Second
	mostOfText = 300 // of the compiler's messages
)

func tooLarge(why string) error { return fmt.Errorf("%w: %s", language.ErrTooLarge, why) }

// sources are the files that one schema may import, by their paths: text, or descriptors of those that came as such.
type sources struct {
	texts     map[string]string
	protos    map[string]*descriptorpb.FileDescriptorProto
	referred  map[string]bool
	mutex     sync.Mutex
	missing   string // the first path that nothing was given for
	standards protocompile.Resolver
}

func newSources(text string, refs []language.Referenced) (*sources, error) {
	s := &sources{texts: map[string]string{}, protos: map[string]*descriptorpb.FileDescriptorProto{}, referred: map[string]bool{}}
	if err := s.add(rootPath, text); err != nil {
		return nil, err
	}
	for _, r := range refs {
		s.referred[r.Name] = true
		if err := s.add(r.Name, r.Text); err != nil {
			return nil, inReference(r.Name, err)
		}
	}
	for path, text := range builtin {
		if !s.referred[path] {
			s.texts[path] = text
		}
	}
	s.standards = protocompile.WithStandardImports(protocompile.ResolverFunc(s.given))
	return s, nil
}

func inReference(name string, err error) error {
	var at *language.SyntaxError
	if errors.As(err, &at) {
		moved := *at
		moved.Message = fmt.Sprintf("in the reference %q: %s", name, at.Message)
		return &moved
	}
	return fmt.Errorf("reference %q: %w", name, err)
}

func (s *sources) add(path, text string) error {
	if strings.TrimSpace(text) == "" {
		return &language.SyntaxError{Message: "the text is empty; a Protobuf schema is a .proto file, or a FileDescriptorProto in base64"}
	}
	if fd := serialized(text); fd != nil {
		if nesting(fd.GetMessageType(), 1) > language.MostNesting {
			return tooLarge(fmt.Sprintf("messages nest deeper than %d", language.MostNesting))
		}
		fd.Name = proto.String(path)
		nameInJSON(fd.GetMessageType())
		s.protos[path] = fd
		return nil
	}
	if bracesDeeperThan(text, language.MostNesting) {
		return tooLarge(fmt.Sprintf("it nests deeper than %d", language.MostNesting))
	}
	s.texts[path] = text
	return nil
}

// serialized reads a FileDescriptorProto in base64; nil for other texts. No .proto file consists of such characters alone.
func serialized(text string) *descriptorpb.FileDescriptorProto {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " ;{}\"") {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	fd := &descriptorpb.FileDescriptorProto{}
	if proto.Unmarshal(b, fd) != nil || len(b) == 0 {
		return nil
	}
	return fd
}

// nameInJSON gives fields the names in JSON that they have anyhow. What protoc writes into the code of most languages leaves them out, and the compiler
// would take each for an empty name.
func nameInJSON(list []*descriptorpb.DescriptorProto) {
	for _, m := range list {
		for _, f := range m.GetField() {
			if f.GetJsonName() == "" {
				f.JsonName = proto.String(jsonName(f.GetName()))
			}
		}
		nameInJSON(m.GetNestedType())
	}
}

// jsonName is protoc's: without underscores, the letter behind each of them large.
func jsonName(name string) string {
	out := make([]byte, 0, len(name))
	large := false
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_':
			large = true
			continue
		case large && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		large = false
		out = append(out, c)
	}
	return string(out)
}

func nesting(list []*descriptorpb.DescriptorProto, depth int) int {
	deepest := depth - 1
	if depth > language.MostNesting+1 {
		return depth
	}
	for _, m := range list {
		deepest = max(deepest, nesting(m.GetNestedType(), depth+1), depth)
	}
	return deepest
}

// bracesDeeperThan tells whether braces or brackets nest deeper than most; the compiler recurses once per level.
func bracesDeeperThan(text string, most int) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[', '<':
			if depth++; depth > most {
				return true
			}
		case '}', ']', '>':
			depth = max(depth-1, 0)
		}
	}
	return false
}

func (s *sources) given(path string) (protocompile.SearchResult, error) {
	if fd := s.protos[path]; fd != nil {
		return protocompile.SearchResult{Proto: proto.CloneOf(fd)}, nil
	}
	if text, ok := s.texts[path]; ok {
		return protocompile.SearchResult{Source: strings.NewReader(text)}, nil
	}
	return protocompile.SearchResult{}, errors.New("not among the references")
}

// FindFileByPath finds what a path imports.
func (s *sources) FindFileByPath(path string) (protocompile.SearchResult, error) {
	found, err := s.standards.FindFileByPath(path)
	if err != nil {
		s.mutex.Lock()
		if s.missing == "" {
			s.missing = path
		}
		s.mutex.Unlock()
	}
	return found, err
}

func compile(text string, refs []language.Referenced) (file linker.File, err error) {
	defer func() { // a file that the compiler did not foresee is a mistake of the file, for whoever registers it
		if recover() != nil {
			file, err = nil, &language.SyntaxError{Message: "the file cannot be compiled"}
		}
	}()
	s, err := newSources(text, refs)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), compiling)
	defer cancel()
	c := protocompile.Compiler{Resolver: s, MaxParallelism: 1, SourceInfoMode: protocompile.SourceInfoStandard, Reporter: reporter.NewReporter(nil, nil)}
	linked, err := c.Compile(ctx, rootPath)
	if err != nil {
		return nil, s.mistake(err)
	}
	if len(linked) != 1 {
		return nil, &language.SyntaxError{Message: "the file cannot be compiled"}
	}
	return linked[0], nil
}

// mistake says a compiler's error with the place that it tells.
func (s *sources) mistake(err error) error {
	s.mutex.Lock()
	missing := s.missing
	s.mutex.Unlock()
	if errors.Is(err, context.DeadlineExceeded) {
		return tooLarge(fmt.Sprintf("it was not compiled in %v", compiling))
	}
	out := &language.SyntaxError{}
	var at reporter.ErrorWithPos
	if errors.As(err, &at) {
		pos := at.GetPosition()
		out.Message = at.Unwrap().Error()
		out.Line, out.Column = pos.Line, pos.Col
		if s.protos[pos.Filename] != nil {
			out.Line, out.Column = 0, 0
		}
		if s.referred[pos.Filename] {
			out.Message = fmt.Sprintf("in the reference %q: %s", pos.Filename, out.Message)
		}
	} else {
		out.Message = err.Error()
	}
	if missing != "" {
		out.Message = fmt.Sprintf("it imports %q, which is not among its references: register that file and list it there by this path", missing)
	}
	out.Message = strings.ReplaceAll(out.Message, rootPath, "the schema")
	if r := []rune(out.Message); len(r) > mostOfText {
		out.Message = string(r[:mostOfText]) + "…"
	}
	return out
}

// filesOf lists a file and all that it imports, each once, what is imported first.
func filesOf(file linker.File) linker.Files {
	var list linker.Files
	seen := map[string]bool{}
	var visit func(f linker.File)
	visit = func(f linker.File) {
		if f == nil || seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			visit(f.FindImportByPath(f.Imports().Get(i).Path()))
		}
		list = append(list, f)
	}
	visit(file)
	return list
}

func extensionsOf(file linker.File) linker.Resolver { return filesOf(file).AsResolver() }
