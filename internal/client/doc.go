// Package client calls the HTTP API with the types that are generated from its OpenAPI document.
//
// Every answer comes typed and as the bytes that the server sent, because the command line prints the latter with -o json.
// Failures are *Problem when the server answered and ErrUnreachable when it did not. Nothing is retried: the caller is a person.
package client
