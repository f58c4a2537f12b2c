package kafka

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/sightglass/sightglass/internal/dial"
)

// Tokens says where those of the mechanism oauthbearer come from: a file, or an address that gives them for the client's credentials.
type Tokens struct {
	File string // read again at each login, so that whoever renews the token replaces the file; empty: URL

	URL        string
	ClientID   string
	SecretFile string // read again whenever a token is asked for
	Scopes     []string
}

const (
	tokenPatience = 10 * time.Second // of one request for a token
	tokenLeft     = time.Minute      // a token that ends earlier is not shown to a broker any more
)

// source gives the token of one login after the other. Neither tokens nor the secret are in its errors.
func (t Tokens) source() func(context.Context) (oauth.Auth, error) {
	if t.File != "" {
		return func(context.Context) (oauth.Auth, error) {
			raw, err := os.ReadFile(t.File)
			if err != nil {
				return oauth.Auth{}, fmt.Errorf("reading the token to log in by: %w", err)
			}
			token := strings.TrimSpace(string(raw))
			if token == "" {
				return oauth.Auth{}, fmt.Errorf("the file %s holds no token to log in by", t.File)
			}
			return oauth.Auth{Token: token}, nil
		}
	}
	var (
		mu   sync.Mutex // one asks, the others take what it got
		last *oauth2.Token
	)
	// A redirect would carry the secret to an address that nobody configured.
	asks := &http.Client{Timeout: tokenPatience, Transport: dial.Transport(tokenPatience), CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("it sends on to another address, where the client's secret does not go")
	}}
	return func(ctx context.Context) (oauth.Auth, error) {
		mu.Lock()
		defer mu.Unlock()
		if last != nil && !last.Expiry.IsZero() && time.Until(last.Expiry) > tokenLeft {
			return oauth.Auth{Token: last.AccessToken}, nil
		}
		secret, err := os.ReadFile(t.SecretFile)
		if err != nil {
			return oauth.Auth{}, fmt.Errorf("reading the client's secret: %w", err)
		}
		c := clientcredentials.Config{ClientID: t.ClientID, ClientSecret: strings.TrimRight(string(secret), "\r\n"), TokenURL: t.URL, Scopes: t.Scopes}
		got, err := c.Token(context.WithValue(ctx, oauth2.HTTPClient, asks))
		if err != nil {
			return oauth.Auth{}, fmt.Errorf("asking %s for a token to log in by: %w", t.URL, tokenError(err))
		}
		last = got
		return oauth.Auth{Token: got.AccessToken}, nil
	}
}

// tokenError leaves out the answer's text, which may repeat what was sent.
func tokenError(err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		if refused.ErrorCode != "" {
			return fmt.Errorf("it answered %s (%.100q)", refused.Response.Status, refused.ErrorCode)
		}
		return fmt.Errorf("it answered %s", refused.Response.Status)
	}
	return err
}
