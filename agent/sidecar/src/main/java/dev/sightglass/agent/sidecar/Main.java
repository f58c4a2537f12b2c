package dev.sightglass.agent.sidecar;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;

/** Answers questions on standard input until it ends. The arguments are jars. */
public final class Main {
  static final byte[] HELLO = {'S', 'G', 'S', '1'};
  private static final int MOST_BYTES = 64 << 20;

  /** Serializers of jobs may be nested deeply, and so may values. */
  private static final long STACK = 16 << 20;

  private Main() {}

  /** Never returns before standard input ends. */
  public static void main(String[] jars) throws InterruptedException {
    InputStream in = new FileInputStream(FileDescriptor.in);
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    // What a job's class prints must not get into an answer, and it must not eat a question.
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true));
    System.setErr(System.out);
    System.setIn(InputStream.nullInputStream());
    Thread.UncaughtExceptionHandler end = (t, e) -> Runtime.getRuntime().halt(1);
    Thread answers =
        new Thread(
            null,
            () -> {
              try {
                serve(new Decoding(loader(jars)), in, out);
              } catch (IOException e) {
                // the server is gone
              }
              Runtime.getRuntime().halt(0); // whatever threads jobs' classes started
            },
            "answers",
            STACK);
    answers.setUncaughtExceptionHandler(end);
    answers.start();
    answers.join();
  }

  static void serve(Decoding decoding, InputStream from, OutputStream to) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from, 1 << 16));
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to, 1 << 16));
    out.write(HELLO);
    out.flush();
    while (true) {
      byte[] object;
      try {
        object = block(in);
      } catch (EOFException e) {
        return;
      }
      byte[] answer = decoding.answer(object, block(in));
      out.writeInt(answer.length);
      out.write(answer);
      out.flush();
    }
  }

  private static byte[] block(DataInputStream in) throws IOException {
    int n = in.readInt();
    if (n < 0 || n > MOST_BYTES) {
      throw new IOException(n + " bytes");
    }
    byte[] b = new byte[n];
    in.readFully(b);
    return b;
  }

  /** Jobs' classes see the JDK and the jars, nothing of the sidecar. */
  private static ClassLoader loader(String[] jars) {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      try {
        urls[i] = new File(jars[i]).toURI().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException(jars[i], e);
      }
    }
    return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
  }
}
