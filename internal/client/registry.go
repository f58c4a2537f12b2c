package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Registry talks to a schema registry: that of a Sightglass, or any other with Confluent's REST API. Safe for concurrent use.
type Registry struct{ *Client }

// NewRegistry makes a client of the registry at o.Server. It does not connect.
func NewRegistry(o Options) (*Registry, error) {
	c, err := New(o)
	if err != nil {
		return nil, err
	}
	return &Registry{c}, nil
}

// Refusal is an answer of a registry that says no.
type Refusal struct {
	Status  int    // HTTP
	Code    int    `json:"error_code"` // Confluent's, as 40401
	Message string `json:"message"`
}

func (r *Refusal) Error() string { return r.Message }

// registryType is the media type of requests.
const registryType = "application/vnd.schemaregistry.v1+json"

// Ask sends a request to a path, whose parts are escaped, and gives the answer. body may be nil; a reader is sent as it is, as kind says. Errors:
// *Refusal, ErrUnreachable.
func (c *Registry) Ask(ctx context.Context, method string, query url.Values, kind string, body any, path ...string) (json.RawMessage, error) {
	u := *c.base
	for _, p := range path {
		u = *u.JoinPath(url.PathEscape(p))
	}
	u.RawQuery = query.Encode()
	var send io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		send = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("asking %s: %w", c.base.Host, err)
		}
		send = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), send)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", c.base.Host, err)
	}
	r.Header.Set("Accept", registryType+", application/json, */*")
	r.Header.Set("Confluent-Accept-Unknown-Properties", "true")
	if kind == "" {
		kind = registryType
	}
	if send != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(r)
	if err != nil {
		var inner *url.Error
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("%w at %s: %v", ErrUnreachable, c.base, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the answer of %s: %w", c.base.Host, err)
	case len(raw) > maxAnswer:
		return nil, fmt.Errorf("the answer of %s is longer than %d bytes", c.base.Host, maxAnswer)
	case response.StatusCode < 300:
		return raw, nil
	}
	no := &Refusal{Status: response.StatusCode}
	if json.Unmarshal(raw, no) != nil || no.Message == "" {
		no.Message = fmt.Sprintf("%s answered %s, which is no answer of a schema registry", c.base, response.Status)
	}
	return nil, no
}
