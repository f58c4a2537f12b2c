package com.example.values;

import java.util.ArrayList;
import java.util.Iterator;

/** A collection of a job's own: its iterator is the job's code. */
public final class Own extends ArrayList<String> {
  private final String inside = "x";

  @Override
  public Iterator<String> iterator() {
    throw new AssertionError("iterator " + inside);
  }
}
