// Package sources finds the text of a class in folders and jars of sources: by its package and the name of its file, which are all that a
// class file says. Java's files lie in the folders of their packages. Those of Kotlin and Scala need not: such a file is known by the
// package that it declares.
package sources
