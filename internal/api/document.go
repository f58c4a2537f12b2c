package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
)

// schemaName is the name of a shape in the OpenAPI document: ListJob becomes JobList, and shapes named for what they hold keep it.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if item, ok := strings.CutPrefix(name, "List"); ok && item != "" {
		return item + "List"
	}
	return name
}

// document finishes the OpenAPI document and serves it. It is public: it says what may be asked, not what was recorded.
func (s *service) document() {
	doc := s.huma.OpenAPI()
	schemas := doc.Components.Schemas.Map()
	// huma describes its own error body for every API; ours are Problems.
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, schema := range schemas {
		notNull(schema)
	}
	for _, r := range s.table {
		for _, p := range s.operationOf(r).Parameters {
			notNull(p.Schema)
		}
	}
	s.mux.HandleFunc("GET "+Base+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_ = json.NewEncoder(w).Encode(doc) // the caller may be gone
	})
}

// operationOf is what the document says of a route.
func (s *service) operationOf(r route) *huma.Operation {
	path := s.huma.OpenAPI().Paths[Base+r.path]
	switch s.methods[r.id] {
	case http.MethodPut:
		return path.Put
	case http.MethodPost:
		return path.Post
	case http.MethodDelete:
		return path.Delete
	}
	return path.Get
}

// notNull says of arrays that they are never null: handlers answer [] when there is nothing.
func notNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	notNull(s.Items)
	for _, p := range s.Properties {
		notNull(p)
	}
}

// Document is the OpenAPI document in two versions.
type Document struct {
	V31 []byte // what is served and committed, indented
	V30 []byte // the same for generators that do not read 3.1
}

// Describe makes the document without a server.
func Describe() (Document, error) {
	a, err := described()
	if err != nil {
		return Document{}, err
	}
	doc := a.service.huma.OpenAPI()
	v31, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return Document{}, err
	}
	v30, err := doc.Downgrade()
	return Document{V31: append(v31, '\n'), V30: v30}, err
}

// described is an API that serves nobody: its routes are registered, and that is all.
func described() (*API, error) {
	return New(Options{Authenticate: func(*http.Request) (access.Principal, error) { return access.Principal{}, ErrUnknownCaller }})
}

// Sum names a document, so that a test can tell whether generated code was made from it.
func Sum(document []byte) string {
	s := sha256.Sum256(document)
	return hex.EncodeToString(s[:])
}
