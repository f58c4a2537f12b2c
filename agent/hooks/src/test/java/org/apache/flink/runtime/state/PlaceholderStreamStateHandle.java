package org.apache.flink.runtime.state;

import java.io.Serializable;

/** What stands for a file of an earlier snapshot, as Flink's. */
public final class PlaceholderStreamStateHandle implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;

  public PlaceholderStreamStateHandle(String name) {
    this.name = name;
  }

  /** The id, which is this object as well. */
  public PlaceholderStreamStateHandle getStreamStateHandleID() {
    return this;
  }

  public String getKeyString() {
    return name;
  }
}
