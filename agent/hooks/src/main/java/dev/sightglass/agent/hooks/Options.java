package dev.sightglass.agent.hooks;

import dev.sightglass.agent.core.Codec;
import dev.sightglass.agent.wire.UplinkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The options of {@code -javaagent:sightglass-agent.jar=host:port[,option=value...]}.
 *
 * <table>
 *   <caption>Options</caption>
 *   <tr><td>{@code token-file}</td><td>file whose first line is the token to show to the server; default none</td></tr>
 *   <tr><td>{@code tls}</td><td>{@code auto} (default: on unless the server is this machine), {@code on}, {@code off}</td></tr>
 *   <tr><td>{@code pin}</td><td>SHA-256 of the server's certificate, hex</td></tr>
 *   <tr><td>{@code tls-cert}, {@code tls-key}</td><td>files with the certificate that is shown to the server, and its key, in PEM; default none</td></tr>
 *   <tr><td>{@code memory}</td><td>for what tasks told and is not in blocks yet; default 64m, at least 1m</td></tr>
 *   <tr><td>{@code buffer}</td><td>for blocks that the server has not acked; default 64m, at least 1m</td></tr>
 *   <tr><td>{@code lookback}</td><td>memory for what the policy has kept and not sent; default 32m</td></tr>
 *   <tr><td>{@code lookback-dir}, {@code lookback-disk}</td><td>folder for more of it, and how much; default none, 1g</td></tr>
 *   <tr><td>{@code spill-dir}, {@code spill}</td><td>folder for blocks that wait beyond {@code buffer}, and how much; default none, 1g</td></tr>
 *   <tr><td>{@code codec}</td><td>{@code auto} (default), {@code lz4}, {@code none}</td></tr>
 *   <tr><td>{@code serializers}</td><td>{@code sent} (default), {@code described}</td></tr>
 *   <tr><td>{@code off}</td><td>hooks that stay out, by id</td></tr>
 *   <tr><td>{@code verbose}</td><td>say what is done on standard error</td></tr>
 * </table>
 *
 * An item without {@code =} continues the list of {@code off}.
 */
final class Options {
  private static final long MIN_MEMORY = 1 << 20;
  private static final int MAX_TOKEN = 4096;

  final String host;
  final int port;
  final long memory;
  final Codec codec;

  /** Serializers that a description says too little of are sent themselves. */
  final boolean sendSerializers;

  final Set<String> off;
  final boolean verbose;
  private final UplinkOptions.Tls tls;
  private final String pin;
  private final Path certificate;
  private final Path key;
  private final String token;
  private final long buffer;
  private final long lookBack;
  private final Path lookBackFolder;
  private final long lookBackDisk;
  private final Path spillFolder;
  private final long spill;

  /** An option that cannot be followed; the message names it. */
  static final class BadOption extends Exception {
    private static final long serialVersionUID = 1;

    BadOption(String message) {
      super(message);
    }
  }

  private Options(Parser p) {
    host = p.host;
    port = p.port;
    memory = p.memory;
    codec = p.codec;
    sendSerializers = p.serializers == Serializers.SENT;
    off = p.off;
    verbose = p.verbose;
    tls = p.tls;
    pin = p.pin;
    certificate = p.certificate;
    key = p.key;
    token = p.token;
    buffer = p.buffer;
    lookBack = p.lookBack;
    lookBackFolder = p.lookBackFolder;
    lookBackDisk = p.lookBackDisk;
    spillFolder = p.spillFolder;
    spill = p.spill;
  }

  static Options parse(String arguments) throws BadOption {
    Parser p = new Parser();
    p.parse(arguments == null ? "" : arguments.trim());
    return new Options(p);
  }

  UplinkOptions uplink() {
    UplinkOptions.Builder b = UplinkOptions.to(host, port).tls(tls).bufferBytes(buffer);
    b.lookBackBytes(lookBack);
    if (lookBackFolder != null) {
      b.lookBackFolder(lookBackFolder, lookBackDisk);
    }
    if (spillFolder != null) {
      b.spillFolder(spillFolder, spill);
    }
    if (pin != null) {
      b.pin(pin);
    }
    if (certificate != null) {
      b.certificate(certificate, key);
    }
    if (token != null) {
      b.token(token);
    }
    return b.build();
  }

  /** What is sent of a serializer that a description says too little of. */
  private enum Serializers {
    SENT,
    DESCRIBED
  }

  private static final class Parser {
    private String host;
    private int port;
    private long memory = 64L << 20;
    private long buffer = 64L << 20;
    private long lookBack = 32L << 20;
    private Path lookBackFolder;
    private long lookBackDisk = 1L << 30;
    private Path spillFolder;
    private long spill = 1L << 30;
    private Codec codec = Codec.AUTO;
    private Serializers serializers = Serializers.SENT;
    private UplinkOptions.Tls tls = UplinkOptions.Tls.AUTO;
    private String pin;
    private Path certificate;
    private Path key;
    private String token;
    private boolean verbose;
    private final Set<String> off = new HashSet<>();

    void parse(String arguments) throws BadOption {
      List<String> items = new ArrayList<>(List.of(arguments.split(",")));
      address(items.remove(0).trim());
      String last = "";
      for (String item : items) {
        int eq = item.indexOf('=');
        String name = (eq < 0 ? item : item.substring(0, eq)).trim();
        String value = eq < 0 ? "" : item.substring(eq + 1).trim();
        if (eq < 0 && last.equals("off") && !name.equals("verbose")) {
          off.add(name);
          continue;
        }
        set(name, value);
        last = name;
      }
      if ((certificate == null) != (key == null)) {
        throw new BadOption("tls-cert and tls-key: one is of no use without the other");
      }
    }

    private void address(String s) throws BadOption {
      int colon = s.lastIndexOf(':');
      if (colon <= 0) {
        throw new BadOption("'" + s + "' is not host:port");
      }
      host = s.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      try {
        port = Integer.parseInt(s.substring(colon + 1));
      } catch (NumberFormatException e) {
        port = 0;
      }
      if (port < 1 || port > 65535) {
        throw new BadOption("'" + s + "' has no port between 1 and 65535");
      }
    }

    private void set(String name, String value) throws BadOption {
      switch (name) {
        case "":
          break;
        case "token-file":
          token = token(value);
          break;
        case "tls":
          tls = choice(name, value, UplinkOptions.Tls.class);
          break;
        case "pin":
          pin = pin(value);
          break;
        case "tls-cert":
          certificate = Paths.get(value);
          break;
        case "tls-key":
          key = Paths.get(value);
          break;
        case "memory":
          memory = bytes(name, value);
          break;
        case "buffer":
          buffer = bytes(name, value);
          break;
        case "lookback":
          lookBack = bytes(name, value);
          break;
        case "lookback-dir":
          lookBackFolder = Paths.get(value);
          break;
        case "lookback-disk":
          lookBackDisk = bytes(name, value);
          break;
        case "spill-dir":
          spillFolder = Paths.get(value);
          break;
        case "spill":
          spill = bytes(name, value);
          break;
        case "codec":
          codec = choice(name, value, Codec.class);
          break;
        case "serializers":
          serializers = choice(name, value, Serializers.class);
          break;
        case "off":
          for (String h : value.split("\\+")) {
            off.add(h.trim());
          }
          break;
        case "verbose":
          verbose = value.isEmpty() || value.equals("true");
          break;
        default:
          throw new BadOption("there is no option '" + name + "'");
      }
    }

    private static <E extends Enum<E>> E choice(String name, String value, Class<E> type)
        throws BadOption {
      try {
        return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new BadOption("'" + value + "' is no value for " + name);
      }
    }

    /** The value of a pin is not repeated in messages only because it is long. */
    private static String pin(String value) throws BadOption {
      String digits = value.replace(":", "");
      if (!digits.matches("[0-9a-fA-F]{64}")) {
        throw new BadOption("pin is not a SHA-256 in hex");
      }
      return digits;
    }

    private static long bytes(String name, String value) throws BadOption {
      String v = value.toLowerCase(Locale.ROOT);
      int shift = v.endsWith("k") ? 10 : v.endsWith("m") ? 20 : v.endsWith("g") ? 30 : 0;
      try {
        long n = Long.parseLong(shift == 0 ? v : v.substring(0, v.length() - 1));
        if (n < 0 || n > Long.MAX_VALUE >> shift || n << shift < MIN_MEMORY) {
          throw new BadOption(name + " is less than 1m");
        }
        return n << shift;
      } catch (NumberFormatException e) {
        throw new BadOption("'" + value + "' is no size for " + name);
      }
    }

    private static String token(String file) throws BadOption {
      Path path = Paths.get(file);
      try {
        if (Files.size(path) > MAX_TOKEN) {
          throw new BadOption("token-file " + file + " is too long for a token");
        }
        return Files.readString(path).split("\\R", 2)[0].trim();
      } catch (IOException | RuntimeException e) {
        throw new BadOption("token-file " + file + " cannot be read");
      }
    }
  }
}
