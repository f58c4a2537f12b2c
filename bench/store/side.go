//go:build !duckdb

package main

import "context"

// besides asks another engine the same; there is none in this build.
func besides(context.Context, options, *asked) (map[string]spread, error) { return nil, nil }
