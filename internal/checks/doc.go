// Package checks keeps contracts, and holds them against streams while these go on. It reads topics without a group and commits nothing; what it
// keeps are counts and places: no value of a record is written down, logged or told to anybody. Who may see records looks them up by partition and
// offset, through internal/browse.
//
// A worker looks at one topic, for all contracts about it. What it has read, the windows that this came to, and the violations are written in one
// transaction, so that a restart neither counts a record twice nor passes one over. What depends on records before (unique, ordering) is built anew
// after a restart, from records that are read again and not counted.
package checks
