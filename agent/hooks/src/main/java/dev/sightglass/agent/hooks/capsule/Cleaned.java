package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.hooks.secrets.StreamCleaner;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Takes secrets out of serialized parts, and looks for what was found in one also in the others.
 */
final class Cleaned {
  /** A secret that is shorter, or only letters of one case, may be a word of everybody's. */
  private static final int SHORTEST = 8;

  private final Secrets secrets;
  private final Set<String> hidden = new LinkedHashSet<>();
  private final Set<String> values = new LinkedHashSet<>();

  Cleaned(Secrets secrets) {
    this.secrets = secrets;
  }

  /** Names under which something was taken out. */
  Set<String> hidden() {
    return hidden;
  }

  /** Cleans the forms of parts; one that cannot be followed loses its bytes. */
  void clean(Collection<Part> parts) {
    for (Part p : parts) {
      if (p.bytes != null) {
        try {
          p.bytes = StreamCleaner.clean(p.bytes, secrets, hidden, values);
        } catch (StreamCleaner.NotCleanable e) {
          p.bytes = null;
          p.reason = "it cannot be searched for secrets: " + e.getMessage();
        }
      }
    }
    for (String v : values) {
      if (isTelling(v)) {
        for (Part p : parts) {
          if (p.bytes != null) {
            p.bytes = erase(p.bytes, v.getBytes(StandardCharsets.UTF_8));
            p.bytes = erase(p.bytes, v.getBytes(StandardCharsets.UTF_16BE));
          }
        }
      }
    }
  }

  private static boolean isTelling(String v) {
    boolean other = false;
    boolean upper = false;
    boolean lower = false;
    for (int i = 0; i < v.length(); i++) {
      char c = v.charAt(i);
      upper |= Character.isUpperCase(c);
      lower |= Character.isLowerCase(c);
      other |= !Character.isLetter(c) && c != '.' && c != '-' && c != '_';
    }
    return v.length() >= SHORTEST && (other || upper && lower);
  }

  /** The bytes with asterisks in each place of {@code what}: lengths within stay right. */
  private byte[] erase(byte[] in, byte[] what) {
    byte[] out = in;
    for (int i = 0; i <= in.length - what.length; i++) {
      if (in[i] == what[0] && matches(in, i, what)) {
        if (out == in) {
          out = in.clone();
        }
        java.util.Arrays.fill(out, i, i + what.length, (byte) '*');
        i += what.length - 1;
        hidden.add("a secret in another place");
      }
    }
    return out;
  }

  private static boolean matches(byte[] in, int at, byte[] what) {
    for (int i = 1; i < what.length; i++) {
      if (in[at + i] != what[i]) {
        return false;
      }
    }
    return true;
  }
}
