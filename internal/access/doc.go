// Package access is the one door through which payload leaves: it decides who may do what, and it turns payloads into views.
//
// A View is the only type with payload content that browse, api, cli and the pages can hold. It is made by Policy.View, which
// masks first; whatever filters, sorts, counts or exports works on the view. The order is
//
//	decode (serde) → decide → plan → mask → View → filter → page
//
// Policy.Decide denies by default, deny wins, roles are united. A zero or nil Policy denies everything and shows nothing, and
// a principal whose roles lift no mask sees structure without content. Local is the policy of one person on loopback, who may do
// everything and sees everything; ReadPolicy reads what somebody wrote for many.
//
// Raw is the one exception: bytes as they were written, for what must run again, and for nobody but who may export and sees all.
// Package share writes other values into such bytes: it asks a Plan about every leaf, and Both bounds what one may give to another.
//
// Auditor is where a read is written down: the intent before the first payload byte, the result after the last. An Entry is tied to the
// one before it by its hash (Link.Seal), and a Check finds what was changed, taken out or cut off since; internal/audit keeps the files.
//
// Detectors look into what rules show and hide more (detector_*.go). KeyTexts and KeyNumbers make tokens of keys that stay in their key group, for
// exports that must run again (keygroup_*.go).
//
// The package is pure: no files, no clock, no network.
package access
