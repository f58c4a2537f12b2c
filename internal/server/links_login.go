package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/identity"
)

// linkOrLogin shows the login page to whoever opens a link in a browser and is not logged in, where that is asked for; it leads back to the
// link. Programs get the API's answer.
func (s *Server) linkOrLogin(g *identity.Gate, next http.Handler) http.Handler {
	if g == nil || s.cfg.Share.Links != config.LinksLogin {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := strings.CutPrefix(r.URL.Path, api.Base+"/links/")
		if ok && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" && strings.HasSuffix(id, "/file") {
			if _, err := g.Authenticate(r); errors.Is(err, identity.ErrUnknown) {
				w.Header().Set("Cache-Control", "no-store")
				w.Header().Set("Referrer-Policy", "no-referrer")
				http.Redirect(w, r, identity.LoginURL(r), http.StatusSeeOther)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
