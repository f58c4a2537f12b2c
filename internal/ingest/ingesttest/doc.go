// Package ingesttest plays agents. It generates recordings of two invented jobs on an invented cluster, block by block as
// agents would, with the truth of what became of each record, and it speaks the wire.
//
//	orders/0..3 ─▶ parse (2) ─hash─▶ convert (2) ─hash─▶ window, sink (2) ─▶ merchant-totals/0..1      job shop-totals
//	                     fx (1) ─broadcast─▲
//	merchant-totals/0..1 ─▶ source, filter, sink (1) ─▶ alerts/0                                        job shop-alerts
//
// The convert operator drops duplicates, windows collect and fire by timer, one record in a thousand is poison and fails to
// parse. Checkpoints close blocks, and barriers count both ends of each channel.
package ingesttest
