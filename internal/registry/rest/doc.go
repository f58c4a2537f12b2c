// Package rest serves a registry with Confluent's REST API on a listener of its own, or stands before another registry and watches who asks it for
// what. It asks its guard who calls and what they may do, and decides nothing itself.
//
// Paths are taken apart before they are unescaped: a subject may hold slashes and colons, as %2F and %3A.
//
// spec/registry.md lists the routes, codes and differences from Confluent's.
package rest
