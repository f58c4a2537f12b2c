package com.example.values;

/** A long chain. */
public final class Link {
  public Link next;
}
