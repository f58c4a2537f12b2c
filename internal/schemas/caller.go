package schemas

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/event"
)

// Agent is the User-Agent of this package's questions, by which a registry tells them from those of clients.
const Agent = "sightglass"

// caller sends requests to one registry.
type caller struct {
	base          *url.URL
	http          *http.Client
	authorization string // value of the header, "" for none
	pause         pause
}

// pause spares a registry that cannot be reached, and those who wait for it: many records name many ids.
type pause struct {
	mu    sync.Mutex
	until time.Time // guarded by mu
	why   string    // guarded by mu
}

func (p *pause) begin(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until, p.why = time.Now().Add(failedTime), why
}

// holds is why the registry is not called now, or "".
func (p *pause) holds() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.until) {
		return p.why
	}
	return ""
}

// answer is the body and headers of a call that found something.
type answer struct {
	body   []byte
	header http.Header
}

// get asks for the path of those segments, which are escaped. Errors: event.ErrNoSchema when it says that it has none, else *event.RegistryError.
func (c *caller) get(ctx context.Context, query url.Values, segments ...string) (answer, error) {
	if why := c.pause.holds(); why != "" {
		return answer{}, unreachable(why)
	}
	at := c.base.JoinPath(escaped(segments)...)
	at.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return answer{}, unreachable("its address cannot be called")
	}
	req.Header.Set("Accept", "application/vnd.schemaregistry.v1+json, application/json, */*")
	req.Header.Set("User-Agent", Agent)
	if c.authorization != "" {
		req.Header.Set("Authorization", c.authorization)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.pause.begin(why(err))
		return answer{}, unreachable(why(err))
	}
	defer resp.Body.Close()
	// A JSON text of a schema is longer than the schema: quotes are escaped.
	body, err := io.ReadAll(io.LimitReader(resp.Body, 2*maxSchemaBytes+1))
	switch {
	case err != nil:
		return answer{}, unreachable(why(err))
	case resp.StatusCode == http.StatusNotFound && saysMissing(body):
		return answer{}, event.ErrNoSchema
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return answer{}, unreachable("it refuses who asks (HTTP " + strconv.Itoa(resp.StatusCode) + ")")
	case resp.StatusCode != http.StatusOK:
		return answer{}, unreachable("it answered HTTP " + strconv.Itoa(resp.StatusCode))
	case len(body) > 2*maxSchemaBytes:
		return answer{}, errTooLarge
	}
	return answer{body, resp.Header}, nil
}

// saysMissing tells a registry that does not have an id from a server that does not have the path: Confluent's codes then have five
// digits (40403), Apicurio names the exception.
func saysMissing(body []byte) bool {
	var problem struct {
		ErrorCode int `json:"error_code"`
		Name      string
	}
	return json.Unmarshal(body, &problem) == nil && (problem.ErrorCode >= 40400 && problem.ErrorCode < 40500 || strings.HasSuffix(problem.Name, "NotFoundException"))
}

// json is get of a JSON document into v.
func (c *caller) json(ctx context.Context, v any, query url.Values, segments ...string) error {
	a, err := c.get(ctx, query, segments...)
	if err != nil {
		return err
	}
	if json.Unmarshal(a.body, v) != nil {
		return unreachable("it does not answer as a registry")
	}
	return nil
}

func escaped(segments []string) []string {
	out := make([]string, len(segments))
	for i, s := range segments {
		out[i] = url.PathEscape(s)
		if s == "." || s == ".." { // JoinPath would resolve them
			out[i] = "%2E" + out[i][1:]
		}
	}
	return out
}

var errTooLarge = unreachable("it sent a schema of more than 1 MiB, or more than 4 MiB with what it refers to")

func unreachable(why string) *event.RegistryError { return &event.RegistryError{Why: why} }

// why is the reason of a failed call in words that name no address.
func why(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.Is(err, dial.ErrLinkLocal):
		return dial.ErrLinkLocal.Error()
	case errors.Is(err, errRedirect):
		return errRedirect.Error()
	case errors.Is(err, context.Canceled):
		return "the question was given up"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), timedOut(err):
		return "no answer within " + callTimeout.String()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &dns):
		return "its name is not known"
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return "its certificate is not trusted"
	case errors.As(err, &record):
		return "it does not speak TLS"
	}
	return "the connection failed"
}

func timedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
