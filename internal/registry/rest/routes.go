package rest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sightglass/sightglass/internal/registry"
)

// decision says when access is decided.
type decision int

const (
	bySubject  decision = iota // before the handler, on the subject or the context of the path
	byWhat                     // by the handler, on what it finds: lists, and ids
	byNoAccess                 // nothing is shown
)

// route is one method of one path. Segments in braces stand for anything but nothing; {subject} and {context} say what it is about.
type route struct {
	method string
	path   []string
	action Action
	decide decision
	kind   registry.RequestKind
	do     func(*call) (any, error)
}

func at(method, path string, a Action, d decision, kind registry.RequestKind, do func(*call) (any, error)) *route {
	return &route{method, strings.Split(strings.Trim(path, "/"), "/"), a, d, kind, do}
}

// routes is every path; what is asked most comes first.
var routes = []*route{
	at("GET", "/schemas/ids/{id}", Read, byWhat, registry.RequestFetchID, (*call).getID),
	at("GET", "/schemas/ids/{id}/schema", Read, byWhat, registry.RequestFetchID, (*call).getIDText),
	at("GET", "/schemas/ids/{id}/subjects", Read, byWhat, registry.RequestList, (*call).getIDSubjects),
	at("GET", "/schemas/ids/{id}/versions", Read, byWhat, registry.RequestList, (*call).getIDVersions),
	at("GET", "/schemas/guids/{guid}", Read, byWhat, registry.RequestFetchID, (*call).getGUID),
	at("GET", "/schemas/guids/{guid}/ids", Read, byWhat, registry.RequestList, (*call).getGUIDIDs),
	at("POST", "/subjects/{subject}/versions", Register, bySubject, registry.RequestRegister, (*call).register),
	at("POST", "/subjects/{subject}", Read, bySubject, registry.RequestLookup, (*call).lookup),
	at("GET", "/subjects/{subject}/versions/{version}", Read, bySubject, registry.RequestFetchVersion, (*call).getVersion),
	at("GET", "/subjects/{subject}/versions/{version}/schema", Read, bySubject, registry.RequestFetchVersion, (*call).getVersionText),
	at("GET", "/subjects/{subject}/versions/{version}/referencedby", Read, bySubject, registry.RequestList, (*call).getReferencedBy),
	at("DELETE", "/subjects/{subject}/versions/{version}", Delete, bySubject, registry.RequestDelete, (*call).deleteVersion),
	at("GET", "/subjects/{subject}/versions", Read, bySubject, registry.RequestList, (*call).getVersions),
	at("GET", "/subjects/{subject}/metadata", Read, bySubject, registry.RequestFetchVersion, (*call).getWithMetadata),
	at("DELETE", "/subjects/{subject}", Delete, bySubject, registry.RequestDelete, (*call).deleteSubject),
	at("GET", "/subjects", Read, byWhat, registry.RequestList, (*call).getSubjects),
	at("GET", "/schemas", Read, byWhat, registry.RequestList, (*call).getSchemas),
	at("GET", "/schemas/types", Read, byNoAccess, registry.RequestOther, (*call).getTypes),
	at("POST", "/compatibility/subjects/{subject}/versions", Read, bySubject, registry.RequestCompatibility, (*call).compatible),
	at("POST", "/compatibility/subjects/{subject}/versions/{version}", Read, bySubject, registry.RequestCompatibility, (*call).compatible),
	at("GET", "/config", Read, bySubject, registry.RequestSettings, (*call).getConfig),
	at("PUT", "/config", Configure, bySubject, registry.RequestSettings, (*call).putConfig),
	at("DELETE", "/config", Configure, bySubject, registry.RequestSettings, (*call).deleteConfig),
	at("GET", "/config/{subject}", Read, bySubject, registry.RequestSettings, (*call).getConfig),
	at("PUT", "/config/{subject}", Configure, bySubject, registry.RequestSettings, (*call).putConfig),
	at("DELETE", "/config/{subject}", Configure, bySubject, registry.RequestSettings, (*call).deleteConfig),
	at("GET", "/mode", Read, bySubject, registry.RequestSettings, (*call).getMode),
	at("PUT", "/mode", Configure, bySubject, registry.RequestSettings, (*call).putMode),
	at("DELETE", "/mode", Configure, bySubject, registry.RequestSettings, (*call).deleteMode),
	at("GET", "/mode/{subject}", Read, bySubject, registry.RequestSettings, (*call).getMode),
	at("PUT", "/mode/{subject}", Configure, bySubject, registry.RequestSettings, (*call).putMode),
	at("DELETE", "/mode/{subject}", Configure, bySubject, registry.RequestSettings, (*call).deleteMode),
	at("GET", "/contexts", Read, byWhat, registry.RequestList, (*call).getContexts),
	at("DELETE", "/contexts/{context}", Configure, byWhat, registry.RequestDelete, (*call).deleteContext),
	at("GET", "/v1/metadata/id", Read, byNoAccess, registry.RequestOther, (*call).getServerID),
	at("GET", "/v1/metadata/version", Read, byNoAccess, registry.RequestOther, (*call).getServerVersion),
	at("GET", registry.ExportPath, Read, bySubject, registry.RequestList, (*call).export),
	at("POST", registry.ImportPath, Configure, bySubject, registry.RequestOther, (*call).importAll),
	at("GET", "/", Read, byNoAccess, registry.RequestOther, (*call).getRoot),
}

// Route is one of the paths, for the reference.
type Route struct {
	Method, Path string
	Action       Action
}

// Routes lists every path.
func Routes() []Route {
	var out []Route
	for _, r := range routes {
		out = append(out, Route{r.method, "/" + strings.Join(r.path, "/"), r.action})
	}
	return out
}

// find takes the path apart and finds its route.
func (c *call) find() error {
	segments, err := segmentsOf(c.r.URL)
	if err != nil {
		return &registry.Error{Code: http.StatusBadRequest, Message: "The path has a % that is no escape"}
	}
	if segments[0] == "contexts" && len(segments) > 2 {
		c.context, segments = segments[1], segments[2:]
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var others []string
	for _, r := range routes {
		if !r.matches(segments, c.named) {
			continue
		}
		if r.method != method {
			others = append(others, r.method)
			continue
		}
		c.route = r
		c.subject = registry.ParseSubject(c.named["subject"], c.context)
		return nil
	}
	if others != nil {
		c.w.Header().Set("Allow", strings.Join(others, ", "))
		return &registry.Error{Code: http.StatusMethodNotAllowed, Message: "HTTP 405 Method Not Allowed"}
	}
	return pathMissing()
}

func pathMissing() error {
	return &registry.Error{Code: http.StatusNotFound, Message: "HTTP 404 Not Found"}
}

// segmentsOf splits a path as it was sent and unescapes each part, so that a subject keeps its slashes.
func segmentsOf(u *url.URL) ([]string, error) {
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	for i, s := range segments {
		var err error
		if segments[i], err = url.PathUnescape(s); err != nil {
			return nil, err
		}
	}
	return segments, nil
}

func (r *route) matches(segments []string, named map[string]string) bool {
	if len(segments) != len(r.path) {
		return false
	}
	for i, want := range r.path {
		if name, ok := strings.CutPrefix(want, "{"); ok {
			if segments[i] == "" {
				return false
			}
			named[strings.TrimSuffix(name, "}")] = segments[i]
		} else if want != segments[i] {
			return false
		}
	}
	return true
}

func (r *route) String() string { return r.method + " /" + strings.Join(r.path, "/") }
