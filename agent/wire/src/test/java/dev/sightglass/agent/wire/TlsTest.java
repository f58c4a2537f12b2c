package dev.sightglass.agent.wire;

import static dev.sightglass.agent.wire.Fixture.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.Keys;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static SSLContext context;
  private static SSLContext trusting; // asks agents for a certificate
  private static String pin;
  private static Path chain;
  private static Path key;
  private final FakeServer.Store store = new FakeServer.Store();

  @BeforeAll
  static void makeCertificate(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "server",
                "-dname",
                "CN=somewhere.else",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, keytool.exitValue());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    byte[] certificate = keys.getCertificate("server").getEncoded();
    // The same pair serves as the agent's own: it signed itself, so it is its own authority.
    trusting = SSLContext.getInstance("TLS");
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    authorities.setCertificateEntry("agents", keys.getCertificate("server"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(authorities);
    trusting.init(factory.getKeyManagers(), trust.getTrustManagers(), null);
    chain = pem(dir.resolve("agent.pem"), "CERTIFICATE", certificate);
    key =
        pem(
            dir.resolve("agent-key.pem"),
            "PRIVATE KEY",
            keys.getKey("server", PASSWORD).getEncoded());
    pin = Keys.hex(MessageDigest.getInstance("SHA-256").digest(certificate));
  }

  private static Path pem(Path file, String kind, byte[] der) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }

  private FakeServer asking() throws Exception {
    SSLServerSocket listener =
        (SSLServerSocket)
            trusting
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"sightglass/1"});
    parameters.setNeedClientAuth(true);
    listener.setSSLParameters(parameters);
    return new FakeServer(store, listener, new FakeServer.Behaviour() {});
  }

  private FakeServer server(String protocol) throws Exception {
    SSLServerSocket listener =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    listener.setSSLParameters(parameters);
    return new FakeServer(store, listener, new FakeServer.Behaviour() {});
  }

  private static UplinkOptions.Builder encrypted(FakeServer server) {
    return Fixture.to(server).tls(UplinkOptions.Tls.ON);
  }

  @Test
  void aPinnedCertificateIsTrusted() throws Exception {
    String colons = pin.toUpperCase(Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
    try (FakeServer server = server("sightglass/1");
        Fixture f = new Fixture(encrypted(server).pin(colons))) {
      f.block(1_000);
      eventually("the block", () -> store.blocks.size() == 1);
    }
  }

  @Test
  void anotherCertificateIsNot() throws Exception {
    String other = (pin.charAt(0) == '0' ? '1' : '0') + pin.substring(1);
    try (FakeServer server = server("sightglass/1");
        Fixture f = new Fixture(encrypted(server).pin(other))) {
      eventually("a report", () -> !f.reports.isEmpty());
      assertTrue(f.reports.get(0).contains("not the pinned one"), f.reports.get(0));
      assertEquals(0, server.hellos.size());
    }
  }

  @Test
  void aStrangerIsNotTrustedWithoutAPin() throws Exception {
    try (FakeServer server = server("sightglass/1");
        Fixture f = new Fixture(encrypted(server))) {
      eventually("a report", () -> !f.reports.isEmpty());
      assertTrue(f.reports.get(0).contains("SSL"), f.reports.get(0));
      assertEquals(0, server.hellos.size());
    }
  }

  @Test
  void anotherApplicationProtocolIsNotSpokenWith() throws Exception {
    try (FakeServer server = server("h2");
        Fixture f = new Fixture(encrypted(server).pin(pin))) {
      eventually("a report", () -> !f.reports.isEmpty());
      assertEquals(0, server.hellos.size());
    }
  }

  @Test
  void aCertificateIsShownToAServerThatAsks() throws Exception {
    try (FakeServer server = asking();
        Fixture f = new Fixture(encrypted(server).pin(pin).certificate(chain, key))) {
      f.block(1_000);
      eventually("the block", () -> store.blocks.size() == 1);
    }
  }

  @Test
  void withoutOneSuchAServerIsNotSpokenWith() throws Exception {
    try (FakeServer server = asking();
        Fixture f = new Fixture(encrypted(server).pin(pin))) {
      eventually("a report", () -> !f.reports.isEmpty());
      assertEquals(0, server.hellos.size());
    }
  }

  @Test
  void aPairThatCannotBeUsedIsNamedWithoutTheKey(@TempDir Path dir) throws Exception {
    Path none = Files.writeString(dir.resolve("none.pem"), "secret-of-mine");
    Path broken =
        Files.writeString(
            dir.resolve("broken.pem"),
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LW9mLW1pbmU=\n-----END PRIVATE KEY-----\n");
    for (Path[] pair : new Path[][] {{chain, none}, {chain, broken}, {none, key}}) {
      IOException e =
          assertThrows(IOException.class, () -> ClientCertificate.managers(pair[0], pair[1]));
      assertTrue(e.getMessage().contains(dir.toString()), e.getMessage());
      assertFalse(e.getMessage().contains("secret"), e.getMessage());
      assertFalse(e.getMessage().contains("c2Vj"), e.getMessage());
    }
  }

  @Test
  void aPinMustBeASum() {
    UplinkOptions.Builder options = UplinkOptions.to("localhost", 1);
    assertThrows(IllegalArgumentException.class, () -> options.pin("abc"));
    assertThrows(IllegalArgumentException.class, () -> options.pin("g".repeat(64)));
  }
}
