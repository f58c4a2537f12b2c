package dev.sightglass.agent.wire;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Where the server is and what may be spent on reaching it. Immutable; made by a {@link Builder}.
 */
public final class UplinkOptions {
  /** Whether the connection is encrypted. */
  public enum Tls {
    /** Unless the server is this machine. */
    AUTO,
    ON,
    OFF
  }

  final String host;
  final int port;
  final Tls tls;
  final String pin;
  final Path certificate;
  final Path key;
  final String token;
  final long bufferBytes;
  final long lookBackBytes;
  final Path lookBackFolder;
  final long lookBackDisk;
  final Path spillFolder;
  final long spillBytes;
  final Consumer<String> report;

  private UplinkOptions(Builder b) {
    this.host = b.host;
    this.port = b.port;
    this.tls = b.tls;
    this.pin = b.pin;
    this.certificate = b.certificate;
    this.key = b.key;
    this.token = b.token;
    this.bufferBytes = b.bufferBytes;
    this.lookBackBytes = b.lookBackBytes;
    this.lookBackFolder = b.lookBackFolder;
    this.lookBackDisk = b.lookBackDisk;
    this.spillFolder = b.spillFolder;
    this.spillBytes = b.spillBytes;
    this.report = b.report;
  }

  /** Options for the server at {@code host:port}. */
  public static Builder to(String host, int port) {
    return new Builder(host, port);
  }

  /** Collects options. */
  public static final class Builder {
    private static final int PIN_DIGITS = 64;

    private final String host;
    private final int port;
    private Tls tls = Tls.AUTO;
    private String pin;
    private Path certificate;
    private Path key;
    private String token;
    private long bufferBytes = 64L << 20;
    private long lookBackBytes = 32L << 20;
    private Path lookBackFolder;
    private long lookBackDisk;
    private Path spillFolder;
    private long spillBytes;
    private Consumer<String> report = line -> System.err.println("[sightglass] " + line);

    private Builder(String host, int port) {
      this.host = Objects.requireNonNull(host, "host");
      this.port = port;
    }

    /** Default: {@link Tls#AUTO}. */
    public Builder tls(Tls tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /**
     * SHA-256 of the server's certificate, 64 hex digits with or without colons. Default: the
     * certificates that the JVM trusts.
     *
     * @throws IllegalArgumentException when it is something else
     */
    public Builder pin(String sha256) {
      String digits = sha256.replace(":", "").trim().toLowerCase(Locale.ROOT);
      if (digits.length() != PIN_DIGITS || !digits.matches("[0-9a-f]+")) {
        throw new IllegalArgumentException("pin is not a SHA-256 in hex");
      }
      this.pin = digits;
      return this;
    }

    /**
     * Certificate chain and key (PKCS #8) in PEM, shown to a server that asks for one. They are
     * read at every connection, so that a renewed pair is taken up by the next. Default: none.
     */
    public Builder certificate(Path chain, Path key) {
      this.certificate = Objects.requireNonNull(chain, "chain");
      this.key = Objects.requireNonNull(key, "key");
      return this;
    }

    /** Shown to the server. Default: none. */
    public Builder token(String token) {
      this.token = token;
      return this;
    }

    /** Memory for blocks that are not acked, bytes. Default 64 MiB; at least 1 MiB. */
    public Builder bufferBytes(long bytes) {
      this.bufferBytes = Math.max(bytes, 1L << 20);
      return this;
    }

    /** Memory for what is kept and not sent, bytes. Default 32 MiB. */
    public Builder lookBackBytes(long bytes) {
      this.lookBackBytes = bytes;
      return this;
    }

    /** Folder for what is kept beyond that, and how many bytes. Default: none. */
    public Builder lookBackFolder(Path folder, long bytes) {
      this.lookBackFolder = folder;
      this.lookBackDisk = bytes;
      return this;
    }

    /** Folder for blocks that wait beyond their memory, and how many bytes. Default: none. */
    public Builder spillFolder(Path folder, long bytes) {
      this.spillFolder = folder;
      this.spillBytes = bytes;
      return this;
    }

    /** Takes the few lines that a person should see. Default: standard error. */
    public Builder report(Consumer<String> report) {
      this.report = Objects.requireNonNull(report, "report");
      return this;
    }

    public UplinkOptions build() {
      return new UplinkOptions(this);
    }
  }
}
