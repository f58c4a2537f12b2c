// Package flinkconf puts the agent's options into Flink's own configuration file and takes them out again.
//
// A change only ever inserts text: comments, order, quoting and line ends of the file stay. Every change is checked by reading
// the changed file again: exactly the wanted keys must have exactly one option more, and nothing else may differ; otherwise the
// file is left alone and the error names the lines to add by hand. The original bytes are kept beside the file, so that the
// change can be taken back to the byte; when somebody edited the file in between, the changed lines are taken back one by one
// or not at all.
//
// Both forms are read: config.yaml (Flink 1.19 and newer: YAML, keys nested or dotted) and flink-conf.yaml (Flink 1.x: one
// "key: value" a line). The package writes into Flink's conf folder and nowhere else.
package flinkconf
