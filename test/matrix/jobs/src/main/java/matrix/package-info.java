/** Jobs of every shape. What each writes, loses and counts follows from its numbers alone. */
package matrix;
