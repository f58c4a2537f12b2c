package schemas

import (
	"errors"
	"net/http"
)

var errRedirect = errors.New("it sends callers to another host")

// sameHost follows a few redirects, all to the scheme and host that was asked: what a caller signs in with is for that host alone.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	if next.URL.Host != first.Host || next.URL.Scheme != first.Scheme || len(before) > 3 {
		return errRedirect
	}
	return nil
}
