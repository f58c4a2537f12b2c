package com.example.values;

/** Runs when it is looked at, which nothing may. */
public class Touchy {
  public int seen = 5;
  public Touchy self = this;
  public String lazy;

  public String lazy() {
    return lazy == null ? lazy = "made" : lazy;
  }

  @Override
  public String toString() {
    throw new AssertionError("toString");
  }

  @Override
  public int hashCode() {
    throw new AssertionError("hashCode");
  }

  @Override
  public boolean equals(Object o) {
    throw new AssertionError("equals");
  }
}
