package dev.sightglass.agent.wire;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** One connection: the writer thread writes, the reader thread reads, anyone may close. */
final class Connection implements Closeable {
  private static final int BUFFER = 64 << 10;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private boolean unflushed;
  private volatile boolean broken;

  Connection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
  }

  void write(Frame frame) throws IOException {
    unflushed = true;
    frame.write(out);
  }

  void flush() throws IOException {
    if (unflushed) {
      out.flush();
      unflushed = false;
    }
  }

  Frame read() throws IOException {
    return Frame.read(in);
  }

  boolean isBroken() {
    return broken;
  }

  /** Says that nothing more comes; reads go on until the other side ends too. */
  void finish() throws IOException {
    flush();
    socket.shutdownOutput();
  }

  /** Ends reads and writes, those in progress too. */
  @Override
  public void close() {
    broken = true;
    try {
      socket.close();
    } catch (IOException e) {
      // What matters is that nobody waits for it any more, and closing has done that.
    }
  }
}
