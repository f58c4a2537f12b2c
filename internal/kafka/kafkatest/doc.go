// Package kafkatest is a cluster of Kafka in the process of a test: topics, records, groups, quotas and access rules, and a client that looks into it.
//
// It says what tests write in words of its own, so that rooms which know no library of Kafka can use it. What internal/kafka makes of a cluster's odd
// moments is tried by tests of its own there.
package kafkatest
