// Package otlp speaks OpenTelemetry's protocol with the systems of a company: it sends metrics, log lines and journeys of
// records (Exporter), and takes what Flink's own trace and event reporters send (Receiver).
//
// The exporter reads through browse, as a principal of its own, so what leaves is masked as for everybody else. It never holds up
// anything: what waits is bounded, what cannot be sent in time is counted and dropped.
//
// Ids are derived, not drawn (ids.go): whoever exports a part of a journey, now or later, gives each span the id that others refer
// to.
package otlp
