package dev.sightglass.agent.core;

/** Decodes an LZ4 block byte by byte, holding the encoder to the rules about its end. */
final class Lz4Decoder {
  private Lz4Decoder() {}

  static byte[] decode(byte[] packed, int length) {
    byte[] out = new byte[length];
    int at = 0;
    ByteReader r = new ByteReader(packed);
    int lastMatchStart = -1;
    while (true) {
      int token = r.u8();
      int literals = length(r, token >> 4);
      System.arraycopy(r.take(literals), 0, out, at, literals);
      at += literals;
      if (!r.hasMore()) {
        if (lastMatchStart >= 0 && (literals < 5 || lastMatchStart > length - 12)) {
          throw new IllegalStateException("the end is not literals");
        }
        break;
      }
      int offset = r.u16();
      if (offset == 0 || offset > at) {
        throw new IllegalStateException("offset " + offset + " at " + at);
      }
      lastMatchStart = at;
      for (int n = length(r, token & 15) + 4; n > 0; n--) {
        out[at] = out[at - offset];
        at++;
      }
    }
    if (at != length) {
      throw new IllegalStateException("gives " + at + " bytes, not " + length);
    }
    return out;
  }

  private static int length(ByteReader r, int nibble) {
    int n = nibble;
    if (nibble == 15) {
      int more;
      do {
        more = r.u8();
        n += more;
      } while (more == 255);
    }
    return n;
  }
}
