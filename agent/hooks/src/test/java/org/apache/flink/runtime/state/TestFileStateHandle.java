package org.apache.flink.runtime.state;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Serializable;

/** A handle as Flink's: what is asked of it goes by its members' names. */
public final class TestFileStateHandle implements Serializable {
  private static final long serialVersionUID = 1;

  private final String path;
  private final byte[] content;

  public TestFileStateHandle(String path, byte[] content) {
    this.path = path;
    this.content = content.clone();
  }

  public String getFilePath() {
    return path;
  }

  public long getStateSize() {
    return content.length;
  }

  public InputStream openInputStream() {
    return new ByteArrayInputStream(content);
  }
}
