// Package peer asks DuckDB, over the Parquet export of a recording, what the store's own engine is asked: figures of both stand side
// by side. It is there in builds with the tag duckdb alone, since the engine is C++.
package peer
