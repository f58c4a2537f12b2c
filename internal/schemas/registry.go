package schemas

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/event"
)

// Limits of what a registry may send.
const (
	maxSchemaBytes = 1 << 20         // of one schema
	maxTotalBytes  = 4 << 20         // of a schema with all that it refers to
	maxReferences  = 200             // of a schema, also indirect ones
	maxDepth       = 20              // of references to references
	callTimeout    = 5 * time.Second // of a schema with its references
)

// IDs says which number Apicurio's records carry where they do not tell it themselves.
type IDs = event.IDKind

// Options say where a registry is and how to sign in. They come from the configuration, never from a record.
type Options struct {
	URL  string         // http or https; of Apicurio with /apis/registry/v2 or /apis/registry/v3, of Confluent the root of its API
	Kind event.Registry // default event.RegistryConfluent
	IDs  IDs            // of Apicurio; default: contents with version 3, globals with version 2, as Apicurio's serializers have it

	User, Password string // basic auth; none when User is empty
	Bearer         string // token; not with User
	TLS            *tls.Config
}

// fetcher asks one registry for one schema with its references. Errors: event.ErrNoSchema, *event.RegistryError.
type fetcher interface {
	fetch(ctx context.Context, id event.SchemaID) (event.SchemaText, error)
}

var (
	errAddress = errors.New("a registry's URL needs http or https and a host, and no user, query or fragment")
	errSignIn  = errors.New("a registry is signed in to by user and password or by token, not both")
	errKind    = errors.New("a registry is confluent or apicurio")
)

// newFetcher checks the options. Errors name no secrets.
func newFetcher(o Options) (fetcher, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errAddress
	}
	if o.User != "" && o.Bearer != "" {
		return nil, errSignIn
	}
	c := &caller{base: base, http: newHTTP(o.TLS)}
	switch {
	case o.User != "":
		c.authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(o.User+":"+o.Password))
	case o.Bearer != "":
		c.authorization = "Bearer " + o.Bearer
	}
	switch o.Kind {
	case "", event.RegistryConfluent:
		return &confluent{c}, nil
	case event.RegistryApicurio:
		return newApicurio(c, o.IDs)
	}
	return nil, errKind
}

// newHTTP is a client that never leaves the registry's host and never calls a link-local address: those are where clouds tell machines
// their secrets.
func newHTTP(t *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 nil, // the dialler must see the address that is called
			DialContext:           dial.Guarded(callTimeout).DialContext,
			TLSClientConfig:       t,
			ForceAttemptHTTP2:     true,
			MaxConnsPerHost:       8,
			IdleConnTimeout:       time.Minute,
			ResponseHeaderTimeout: callTimeout,
		},
		CheckRedirect: sameHost,
	}
}
