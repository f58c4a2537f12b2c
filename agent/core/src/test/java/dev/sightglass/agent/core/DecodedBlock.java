package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A block as the vectors write it down: {@code spec/vectors/README.md}. */
public final class DecodedBlock {
  public final Map<String, Object> header = new LinkedHashMap<>();
  public final List<Map<String, Object>> sections = new ArrayList<>();
  public final Map<String, List<Object>> zones = new LinkedHashMap<>();
  public final List<Map<String, Object>> rows = new ArrayList<>();

  /** Byte strings of each row as they are; rows have what vectors say of them. */
  final List<Map<String, byte[]>> payloads = new ArrayList<>();

  long headerLong(String name) {
    return (long) header.get(name);
  }

  List<Object> zone(String name) {
    return zones.getOrDefault(name, List.of());
  }
}
