// Package kafka is how the server looks into clusters of Kafka: a thin adapter of the client library, which no other room knows.
//
// A Client is one cluster for people: its brokers, topics, groups and rights, the records of a topic by scans and tails, and the few things
// that it changes (offsets of a group, records to produce). It consumes in no group and commits nothing but what ResetGroup is asked to.
// A Reader reads single records again by their places, for replays.
//
// Keys, values and headers are sealed payloads from here on: they can be passed on and measured, and only access makes them printable.
// What one partition or one broker does not answer is the error of its row; the error of a method is that of all of it.
package kafka
