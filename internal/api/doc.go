// Package api is the HTTP API: routes, each with the action that a caller needs, and the JSON of their answers.
//
// Handlers are thin: they read the request, ask browse, and turn the answer into the shapes of spec/api.md. The OpenAPI
// document is generated from them. Payload arrives here as access.View only, already masked.
//
// Every route is registered with an action; New refuses one without (route.go). The package does not listen, knows no files
// and holds no state of its own except live streams in flight.
package api
