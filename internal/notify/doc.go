// Package notify tells people and programs what happened to streams: a contract that is broken, a schema that came or went, a change that
// would break somebody.
//
// A room that changes something calls Enqueue in the transaction of its change, so that there is no change that nobody is told of, and nobody
// is told of what did not happen. Enqueue finds the subscriptions that want to know and writes one delivery for each target; Run sends them to
// webhooks, chats, mail and topics until they are taken, for a day at the most. What repeats is one group: each target is told once when it
// begins, once when it gets worse and once when it is over, and by reminders where its subscription asks for them.
//
// Events hold names, places and counts. No value of a record has a field in which it could travel.
package notify
