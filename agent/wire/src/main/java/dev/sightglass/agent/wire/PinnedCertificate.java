package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Keys;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts the one certificate whose SHA-256 is known, whoever signed it and whatever its names are.
 */
final class PinnedCertificate extends X509ExtendedTrustManager {
  private final String pin;

  /**
   * @param pin SHA-256 of the certificate's DER bytes, lower-case hex
   */
  PinnedCertificate(String pin) {
    this.pin = pin;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
      if (!Keys.hex(sum).equals(pin)) {
        throw new CertificateException("the server's certificate is not the pinned one");
      }
    } catch (NoSuchAlgorithmException e) {
      throw new CertificateException("checking the pinned certificate", e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("this side is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("this side is no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("this side is no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
