// Package grant keeps grants: what one person may see and do for a while beyond their roles, with a reason, as a rule of the access policy allows it.
//
// What a grant comes to is decided by access, which bounds it by the policy that is in force. Here is who asked, who approved, and when it is over:
//
//	pending ─approve→ in-force ─time→ expired
//	   └─refuse→ refused   └─end→ ended      a grant whose rule needs nobody's approval begins in force
//
// All of it is in one file, which is replaced whole at each change before the change counts. What cannot be read puts nothing in force.
package grant
