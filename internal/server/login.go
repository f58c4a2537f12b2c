package server

import (
	"html/template"
	"net/http"
	"strings"
)

const loginPath = "/auth/login"

// maxLoginBody bounds what a login may send: a token and a path.
const maxLoginBody = 4 << 10

var loginPage = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sightglass</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}
input,button{font:inherit;padding:.5rem .75rem;width:100%;box-sizing:border-box;margin-top:.5rem}
code{font-family:ui-monospace,monospace}.wrong{color:#c92a2a}
</style></head><body><main><h1>Sightglass</h1>
<p>This server shows what jobs did with their records, so it asks for its token. The token is in the file
<code>token</code> of the server's data folder; the server printed the path when it started.</p>
{{if .Wrong}}<p class="wrong" role="alert">That is not the token.</p>{{end}}
<form method="post" action="` + loginPath + `"><input type="hidden" name="next" value="{{.Next}}">
<label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Open</button></form></main></body></html>
`))

// login trades the token for a session. Wrong tokens are answered like right ones, only without a cookie.
func (g *gate) login(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	page := struct {
		Next  string
		Wrong bool
	}{Next: localPath(r.URL.Query().Get("next"))}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, maxLoginBody)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		page.Next = localPath(r.PostForm.Get("next"))
		if g.isToken(strings.TrimSpace(r.PostForm.Get("token"))) {
			http.SetCookie(w, g.session())
			http.Redirect(w, r, page.Next, http.StatusSeeOther)
			return
		}
		page.Wrong = true
		h.Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
	default:
		h.Set("Allow", "GET, POST")
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	_ = loginPage.Execute(w, page) // the browser may be gone
}

// localPath keeps a redirect on this server.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return "/"
	}
	return next
}
