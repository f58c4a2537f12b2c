// Package kafka reads single records of topics again, by their places. It consumes in no group, commits nothing and writes nothing.
package kafka
