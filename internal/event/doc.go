// Package event is the vocabulary: identities, kinds, times, definitions, and payloads that nobody can print.
// It depends on nothing of ours. Meanings and values are those of spec/recording.md and spec/block.md.
package event
