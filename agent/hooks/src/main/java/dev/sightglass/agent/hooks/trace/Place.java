package dev.sightglass.agent.hooks.trace;

/**
 * Key, namespace and map key of an access: their bytes lie one behind the other in the encoder.
 * Lengths are -1 where there is none and -2 where it could not be written.
 */
final class Place {
  int from;
  int key;
  int namespace;
  int mapKey;
  int hash;

  int length() {
    return Math.max(key, 0) + Math.max(namespace, 0) + Math.max(mapKey, 0);
  }

  /** All of it could be written. */
  boolean isKnown() {
    return key != Encoder.WITHHELD && namespace != Encoder.WITHHELD && mapKey != Encoder.WITHHELD;
  }

  void hash(byte[] data) {
    int h = key * 31 + mapKey;
    for (int i = from, end = from + length(); i < end; i++) {
      h = h * 31 + data[i];
    }
    hash = h;
  }
}
