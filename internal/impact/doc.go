// Package impact tells who breaks before a stream is changed: for each reader a verdict, with what it rests on. It knows a proposal, asks the
// catalog who reads, the registry what is read, and the stream itself what its newest records hold; it never looks at a value (internal/browse
// converts records as views), and it changes nothing.
//
// No reader is called safe because nothing is known of it: one whose fields nobody has seen, or that was not seen for a while, is unknown.
package impact
