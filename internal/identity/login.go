package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Paths of the pages; nobody has to be logged in for them.
const (
	AuthPath   = "/auth/"
	LoginPath  = "/auth/login"
	logoutPath = "/auth/logout"
	oidcPath   = "/auth/oidc"
	backPath   = "/auth/oidc/callback"
)

// maxLoginBody bounds what a login may send: a name, a password and a path.
const maxLoginBody = 8 << 10

// Handler serves what is below AuthPath. Other sites' pages cannot log anybody in or out.
func (g *Gate) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(LoginPath, g.login)
	mux.HandleFunc("POST "+logoutPath, g.logout)
	if g.provider != nil {
		mux.HandleFunc("GET "+oidcPath, g.oidcBegin)
		mux.HandleFunc("GET "+backPath, g.oidcBack)
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// LoginURL leads to the login page and from there to where r wanted to go.
func LoginURL(r *http.Request) string {
	return LoginPath + "?next=" + url.QueryEscape(r.URL.RequestURI())
}

// login shows the ways in and takes what is typed there.
func (g *Gate) login(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		g.ways(localPath(r.URL.Query().Get("next"))).show(w, http.StatusOK)
		return
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLoginBody)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	form := r.PostForm
	next := localPath(form.Get("next"))
	a, way, no := g.typed(r, form)
	if no == nil {
		if err := g.begin(w, r, a, way, ""); err != nil {
			no = &refusal{http.StatusServiceUnavailable, "The server cannot begin a session. Its log says why.", 0}
			_ = g.failed("beginning a session", err) // the page says it
		}
	}
	if no == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	if no.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(no.wait.Seconds()))))
	}
	p := g.ways(next)
	p.Wrong, p.Name = no.text, plainText(form.Get("name"), 64)
	p.show(w, no.status)
}

// refusal is why nobody was logged in.
type refusal struct {
	status int
	text   string
	wait   time.Duration
}

// typed finds out whose form was sent.
func (g *Gate) typed(r *http.Request, form url.Values) (account, string, *refusal) {
	address := addressKey(r.RemoteAddr)
	switch {
	case form.Has("token") && g.ServerToken != "":
		if wait := g.tries.begin(address); wait > 0 {
			return account{}, "", tooMany(wait)
		}
		if !g.isServerToken(strings.TrimSpace(form.Get("token"))) {
			g.refused(r, access.Principal{ID: ServerID})
			return account{}, "", &refusal{http.StatusForbidden, "That is not the token.", 0}
		}
		g.tries.succeeded("", address)
		return g.serverAccount(), WayServer, nil
	case form.Has("code") && g.Users != nil:
		return g.typedFirst(r, form, address)
	case g.Users != nil:
		return g.typedPassword(r, form, address)
	}
	return account{}, "", &refusal{http.StatusBadRequest, "This server has no such way in.", 0}
}

func (g *Gate) typedFirst(r *http.Request, form url.Values, address string) (account, string, *refusal) {
	no := func(status int, text string) (account, string, *refusal) {
		return account{}, "", &refusal{status, text, 0}
	}
	if wait := g.tries.begin(address); wait > 0 {
		return account{}, "", tooMany(wait)
	}
	if !g.nobodyYet() {
		return no(http.StatusForbidden, "There is a first administrator already.")
	}
	if !g.first.matches(form.Get("code")) {
		g.refused(r, access.Principal{ID: "local:unknown"})
		return no(http.StatusForbidden, "That is not the code that the server printed when it started.")
	}
	g.tries.succeeded("", address)
	name := strings.ToLower(strings.TrimSpace(form.Get("name")))
	if form.Get("password") != form.Get("again") {
		return no(http.StatusUnprocessableEntity, "The two passwords are not the same.")
	}
	err := g.hash(r.Context(), func() error { return g.Users.addFirst(name, form.Get("password"), []string{administrator}) })
	switch {
	case errors.Is(err, ErrUserExists):
		return no(http.StatusForbidden, "There is a first administrator already.")
	case errors.Is(err, ErrUserName), errors.Is(err, ErrPassword):
		return no(http.StatusUnprocessableEntity, sentence(err))
	case err != nil:
		_ = g.failed("making the first administrator", err) // the page says it
		return no(http.StatusServiceUnavailable, "The account cannot be written. The server's log says why.")
	}
	a, err := g.account(r.Context(), "local:"+name)
	if err != nil {
		return no(http.StatusServiceUnavailable, "The account cannot be read. The server's log says why.")
	}
	return a, WayPassword, nil
}

// typedPassword takes as long for names that nobody has as for others.
func (g *Gate) typedPassword(r *http.Request, form url.Values, address string) (account, string, *refusal) {
	no := func(status int, text string) (account, string, *refusal) {
		return account{}, "", &refusal{status, text, 0}
	}
	name := strings.ToLower(strings.TrimSpace(form.Get("name")))
	if checkName(name) != nil {
		name = "" // nobody's, and all such names share one count
	}
	key := "name " + name
	if wait := g.tries.begin(key, address); wait > 0 {
		return account{}, "", tooMany(wait)
	}
	u, err := g.Users.find(name)
	if err != nil && !errors.Is(err, ErrNoUser) {
		_ = g.failed("reading the users", err) // the page says it
		return no(http.StatusServiceUnavailable, "The file of users cannot be read. The server's log says why.")
	}
	known, against := err == nil, u.Hash
	if !known {
		against = g.decoy
	}
	right := false
	if err := g.hash(r.Context(), func() error { right = matches(against, form.Get("password")); return nil }); err != nil {
		return no(http.StatusServiceUnavailable, "Too many people log in at once. Try again in a moment.")
	}
	if !known || !right {
		who := access.Principal{ID: "local:unknown"} // a mistyped name may be a password
		if known {
			who.ID = "local:" + name
		}
		g.refused(r, who)
		return no(http.StatusForbidden, "Name or password is wrong.")
	}
	g.tries.succeeded(key, address)
	return userAccount(u), WayPassword, nil
}

// hash runs do when there is memory for it.
func (g *Gate) hash(ctx context.Context, do func() error) error {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	select {
	case g.hashing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.hashing }()
	return do()
}

// newDecoy is a hash that no password has: what it holds against costs as much as any.
func newDecoy(c cost) string {
	var salt [saltBytes]byte
	var hash [hashBytes]byte
	_, _ = rand.Read(salt[:]) // it never fails
	_, _ = rand.Read(hash[:])
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", c.memory, c.time, c.lanes, text.EncodeToString(salt[:]), text.EncodeToString(hash[:]))
}

func (g *Gate) refused(r *http.Request, who access.Principal) {
	if err := g.Record(r.Context(), r.RemoteAddr, who, access.SessionLogin, ErrUnknown); err != nil {
		_ = g.failed("writing down a refused login", err) // it is refused all the same
	}
}

func tooMany(wait time.Duration) *refusal {
	wait = max(wait.Round(time.Second), time.Second)
	return &refusal{http.StatusTooManyRequests, "Too many tries. The next one is looked at in " + wait.String() + ".", wait}
}

// sentence is an error for people.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// logout ends the session and leads back to the login page.
func (g *Gate) logout(w http.ResponseWriter, r *http.Request) {
	if who, err := g.Authenticate(r); err == nil && who.Session != "" {
		if err := g.Record(r.Context(), r.RemoteAddr, who, access.SessionLogout, nil); err != nil {
			_ = g.failed("writing down a logout", err) // who wants to leave may
		}
	}
	g.endShown(r.Context(), r)
	http.SetCookie(w, g.sessionCookie("", -1))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, LoginPath, http.StatusSeeOther)
}
