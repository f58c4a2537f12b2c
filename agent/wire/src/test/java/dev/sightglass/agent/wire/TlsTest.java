package dev.sightglass.agent.wire;

import static dev.sightglass.agent.wire.Fixture.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.Keys;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static SSLContext context;
  private static String pin;
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
    pin = Keys.hex(MessageDigest.getInstance("SHA-256").digest(certificate));
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
  void aPinMustBeASum() {
    UplinkOptions.Builder options = UplinkOptions.to("localhost", 1);
    assertThrows(IllegalArgumentException.class, () -> options.pin("abc"));
    assertThrows(IllegalArgumentException.class, () -> options.pin("g".repeat(64)));
  }
}
