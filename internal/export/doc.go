// Package export writes what a principal may see of a recording into Parquet files, for engines that know nothing of Sightglass.
//
// One pass over the events fills nine tables (tables.go says what they hold; docs/reference/parquet.md is made from it). A table is
// a folder of files, so that no file grows without bounds: events/00000.parquet, events/00001.parquet, … The last file of an export
// is manifest.json, which says what was selected, what is missing in it, and the digest of every other file; an export without a
// manifest is a torn one. Rows are masked before they come here. Compression is zstd.
//
// The package writes to an Archive: a tar stream that the API sends, or a folder. It keeps one row group of each table in memory,
// and the file that is being written in a temporary file without a name.
package export
