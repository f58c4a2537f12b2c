package client

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sightglass/sightglass/gen"
)

// ErrUnreachable: no server answered.
var ErrUnreachable = errors.New("no server answers")

// maxAnswer bounds an answer: pages are far below it.
const maxAnswer = 256 << 20

// Options of a client.
type Options struct {
	Server string // http://host:port or https://…; required
	Token  string // empty = none
	Pin    string // SHA-256 of the server's certificate in hex; empty = the system's authorities decide
}

// Client talks to one server. Safe for concurrent use.
type Client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// New makes a client. It does not connect.
func New(o Options) (*Client, error) {
	if !strings.Contains(o.Server, "://") {
		o.Server = "http://" + o.Server
	}
	base, err := url.Parse(strings.TrimRight(o.Server, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("%q is no address of a server: want http://host:port", o.Server)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = 60 * time.Second
	if o.Pin != "" {
		if transport.TLSClientConfig, err = pinned(o.Pin); err != nil {
			return nil, err
		}
	}
	return &Client{base: base, token: o.Token, http: &http.Client{Transport: transport}}, nil
}

// pinned trusts exactly one certificate. The chain is not checked: the certificate that the server makes for itself has none.
func pinned(pin string) (*tls.Config, error) {
	want, err := hex.DecodeString(strings.ReplaceAll(pin, ":", ""))
	if err != nil || len(want) != sha256.Size {
		return nil, errors.New("the pin is no SHA-256 in hex")
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			var leaf *x509.Certificate = s.PeerCertificates[0]
			if got := sha256.Sum256(leaf.Raw); string(got[:]) != string(want) {
				return fmt.Errorf("the server's certificate has the SHA-256 %x, not the pinned one", got)
			}
			return nil
		},
	}, nil
}

// Server is the address that was given.
func (c *Client) Server() string { return c.base.String() }

// Link is the address of a screen of the web UI. path is escaped already; fragment may be empty.
func (c *Client) Link(path, fragment string) string {
	link := c.base.JoinPath(path).String()
	if fragment != "" {
		link += "#" + fragment
	}
	return link
}

// Problem is an answer that says no.
type Problem struct{ gen.Problem }

func (p *Problem) Error() string { return p.Detail }

// Answer is a typed answer and the bytes that it came as.
type Answer[T any] struct {
	Value T
	Raw   json.RawMessage
}

func get[T any](ctx context.Context, c *Client, query url.Values, path ...string) (*Answer[T], error) {
	r, err := c.request(ctx, query, path...)
	if err != nil {
		return nil, err
	}
	return answered[T](c, r)
}

func answered[T any](c *Client, r *http.Request) (*Answer[T], error) {
	r.Header.Set("Accept", "application/json")
	response, err := c.do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", c.base.Host, err)
	}
	if len(raw) > maxAnswer {
		return nil, fmt.Errorf("the answer of %s is longer than %d bytes", c.base.Host, maxAnswer)
	}
	a := &Answer[T]{Raw: raw}
	if err := json.Unmarshal(raw, &a.Value); err != nil {
		return nil, fmt.Errorf("the answer of %s is not what this version understands (is it a Sightglass of another version?): %w", c.base.Host, err)
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, query url.Values, path ...string) (*http.Request, error) {
	u := c.base.JoinPath("api", "v1")
	for _, p := range path {
		u = u.JoinPath(url.PathEscape(p))
	}
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", c.base.Host, err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return r, nil
}

// do sends r and turns refusals into problems.
func (c *Client) do(r *http.Request) (*http.Response, error) {
	response, err := c.http.Do(r)
	if err != nil {
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("%w at %s: %v", ErrUnreachable, c.base, err)
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	p := &Problem{}
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &p.Problem) != nil || p.Detail == "" {
		p.Status, p.Detail = int64(response.StatusCode), fmt.Sprintf("%s answered %s, which is no answer of Sightglass", c.base, response.Status)
		p.Hint = "is something else listening there?"
	}
	return nil, p
}
