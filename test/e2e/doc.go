// Package e2e runs the built binary, real Flink clusters and a real Kafka broker, and compares what was recorded with the truth.
//
// The jobs of jobs/ write into each record where it came from. The tests read the topics, compute from the payloads which record truly became which, and
// ask the server the same over HTTP. They know nothing of the server's inside; records are compared by their place in Kafka (topic, partition, offset).
// TestKafka alone starts no server: it holds the adapter internal/kafka against a broker.
//
// The tests that need a cluster carry the build tag e2e:
//
//	make e2e                                                              both Flink versions
//	go test -tags e2e ./test/e2e -run TestRecording -flink 1.20 -records 20000
package e2e
