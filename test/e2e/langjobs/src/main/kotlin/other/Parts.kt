// Called as another file is, in another package: what is shown must be the one of the class.
package e2e.other

fun parts(): Int = 1
