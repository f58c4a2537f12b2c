// Package server wires the process: data folder, store, metadata, the agents' listener, the API, the web UI, metrics, health.
//
// It owns every goroutine that outlives a request and ends them in order on shutdown: no new connections, requests and
// agents in flight, then the store. What was acknowledged is on disk by then. It reads no flags and no environment; config
// gives it plain values.
package server
