package rest

import (
	"mime"
	"strings"

	"github.com/sightglass/sightglass/internal/registry"
)

// answerType is Confluent's media type, unless a client wants another one that it has, and not that.
func answerType(accept string) string {
	switch {
	case strings.Contains(accept, registry.MediaType), strings.Contains(accept, "*"):
	case strings.Contains(accept, shortType):
		return shortType
	case strings.Contains(accept, "application/json"):
		return "application/json"
	}
	return registry.MediaType
}

const shortType = "application/vnd.schemaregistry+json"

// acceptable says whether a client takes what this registry answers in. Who says nothing takes everything; what cannot be read stands for
// nothing, and refusals are sent to everybody.
func acceptable(accept []string) bool {
	said := false
	for _, header := range accept {
		for part := range strings.SplitSeq(header, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			kind, weight, err := mime.ParseMediaType(part)
			if err != nil {
				kind, _, _ = strings.Cut(part, ";")
				kind = strings.TrimSpace(kind)
			}
			said = true
			if weight["q"] != "0" && answeredIn(kind) {
				return true
			}
		}
	}
	return !said
}

// answeredIn knows the types, and the ways in which clients name several of them at once.
func answeredIn(kind string) bool {
	switch kind {
	case registry.MediaType, shortType, "application/json", jsonLines, "*/*", "*", "application/*", "application/*+json":
		return true
	}
	return strings.HasPrefix(kind, "*/")
}
