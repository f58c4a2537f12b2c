package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/sightglass/sightglass/internal/language"
)

// Upstream is another registry with Confluent's API.
type Upstream struct {
	URL      string // with the path that the API is below, if any
	User     string // empty = no Basic
	Password string
	Token    string       // a bearer's; empty = none
	Client   *http.Client // required
}

// MediaType is that of Confluent's API.
const MediaType = "application/vnd.schemaregistry.v1+json"

// ExportPath is where a registry of this program gives all that it has in one answer; ImportPath takes it.
const (
	ExportPath = "/sightglass/v1/export"
	ImportPath = "/sightglass/v1/import"
)

const (
	maxUpstreamAnswer = 64 << 20
	maxUpstreamExport = 1 << 30
	upstreamPage      = 1000
	upstreamAtOnce    = 8
)

// ErrUpstream: another registry does not answer, or not as one.
var ErrUpstream = errors.New("the other registry")

// statusError is an answer that says no.
type statusError struct{ status, code int }

func (e *statusError) Error() string {
	if e.status == http.StatusUnauthorized || e.status == http.StatusForbidden {
		return "it refuses who asks (HTTP " + strconv.Itoa(e.status) + ")"
	}
	return "it answers HTTP " + strconv.Itoa(e.status)
}

// Read reads all that the other registry holds: softly deleted versions, settings and modes too. It changes nothing there. ErrUpstream.
func (u *Upstream) Read(ctx context.Context) (*Dump, error) {
	d, err := u.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpstream, err)
	}
	return d, nil
}

func (u *Upstream) read(ctx context.Context) (*Dump, error) {
	raw, err := u.get(ctx, ExportPath, nil)
	if err == nil {
		return ReadDump(bytes.NewReader(raw))
	}
	var status *statusError
	if !errors.As(err, &status) || status.status == http.StatusUnauthorized || status.status == http.StatusForbidden {
		return nil, err
	}
	all, err := u.versions(ctx)
	if err != nil {
		return nil, err
	}
	d := &Dump{}
	ids := map[schemaKey]bool{}
	for _, v := range all {
		s := ParseSubject(v.Subject, "")
		line := Line{Kind: lineVersion, Context: s.Context, Subject: s.Name, Version: v.Version, ID: v.ID, Deleted: v.Deleted, TS: v.TS * 1000}
		d.Versions = append(d.Versions, line)
		if k := (schemaKey{s.Context, v.ID}); !ids[k] {
			ids[k] = true
			d.Schemas = append(d.Schemas, Line{
				Kind: lineSchema, Context: s.Context, ID: v.ID, GUID: v.GUID, Type: v.SchemaType, Schema: v.Schema, References: v.References, Metadata: v.Metadata, RuleSet: v.RuleSet,
			})
		}
	}
	d.Settings, err = u.settings(ctx, d.Versions)
	return d, err
}

// upstreamVersion is a version as /schemas and /subjects/…/versions/… have it. TS is in milliseconds.
type upstreamVersion struct {
	Subject    string        `json:"subject"`
	Version    int           `json:"version"`
	ID         int           `json:"id"`
	GUID       string        `json:"guid"`
	SchemaType language.Kind `json:"schemaType"`
	Schema     string        `json:"schema"`
	References []Reference   `json:"references"`
	Metadata   *Metadata     `json:"metadata"`
	RuleSet    *RuleSet      `json:"ruleSet"`
	TS         int64         `json:"ts"`
	Deleted    bool          `json:"deleted"`
}

// versions are all versions, by the list of schemas, or subject by subject where a registry has no such list.
func (u *Upstream) versions(ctx context.Context) ([]upstreamVersion, error) {
	all, err := u.list(ctx, true)
	var status *statusError
	if errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusMethodNotAllowed) {
		return u.bySubject(ctx)
	}
	if err != nil {
		return nil, err
	}
	lives, err := u.list(ctx, false)
	if err != nil {
		return nil, err
	}
	type key struct {
		subject string
		version int
	}
	there := map[key]bool{}
	for _, v := range lives {
		there[key{v.Subject, v.Version}] = true
	}
	for i := range all {
		all[i].Deleted = !there[key{all[i].Subject, all[i].Version}]
	}
	return all, nil
}

func (u *Upstream) list(ctx context.Context, deleted bool) ([]upstreamVersion, error) {
	for range 5 {
		all, whole, err := u.listed(ctx, deleted)
		if err != nil || whole {
			return all, err
		}
	}
	return nil, errors.New("the other registry's schemas change faster than they can be listed; it is tried again")
}

// listed reads all pages. Each begins with the last schema of the one before: where it does not, somebody deleted one meanwhile, and another was passed over.
func (u *Upstream) listed(ctx context.Context, deleted bool) (all []upstreamVersion, whole bool, err error) {
	same := func(a, b upstreamVersion) bool { return a.Subject == b.Subject && a.Version == b.Version }
	next := func(offset int) (page []upstreamVersion, err error) {
		return page, u.json(ctx, &page, "/schemas", url.Values{
			"subjectPrefix": {AllContexts}, "deleted": {strconv.FormatBool(deleted)}, "offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(upstreamPage)},
		})
	}
	if all, err = next(0); err != nil || len(all) == 0 {
		return all, true, err
	}
	for { // to the end, since a registry may give less at once than it is asked for
		page, err := next(len(all) - 1)
		switch {
		case err != nil:
			return nil, false, err
		case len(page) == 0:
			return nil, false, nil
		case len(all) > 1 && same(page[0], all[0]):
			return all, true, nil // it knows no pages
		case !same(page[0], all[len(all)-1]):
			return nil, false, nil
		case len(page) > 1:
			all = append(all, page[1:]...)
			continue
		}
		if page, err = next(len(all)); err != nil || len(page) == 0 || same(page[0], all[0]) {
			return all, err == nil, err
		}
		all = append(all, page...)
	}
}

func (u *Upstream) bySubject(ctx context.Context) ([]upstreamVersion, error) {
	var subjects []string
	if err := u.json(ctx, &subjects, "/subjects", url.Values{"deleted": {"true"}, "subjectPrefix": {AllContexts}}); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all []upstreamVersion
	err := atOnce(ctx, subjects, func(s string) error {
		path := "/subjects/" + url.PathEscape(s) + "/versions"
		var numbers, lives []int
		if err := u.json(ctx, &numbers, path, url.Values{"deleted": {"true"}}); err != nil {
			return err
		}
		if err := u.json(ctx, &lives, path, nil); err != nil && !missing(err) {
			return err
		}
		for _, n := range numbers {
			var v upstreamVersion
			if err := u.json(ctx, &v, path+"/"+strconv.Itoa(n), url.Values{"deleted": {"true"}}); err != nil {
				return err
			}
			v.Deleted = !slices.Contains(lives, n)
			mu.Lock()
			all = append(all, v)
			mu.Unlock()
		}
		return nil
	})
	return all, err
}

// settings are those of everything, of contexts and of subjects that have versions. Others cannot be asked for: no list names them.
func (u *Upstream) settings(ctx context.Context, versions []Line) ([]Line, error) {
	seen := map[Subject]bool{{Context: DefaultContext}: true}
	for _, v := range versions {
		seen[Subject{v.Context, v.Subject}], seen[Subject{Context: v.Context}] = true, true
	}
	var list []Subject
	for s := range seen {
		list = append(list, s)
	}
	var mu sync.Mutex
	var out []Line
	err := atOnce(ctx, list, func(s Subject) error {
		suffix := ""
		if s != (Subject{Context: DefaultContext}) {
			suffix = "/" + url.PathEscape(s.String())
		}
		var c *Config
		if err := u.json(ctx, &c, "/config"+suffix, nil); err != nil && !missing(err) {
			return err
		}
		var m struct{ Mode string }
		if err := u.json(ctx, &m, "/mode"+suffix, nil); err != nil && !missing(err) {
			return err
		}
		if suffix == "" { // what holds anyhow is no setting
			if text(c) == text(&Config{Level: LevelBackward}) {
				c = nil
			}
			if m.Mode == ReadWrite {
				m.Mode = ""
			}
		}
		if c != nil {
			c.DefaultMetadata, c.OverrideMetadata = c.DefaultMetadata.normal(), c.OverrideMetadata.normal()
			c.DefaultRuleSet, c.OverrideRuleSet = c.DefaultRuleSet.normal(), c.OverrideRuleSet.normal()
		}
		if c != nil || m.Mode != "" {
			mu.Lock()
			out = append(out, Line{Kind: lineSetting, Context: s.Context, Subject: s.Name, Config: c, Mode: m.Mode})
			mu.Unlock()
		}
		return nil
	})
	return out, err
}

// missing says that a registry has no such thing, or knows no such path.
func missing(err error) bool {
	var status *statusError
	return errors.As(err, &status) && (status.status == http.StatusNotFound || status.status == http.StatusMethodNotAllowed)
}

// atOnce does f for each of list, some at a time, and gives the first error.
func atOnce[T any](ctx context.Context, list []T, f func(T) error) error {
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	slots := make(chan struct{}, upstreamAtOnce)
	for _, one := range list {
		mu.Lock()
		over := failed != nil
		mu.Unlock()
		if over || ctx.Err() != nil {
			break
		}
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := f(one); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failed == nil {
					failed = err
				}
			}
		})
	}
	wait.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

func (u *Upstream) json(ctx context.Context, v any, path string, query url.Values) error {
	raw, err := u.get(ctx, path, query)
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, v) != nil {
		return errors.New("it does not answer as a registry")
	}
	return nil
}

func (u *Upstream) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.URL+path, nil)
	if err != nil {
		return nil, errors.New("its address cannot be called")
	}
	req.URL.RawQuery = query.Encode()
	req.Header.Set("Accept", MediaType+", application/json")
	req.Header.Set("Confluent-Accept-Unknown-Properties", "true")
	u.Login(req.Header)
	resp, err := u.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("it does not answer: %w", reasonOf(err))
	}
	defer resp.Body.Close()
	most := maxUpstreamAnswer
	if path == ExportPath {
		most = maxUpstreamExport
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("its answer broke off: %w", err)
	case len(raw) > most:
		return nil, fmt.Errorf("its answer is longer than %d MiB", most>>20)
	case resp.StatusCode != http.StatusOK:
		var e struct {
			Code int `json:"error_code"`
		}
		_ = json.Unmarshal(raw, &e) // a body of another kind has no code
		return nil, &statusError{resp.StatusCode, e.Code}
	}
	return raw, nil
}

// Login adds what the registry is shown.
func (u *Upstream) Login(h http.Header) {
	switch {
	case u.Token != "":
		h.Set("Authorization", "Bearer "+u.Token)
	case u.User != "":
		r := http.Request{Header: h}
		r.SetBasicAuth(u.User, u.Password)
	}
}

// reasonOf leaves the address out of an error: it may hold a password.
func reasonOf(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
