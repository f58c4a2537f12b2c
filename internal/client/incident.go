package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/folder"
)

// IncidentQuery chooses what goes into an incident file. Zero values: all of the recording, masked as for the caller.
type IncidentQuery struct {
	Recording   string
	From, To    string
	Around      string // a position
	As          string // role of who will read it
	State, Jars bool
	Program     bool // with what runs it again
	Expires     string
}

func (q *IncidentQuery) values() url.Values {
	v := url.Values{}
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	setText(v, "around", q.Around)
	setText(v, "as", q.As)
	setText(v, "expires", q.Expires)
	if q.State {
		v.Set("state", "true")
	}
	if q.Jars {
		v.Set("jars", "true")
	}
	if q.Program {
		v.Set("program", "true")
	}
	return v
}

// incidentType is the media type of incident files.
const incidentType = "application/vnd.sightglass.incident"

// PreviewIncident says what an incident file would hold.
func (c *Client) PreviewIncident(ctx context.Context, q IncidentQuery) (*Answer[gen.Incident], error) {
	return get[gen.Incident](ctx, c, q.values(), "recordings", q.Recording, "export", "incident", "preview")
}

// ExportIncident has a recording written into the file path. The file appears when all of it has arrived and take has accepted it;
// otherwise nothing of that name is made or changed. take copies the bytes of the server to the file, as it wants them there.
func (c *Client) ExportIncident(ctx context.Context, q IncidentQuery, path string, take func(to io.Writer, from io.Reader) error) error {
	file, err := folder.NewFile(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	r, err := c.request(ctx, q.values(), "recordings", q.Recording, "export", "incident")
	if err != nil {
		return err
	}
	r.Header.Set("Accept", incidentType)
	answer, err := c.patient().do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch err := take(file, answer.Body); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("the file from %s: %w", c.base.Host, err)
	}
	return file.Commit()
}

// ImportIncident gives the bytes of an incident file to the server.
func (c *Client) ImportIncident(ctx context.Context, in io.Reader) (*Answer[gen.IncidentFile], error) {
	r, err := c.request(ctx, nil, "incidents")
	if err != nil {
		return nil, err
	}
	r.Method, r.Body = http.MethodPost, io.NopCloser(in)
	r.Header.Set("Content-Type", incidentType)
	return answered[gen.IncidentFile](c.patient(), r)
}

// Incident tells which incident file a recording came from.
func (c *Client) Incident(ctx context.Context, rec string) (*Answer[gen.IncidentFile], error) {
	return get[gen.IncidentFile](ctx, c, nil, "recordings", rec, "incident")
}

// patient is a client that waits for the first byte of an answer as long as its context does: a file is made, or stored, whole before
// the server answers.
func (c *Client) patient() *Client {
	next := *c
	if t, ok := c.http.Transport.(*http.Transport); ok {
		slow := t.Clone()
		slow.ResponseHeaderTimeout = 0
		next.http = &http.Client{Transport: slow}
	}
	return &next
}
