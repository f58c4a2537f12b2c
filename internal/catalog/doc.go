// Package catalog keeps what is known of streams: what they hold, who writes and reads them, whose they are, and what people say of them.
//
// It fills itself in the background from recordings, Kafka clusters, schema registries, contracts and OpenLineage events. Each says what it has
// seen as evidence; the catalog never concludes an edge from names. What no evidence tells is unknown, and is said to be: a consumer whose fields
// nobody has seen may read any of them.
//
// The tables are the truth. All of them but events and history are held in memory as well, so that searches and lineage maps need no database and
// are the same over SQLite and PostgreSQL. A server that shares the tables with others reads them again when their revision is another.
//
// Whoever shows something asks Sight first: what a caller may not see they do not find either.
package catalog
