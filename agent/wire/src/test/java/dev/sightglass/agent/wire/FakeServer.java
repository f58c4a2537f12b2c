package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.core.Keys;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server on a real socket with a behaviour that a test chooses. What it stored outlives it: a new
 * one may be started on the old one's store and port.
 */
final class FakeServer implements Closeable {
  /** What has been acked. */
  static final class Store {
    /** Blocks by {@code recording/attempt/lane/number}. */
    final Map<String, byte[]> blocks = new ConcurrentHashMap<>();

    /** Definition ids. */
    final Map<Long, byte[]> definitions = new ConcurrentHashMap<>();

    /** Bytes of blobs so far, by hash; {@link #complete} names those that are whole. */
    final Map<String, java.io.ByteArrayOutputStream> blobs = new ConcurrentHashMap<>();

    final Map<String, byte[]> complete = new ConcurrentHashMap<>();
    final AtomicInteger pieces = new AtomicInteger();

    final AtomicInteger duplicates = new AtomicInteger();
    final AtomicInteger beforeDefinition = new AtomicInteger();
  }

  /** What a server does with a frame that came. */
  interface Behaviour {
    /** Answers HELLO. */
    default void hello(Peer peer, Map<String, Object> hello) throws IOException {
      peer.welcome(16 << 20);
    }

    /** A piece of a blob came; says whether to answer. */
    default boolean blob(Peer peer, int pieces) throws IOException {
      return true;
    }

    /** Handles one block; by default stores and acks it. */
    default void block(Peer peer, long frame, byte[] block) throws IOException {
      peer.store(block);
      peer.ack(frame, block.length + 16);
    }
  }

  final Store store;
  final List<Map<String, Object>> hellos = new CopyOnWriteArrayList<>();
  final List<Map<String, Object>> statuses = new CopyOnWriteArrayList<>();
  final List<Map<String, Object>> closes = new CopyOnWriteArrayList<>();
  final List<Map<String, Object>> dones = new CopyOnWriteArrayList<>();
  final List<ByteBuffer> pongs = new CopyOnWriteArrayList<>();
  final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  final List<Peer> peers = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final Behaviour behaviour;
  private final Thread acceptor;

  FakeServer(Store store, int port, Behaviour behaviour) throws IOException {
    this(store, listen(port), behaviour);
  }

  FakeServer(Store store, ServerSocket listener, Behaviour behaviour) {
    this.store = store;
    this.behaviour = behaviour;
    this.listener = listener;
    this.acceptor = start("fake-server", this::accept);
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket s = new ServerSocket();
    s.setReuseAddress(true);
    s.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return s;
  }

  int port() {
    return listener.getLocalPort();
  }

  private static Thread start(String name, Runnable run) {
    Thread t = new Thread(run, name);
    t.setDaemon(true);
    t.start();
    return t;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Peer peer = new Peer(listener.accept());
        peers.add(peer);
        start("fake-server-peer", peer::serve);
      } catch (IOException e) {
        // The listener was closed, or a handshake failed: the next accept tells.
      }
    }
  }

  /** Ends at once, as a killed process does. */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      // Until the accept has ended the port is not free.
      acceptor.join();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    for (Peer p : peers) {
      p.cut();
    }
  }

  /** One connection. */
  final class Peer {
    private final Socket socket;
    private final OutputStream out;
    final AtomicLong credit = new AtomicLong();
    final AtomicInteger frames = new AtomicInteger();

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    void cut() throws IOException {
      socket.close();
    }

    private void serve() {
      try (socket) {
        BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
        for (byte[] head = in.readNBytes(8); head.length == 8; head = in.readNBytes(8)) {
          ByteBuffer h = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
          int length = h.getInt() - 4;
          byte[] body = in.readNBytes(length);
          if (body.length < length) {
            return;
          }
          handle(head[4], ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN), length);
        }
      } catch (IOException e) {
        // The agent or the test cut the connection.
      } catch (Throwable e) {
        faults.add(e);
      }
    }

    private void handle(int type, ByteBuffer body, int length) throws Exception {
      if (frames.incrementAndGet() == 1 && type != FrameType.HELLO) {
        throw new IllegalStateException("the first frame is of type " + type);
      }
      switch (type) {
        case FrameType.HELLO:
          hellos.add(json(body));
          behaviour.hello(this, hellos.get(hellos.size() - 1));
          break;
        case FrameType.DEFINE:
          define(body);
          break;
        case FrameType.BLOCK:
          credit.addAndGet(-(length + 8));
          long frame = body.getLong();
          byte[] block = new byte[body.remaining()];
          body.get(block);
          behaviour.block(this, frame, block);
          break;
        case FrameType.BLOB:
          blob(body);
          break;
        case FrameType.STATUS:
          statuses.add(json(body));
          break;
        case FrameType.CLOSE:
          closes.add(json(body));
          break;
        case FrameType.DONE:
          dones.add(json(body));
          break;
        case FrameType.PING:
          send(Frame.longs(FrameType.PONG, body.getLong(), body.getLong(), 1, 2));
          break;
        case FrameType.PONG:
          pongs.add(body);
          break;
        default:
          throw new IllegalStateException("a frame of type " + type);
      }
    }

    private void blob(ByteBuffer body) throws Exception {
      byte[] hash = new byte[32];
      body.get(hash);
      long size = body.getLong();
      long offset = body.getLong();
      byte[] part = new byte[body.remaining()];
      body.get(part);
      String id = Keys.hex(hash);
      java.io.ByteArrayOutputStream all =
          store.blobs.computeIfAbsent(id, k -> new java.io.ByteArrayOutputStream());
      if (part.length > 0 && offset == all.size()) {
        store.pieces.incrementAndGet();
        all.write(part);
      }
      boolean complete = all.size() == size;
      if (complete) {
        store.complete.put(id, all.toByteArray());
      }
      if (behaviour.blob(this, store.pieces.get())) {
        have(hash, all.size(), complete ? 1 : 0);
      }
    }

    void have(byte[] hash, long bytes, int state) throws IOException {
      byte[] b = new byte[41];
      ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).put(hash).putLong(bytes).put((byte) state);
      send(new Frame(FrameType.HAVE, b));
    }

    private Map<String, Object> json(ByteBuffer body) throws Exception {
      return JsonReader.readObject(StandardCharsets.UTF_8.decode(body).toString());
    }

    private void define(ByteBuffer body) {
      while (body.hasRemaining()) {
        int kind = body.get();
        byte[] b = new byte[body.getInt()];
        body.get(b);
        store.definitions.put(Keys.definition(kind, b), b);
      }
    }

    void send(Frame frame) throws IOException {
      synchronized (out) {
        frame.write(out);
        out.flush();
      }
    }

    void raw(byte[] bytes) throws IOException {
      synchronized (out) {
        out.write(bytes);
        out.flush();
      }
    }

    void welcome(long bytes) throws IOException {
      welcome(1, bytes);
    }

    void welcome(int protocol, long bytes) throws IOException {
      credit.set(bytes);
      send(
          Frame.text(
              FrameType.WELCOME,
              "{\"protocol\":"
                  + protocol
                  + ",\"server\":\"fake\",\"credit\":"
                  + bytes
                  + ",\"max_block\":8388608,\"blobs\":true,\"now_us\":1}"));
    }

    void ack(long frame, long more) throws IOException {
      credit.addAndGet(more);
      send(Frame.longs(FrameType.ACK, frame, more));
    }

    void nack(long frame, int reason) throws IOException {
      byte[] body = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN).putLong(frame).array();
      body[8] = (byte) reason;
      send(new Frame(FrameType.NACK, body));
    }

    void need(long id) throws IOException {
      send(new Frame(FrameType.NEED, ByteBuffer.allocate(8).putLong(id).array()));
    }

    void store(byte[] block) {
      for (long id : definitionsOf(block)) {
        if (!store.definitions.containsKey(id)) {
          store.beforeDefinition.incrementAndGet();
        }
      }
      byte[] before = store.blocks.putIfAbsent(identity(block), block);
      if (before != null) {
        store.duplicates.incrementAndGet();
        if (!Arrays.equals(before, block)) {
          throw new IllegalStateException("another block of the same number");
        }
      }
    }
  }

  static String identity(byte[] block) {
    ByteBuffer b = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    return Keys.hex(Arrays.copyOfRange(block, 24, 48)) + "/" + block[17] + "/" + b.getLong(48);
  }

  static int events(byte[] block) {
    return ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getInt(24 + 88);
  }

  /** Zone 10 of a block. */
  static List<Long> definitionsOf(byte[] block) {
    List<Long> ids = new ArrayList<>();
    ByteBuffer value = zone(block, 10);
    while (value != null && value.remaining() >= 8) {
      ids.add(value.getLong());
    }
    return ids;
  }

  /** The value of a zone, or null. */
  static ByteBuffer zone(byte[] block, int type) {
    ByteBuffer b = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    b.limit(24 + b.getInt(8)).position(24 + 96 + 16 * block[16]);
    while (b.hasRemaining()) {
      long found = uv(b);
      int length = (int) uv(b);
      if (found == type) {
        return ByteBuffer.wrap(Arrays.copyOfRange(block, b.position(), b.position() + length));
      }
      b.position(b.position() + length);
    }
    return null;
  }

  static long uv(ByteBuffer b) {
    long v = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = b.get();
      v |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return v;
      }
    }
  }
}
