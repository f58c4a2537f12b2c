// Package canarytest looks for strings that a test planted where nobody may see them: in whatever left, and in whatever form it left.
//
// It finds a string as it is, letters' case aside, in hex, in base64 wherever it begins there, in UTF-16 of both orders, and each of these
// inside gzip, zstd and zip that lie anywhere in what is looked into, and inside those in turn. It does not find a string that was cut in pieces or encrypted.
package canarytest
