package dev.sightglass.agent.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Speaks the server's part of {@code spec/wire.md}, acks everything, and keeps the heads of blocks. */
final class TakingServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Thread accepting;

  final List<BlockHead> blocks = new ArrayList<>();

  /** The blocks as they came. */
  final List<byte[]> raws = new ArrayList<>();

  /** Byte strings by their hash in hex. */
  final Map<String, ByteArrayOutputStream> blobs = new HashMap<>();

  /** All frames that came, one behind the other. */
  final ByteArrayOutputStream everything = new ByteArrayOutputStream();

  /** Bodies of definitions by kind. */
  final Map<Integer, List<String>> definitions = new HashMap<>();

  /** The policy that WELCOME names; JSON, or empty. */
  String policy = "";

  /** Answers to commands. */
  final List<String> dones = new ArrayList<>();

  private Socket agent;

  String hello = "";
  String status = "";
  boolean closedInOrder;
  Throwable failure;

  /** Names no policy. */
  TakingServer() throws IOException {
    this("");
  }

  /** All operators at one level. */
  static TakingServer at(String level) throws IOException {
    return new TakingServer("{\"version\":1,\"rules\":[{\"level\":\"" + level + "\"}]}");
  }

  /**
   * @param policy that WELCOME names; JSON, or empty
   */
  TakingServer(String policy) throws IOException {
    this.policy = policy;
    socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    accepting = new Thread(this::accept, "taking-server");
    accepting.setDaemon(true);
    accepting.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try (Socket s = socket.accept()) {
        serve(s);
      } catch (EOFException e) {
        // The program ended.
      } catch (IOException e) {
        if (!socket.isClosed()) {
          failure = e;
        }
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }
  }

  private void serve(Socket s) throws IOException {
    DataInputStream in = new DataInputStream(s.getInputStream());
    while (true) {
      int length = Integer.reverseBytes(in.readInt());
      int type = in.readUnsignedByte();
      in.skipBytes(3);
      byte[] body = new byte[length - 4];
      in.readFully(body);
      everything.write(body);
      take(s, type, ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private synchronized void take(Socket s, int type, ByteBuffer body) throws IOException {
    switch (type) {
      case 1:
        hello = new String(body.array(), StandardCharsets.UTF_8);
        send(
            s,
            2,
            ("{\"protocol\":1,\"server\":\"test\",\"credit\":1000000000,\"max_block\":8388608,\"blobs\":true,\"now_us\":0"
                    + (policy.isEmpty() ? "" : ",\"policy\":" + policy)
                    + "}")
                .getBytes(StandardCharsets.UTF_8));
        agent = s;
        break;
      case 3:
        while (body.hasRemaining()) {
          int kind = body.get();
          byte[] b = new byte[body.getInt()];
          body.get(b);
          definitions
              .computeIfAbsent(kind, k -> new ArrayList<>())
              .add(new String(b, StandardCharsets.UTF_8));
        }
        break;
      case 5:
        long number = body.getLong();
        byte[] raw = new byte[body.remaining()];
        body.get(raw);
        blocks.add(new BlockHead(raw));
        raws.add(raw);
        send(
            s,
            6,
            ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .putLong(raw.length + 20)
                .array());
        break;
      case 13:
        blob(s, body);
        break;
      case 11:
        dones.add(new String(body.array(), StandardCharsets.UTF_8));
        break;
      case 12:
        closedInOrder = true;
        break;
      case 15:
        status = new String(body.array(), StandardCharsets.UTF_8);
        break;
      default:
        break;
    }
  }

  private void blob(Socket s, ByteBuffer body) throws IOException {
    byte[] hash = new byte[32];
    body.get(hash);
    long size = body.getLong();
    long offset = body.getLong();
    byte[] part = new byte[body.remaining()];
    body.get(part);
    ByteArrayOutputStream all =
        blobs.computeIfAbsent(hex(hash), k -> new ByteArrayOutputStream());
    if (offset == all.size()) {
      all.write(part);
    }
    ByteBuffer have = ByteBuffer.allocate(41).order(ByteOrder.LITTLE_ENDIAN);
    have.put(hash).putLong(all.size()).put((byte) (all.size() == size ? 1 : 0));
    send(s, 14, have.array());
  }

  static String hex(byte[] bytes) {
    StringBuilder s = new StringBuilder();
    for (byte b : bytes) {
      s.append(String.format("%02x", b));
    }
    return s.toString();
  }

  private static void send(Socket s, int type, byte[] body) throws IOException {
    ByteBuffer f = ByteBuffer.allocate(8 + body.length).order(ByteOrder.LITTLE_ENDIAN);
    f.putInt(4 + body.length).putInt(type).put(body);
    s.getOutputStream().write(f.array());
    s.getOutputStream().flush();
  }

  /** Events by kind, from zone 1 of all blocks. */
  synchronized Map<Long, Long> events() {
    Map<Long, Long> sums = new TreeMap<>();
    for (BlockHead b : blocks) {
      for (long[] c : b.counts) {
        sums.merge(c[1], c[2], Long::sum);
      }
    }
    return sums;
  }

  /** Sends a command. */
  synchronized void control(String json) throws IOException {
    send(agent, 10, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Blocks so far. */
  synchronized List<BlockHead> came() {
    return new ArrayList<>(blocks);
  }

  /** Reasons of all gaps. */
  synchronized Set<Long> gapReasons() {
    Set<Long> reasons = new TreeSet<>();
    for (BlockHead b : blocks) {
      for (long[] g : b.gaps) {
        reasons.add(g[1]);
      }
    }
    return reasons;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    socket.close();
    accepting.join(5000);
  }

  static String read(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
