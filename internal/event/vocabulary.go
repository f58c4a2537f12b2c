package event

import (
	"maps"
	"slices"
)

// KindNames are the names of all kinds, sorted.
func KindNames() []string { return sortedNames(kindNames) }

// LaneNames are the names of all lanes, sorted.
func LaneNames() []string { return sortedNames(laneNames) }

// DropReasonNames are the names of all reasons of drops, sorted.
func DropReasonNames() []string { return sortedNames(dropReasonNames) }

func sortedNames[T comparable](names map[T]string) []string { return slices.Sorted(maps.Values(names)) }
