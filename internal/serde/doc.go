// Package serde turns bytes into trees: Flink's serializer formats by descriptor, values of Kafka records by their schema or by looking.
//
// Formats are those of spec/serializers.md. There is no failure: a part that cannot be read becomes an opaque node with its
// class and the reason, and everything before it stays readable. Bytes may be hostile, so every count is checked against
// the bytes that are left, and nodes, depth and copied text are bounded by Limits.
//
// Trees come out sealed (event.Tree). This package does not render, mask or filter; access does. It reads no files and asks
// nobody but the Schemas that it was given.
package serde
