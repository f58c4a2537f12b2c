package dev.sightglass.agent.hooks.drain;

import dev.sightglass.bootstrap.PathTable;

/**
 * A path as text, {@code spec/recording.md} section 3.1, and what it says of the flow through
 * operators.
 */
final class PathText {
  final String text;

  /** Operators that records entered in it, one entry for each time; the root is not among them. */
  final int[] entered;

  /** Outputs that records left on, one entry for each time. */
  final int[] outputs;

  /** The operator that a record enters at the root, or -1. */
  final int root;

  private PathText(String text, int[] entered, int[] outputs, int root) {
    this.text = text;
    this.entered = entered;
    this.outputs = outputs;
    this.root = root;
  }

  static PathText of(int[] codes) {
    StringBuilder s = new StringBuilder();
    int[] entered = new int[codes.length];
    int[] outputs = new int[codes.length];
    int entries = 0;
    int outs = 0;
    int root = -1;
    int open = 0;
    boolean cut = false;
    for (int code : codes) {
      int argument = code >>> 3;
      switch (code & 7) {
        case PathTable.NOTHING:
          s.append("~(");
          open++;
          break;
        case PathTable.ROOT:
          root = argument;
          s.append(argument).append('(');
          open++;
          break;
        case PathTable.ROOT_OTHER:
          s.append(argument).append("w(");
          open++;
          break;
        case PathTable.ENTER:
          entered[entries++] = argument;
          if (s.length() > 0 && Character.isDigit(s.charAt(s.length() - 1))) {
            // Behind an output: two numbers would run together.
            s.append(',');
          }
          s.append(argument).append('(');
          open++;
          break;
        case PathTable.EXIT:
          s.append(')');
          open--;
          break;
        case PathTable.OUTPUT:
          outputs[outs++] = argument;
          s.append('>').append(argument);
          break;
        case PathTable.WRITE:
          s.append('!');
          break;
        case PathTable.CUT:
          s.append('\u2026');
          cut = true;
          break;
        default:
          throw new IllegalArgumentException("path code " + code);
      }
    }
    for (; open > 0 && !cut; open--) {
      s.append(')');
    }
    return new PathText(
        s.toString(),
        java.util.Arrays.copyOf(entered, entries),
        java.util.Arrays.copyOf(outputs, outs),
        root);
  }
}
