package api

import (
	"context"
	"crypto/rand"
	"net/http"
)

type requestKey struct{}

const requestHeader = "X-Request-Id"

// identify names every request, so that an error on a screen and a line in the log can be brought together.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		w.Header().Set(requestHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
	})
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
