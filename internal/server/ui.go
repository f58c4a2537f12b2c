package server

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/sightglass/sightglass/internal/identity"
)

// uiPolicy lets the UI run its own scripts and nothing else. Styles are set by scripts, and the layout of graphs runs in a worker.
const uiPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
	"worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const uiMissing = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sightglass</title>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem">
<h1>Sightglass runs</h1><p>This binary was built without the web UI. <code>make build</code> builds both.
The API is at <a href="/api/v1/status">/api/v1/status</a>, and <code>sightglass jobs</code> shows the same in a terminal.</p></body></html>
`

// ui serves the built files, and the entry page for every path that is a screen.
type ui struct {
	files  fs.FS          // nil = built without
	gate   *identity.Gate // nil = open to everybody
	packed sync.Map
}

func (u *ui) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the UI is only read", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", uiPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	asset := path.Ext(name) != "" && !strings.HasPrefix(name, "r/") && !strings.HasPrefix(name, "j/") // ids of screens may hold dots
	if !asset && u.gate != nil {
		if _, err := u.gate.Authenticate(r); err != nil {
			h.Set("Cache-Control", "no-store")
			http.Redirect(w, r, identity.LoginURL(r), http.StatusSeeOther)
			return
		}
	}
	if u.files == nil {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = w.Write([]byte(uiMissing)) // the browser may be gone
		return
	}
	if !asset {
		name = "index.html"
	}
	content, err := fs.ReadFile(u.files, name)
	if err != nil {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	if strings.HasPrefix(name, "assets/") { // the build puts a hash of the content into these names
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	u.send(w, r, name, content)
}

// send writes content, packed when the browser takes that and it is smaller; each file is packed once.
func (u *ui) send(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		packed, ok := u.packed.Load(name)
		if !ok {
			packed, _ = u.packed.LoadOrStore(name, pack(content))
		}
		if p := packed.([]byte); p != nil {
			h.Set("Content-Encoding", "gzip")
			content = p
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(content) // the browser may be gone
}

// pack gives nil when packing does not pay.
func pack(content []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return nil
	}
	if z.Close() != nil || b.Len() >= len(content)*9/10 {
		return nil
	}
	return b.Bytes()
}
