package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
)

// pageStyle has the colours and measures of the UI (web/src/widgets/tokens.css) under the same names; a test holds them together. The theme
// is the browser's choice here: the UI's own is kept where this page cannot read it.
const pageStyle = `
:root{color-scheme:light;--bg-app:#f1f3f6;--bg-panel:#ffffff;--line:#dde2e8;--line-strong:#b6c0cb;--fg:#161c24;--fg-2:#414d5c;--fg-on-accent:#ffffff;--accent:#047063;--drop:#b8322c;--drop-soft:#b8322c14}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--bg-app:#0d1015;--bg-panel:#13171e;--line:#252c37;--line-strong:#3a4453;--fg:#e8ecf2;--fg-2:#b3bdca;--fg-on-accent:#06201d;--accent:#5fd4c4;--drop:#ff8a85;--drop-soft:#ff8a851f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;background:var(--bg-app);color:var(--fg);font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:26rem;padding:24px;background:var(--bg-panel);border:1px solid var(--line);border-radius:6px}
h1{font-size:20px;line-height:1.25;margin:0 0 16px}
h2{font-size:15px;line-height:1.25;margin:24px 0 8px;padding-top:16px;border-top:1px solid var(--line)}
p{margin:0 0 12px;color:var(--fg-2)}
label{display:block;margin:0 0 12px;font-weight:500}
input,button,.go{font:inherit;display:block;width:100%;min-height:36px;padding:6px 12px;border-radius:4px}
input{margin-top:4px;background:var(--bg-app);color:var(--fg);border:1px solid var(--line-strong)}
button,.go{border:0;background:var(--accent);color:var(--fg-on-accent);font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code,li{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:11.5px;overflow-wrap:anywhere}
ul{margin:0 0 12px;padding-left:24px}
.wrong{padding:8px 12px;border-radius:4px;background:var(--drop-soft);color:var(--drop)}
`

var loginPage = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}} · Sightglass</title>
<style>` + pageStyle + `</style></head><body><main><h1>{{.Title}}</h1>
{{with .Wrong}}<p class="wrong" id="wrong" role="alert">{{.}}</p>{{end}}
{{with .Claims}}<ul>{{range .}}<li>{{.}}</li>{{end}}</ul>{{end}}
{{if .First}}<p>Nobody has an account here yet. The server printed a code when it started: with it you choose the name and the password of the first administrator.</p>
<form method="post" action="` + LoginPath + `"><input type="hidden" name="next" value="{{.Next}}">
<label>Code <input name="code" autocomplete="off" required autofocus spellcheck="false"{{if .Wrong}} aria-describedby="wrong"{{end}}></label>
<label>Name <input name="name" value="{{.Name}}" autocomplete="username" required autocapitalize="none" spellcheck="false"></label>
<label>Password, at least 12 characters <input name="password" type="password" autocomplete="new-password" minlength="12" required></label>
<label>Password again <input name="again" type="password" autocomplete="new-password" minlength="12" required></label>
<button>Make the account and log in</button></form>{{end}}
{{if .Password}}<form method="post" action="` + LoginPath + `"><input type="hidden" name="next" value="{{.Next}}">
<label>Name <input name="name" value="{{.Name}}" autocomplete="username" required{{if not .Name}} autofocus{{end}} autocapitalize="none" spellcheck="false"{{if .Wrong}} aria-describedby="wrong"{{end}}></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required{{if .Name}} autofocus{{end}}></label>
<button>Log in</button></form>{{end}}
{{if .Provider}}{{if .More}}<h2>{{.Provider}}</h2>{{end}}
<p><a class="go" href="` + oidcPath + `?next={{.Next}}">Log in with {{.Provider}}</a></p>{{end}}
{{if .Token}}{{if .More}}<h2>Token</h2>{{end}}
<p>The server's token is in the file <code>token</code> of its data folder, or where the setting <code>token-file</code> says; the server printed the path when it started.</p>
<form method="post" action="` + LoginPath + `"><input type="hidden" name="next" value="{{.Next}}">
<label>Token <input name="token" type="password" autocomplete="off" required{{if not .More}} autofocus{{if .Wrong}} aria-describedby="wrong"{{end}}{{end}}></label>
<button>Log in with the token</button></form>{{end}}
{{if .Back}}<p><a class="go" href="` + LoginPath + `?next={{.Next}}">Try again</a></p>{{end}}
</main></body></html>
`))

// pagePolicy lets the page have its own style and nothing else.
var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}()

// page is what the login page shows.
type page struct {
	Title    string
	Next     string
	Name     string // that was typed
	Wrong    string
	Claims   []string // names of claims that gave no role
	First    bool
	Password bool
	Provider string // empty = there is none
	Token    bool
	More     bool // there is another way above
	Back     bool
}

// ways is a page with the ways in.
func (g *Gate) ways(next string) page {
	p := page{Title: "Log in to Sightglass", Next: next, Token: g.ServerToken != ""}
	if g.Users != nil {
		p.First = g.nobodyYet()
		p.Password = !p.First
		p.More = true
	}
	if g.provider != nil {
		p.Provider = g.provider.label()
	}
	p.More = p.More || p.Provider != "" && p.Token
	return p
}

// show writes a page.
func (p page) show(w http.ResponseWriter, status int) {
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = loginPage.Execute(w, p) // the browser may be gone
}
