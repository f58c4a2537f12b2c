package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A row of a block as the strict decoder of the tests reads it, for tests of other modules. */
public final class BlockRow {
  private final Map<String, Object> members;
  private final Map<String, byte[]> bytes;

  private BlockRow(Map<String, Object> members, Map<String, byte[]> bytes) {
    this.members = members;
    this.bytes = bytes;
  }

  /** All rows of a block. */
  public static List<BlockRow> of(byte[] block) {
    DecodedBlock d = BlockDecoder.decode(block);
    List<BlockRow> rows = new ArrayList<>();
    for (int i = 0; i < d.rows.size(); i++) {
      rows.add(new BlockRow(d.rows.get(i), d.payloads.get(i)));
    }
    return rows;
  }

  /** A number; 0 when it is not there. */
  public long number(String name) {
    Object v = members.get(name);
    return v == null ? 0 : (Long) v;
  }

  /** A text, such as the id of a definition; empty when it is not there. */
  public String text(String name) {
    Object v = members.get(name);
    return v == null ? "" : (String) v;
  }

  /** A member of the channel of a row of lane det. */
  public Object channel(String name) {
    return ((Map<?, ?>) members.get("channel")).get(name);
  }

  /** A byte string, or null. */
  public byte[] bytes(String name) {
    return bytes.get(name);
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  @Override
  public String toString() {
    return members.toString();
  }
}
