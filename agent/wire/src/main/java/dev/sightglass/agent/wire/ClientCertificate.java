package dev.sightglass.agent.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** Reads what this side shows to a server that asks for a certificate. */
final class ClientCertificate {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private ClientCertificate() {}

  /**
   * Managers that show the chain of a PEM file, with its key from another.
   *
   * @throws IOException when a file cannot be read or holds something else; no message has a part
   *     of the key
   */
  static KeyManager[] managers(Path chain, Path key) throws IOException {
    try {
      Certificate[] certificates = certificates(chain);
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      char[] none = new char[0]; // the store never leaves this method
      store.setKeyEntry(
          "agent", key(key, certificates[0].getPublicKey().getAlgorithm()), none, certificates);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, none);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificate " + chain + " and the key " + key + " do not go together", e);
    }
  }

  private static Certificate[] certificates(Path file) throws IOException {
    try {
      Certificate[] all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
              .toArray(new Certificate[0]);
      if (all.length > 0) {
        return all;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("tls-cert " + file + " is no certificate in PEM", e);
    }
    throw new IOException("tls-cert " + file + " holds no certificate");
  }

  private static PrivateKey key(Path file, String algorithm) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(
          "tls-key " + file + " has no BEGIN PRIVATE KEY: openssl pkcs8 -topk8 -nocrypt makes it");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The cause may quote what it could not read.
      throw new IOException("tls-key " + file + " is no " + algorithm + " key in PEM");
    }
  }
}
