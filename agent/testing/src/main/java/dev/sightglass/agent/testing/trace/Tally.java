package dev.sightglass.agent.testing.trace;

/** A value that can be changed in place. */
public class Tally {
  public long n;
  public long sum;

  public Tally() {}

  Tally(long n, long sum) {
    this.n = n;
    this.sum = sum;
  }

  @Override
  public String toString() {
    return n + ":" + sum;
  }
}
