// Package access is the one door through which payload leaves: it decides who may do what, and it turns payloads into views.
//
// A View is the only type with payload content that browse, api, cli and the pages can hold. It is made by Policy.View, which
// masks first; whatever filters, sorts, counts or exports works on the view. The order is
//
//	decode (serde) → decide → plan → mask → View → filter → page
//
// Policy.Decide denies by default, deny wins, roles are united. A zero or nil Policy denies everything and shows nothing, and
// a principal whose roles lift no mask sees structure without content. Today there is one policy, Local: one person on
// loopback who may do everything and sees everything.
//
// Raw is the one exception: bytes as they were written, for what must run again, and for nobody but who may export and sees all.
// Package share writes other values into such bytes: it asks a Plan about every leaf, and Both bounds what one may give to another.
//
// Auditor is where a read is written down: the intent before the first payload byte, the result after the last.
//
// The package is pure: no files, no clock, no network; Lines writes to the writer it was given.
package access
