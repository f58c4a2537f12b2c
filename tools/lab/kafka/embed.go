// Package kafka holds the Maven project that names the jars of one Kafka broker.
package kafka

import _ "embed"

// POM is the project file; property kafka.version chooses the broker.
//
//go:embed pom.xml
var POM []byte
