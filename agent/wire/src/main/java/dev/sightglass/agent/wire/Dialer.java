package dev.sightglass.agent.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Opens sockets to the server, encrypted or not. */
final class Dialer {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int SILENCE_MILLIS = 30_000;
  private static final String PROTOCOL = "sightglass/1";

  private final UplinkOptions options;

  Dialer(UplinkOptions options) {
    this.options = options;
  }

  /** A connected socket whose reads fail after 30 s of silence. */
  Socket dial() throws IOException {
    InetAddress address = InetAddress.getByName(options.host);
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.connect(new InetSocketAddress(address, options.port), CONNECT_MILLIS);
      return encrypted(address) ? encrypt(socket) : socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private boolean encrypted(InetAddress address) {
    switch (options.tls) {
      case ON:
        return true;
      case OFF:
        return false;
      default:
        return !address.isLoopbackAddress();
    }
  }

  private Socket encrypt(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            context().getSocketFactory().createSocket(plain, options.host, options.port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {PROTOCOL});
    if (options.pin == null) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    if (!PROTOCOL.equals(socket.getApplicationProtocol())) {
      throw new IOException("what answers there does not speak " + PROTOCOL);
    }
    return socket;
  }

  private SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager[] trust =
          options.pin == null ? null : new TrustManager[] {new PinnedCertificate(options.pin)};
      KeyManager[] keys =
          options.certificate == null
              ? null
              : ClientCertificate.managers(options.certificate, options.key);
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("setting up TLS: " + e.getMessage(), e);
    }
  }
}
