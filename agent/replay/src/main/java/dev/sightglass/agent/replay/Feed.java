package dev.sightglass.agent.replay;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Steps of a recorded task, as they come over the pipe; {@code spec/replay.md}. One thread. */
final class Feed {
  static final int END = 0;
  static final int ELEMENTS = 1;
  static final int EVENT = 2;
  static final int CALLBACK = 3;
  static final int MAIL = 4;
  static final int NOTIFIED = 5;
  static final int READ = 6;
  static final int OUTSIDE = 7;
  static final int ANSWER = 8;
  static final int COORDINATOR = 9;
  static final int RECORD = 10;
  static final int CHECKPOINT = 11;
  static final int TIMER = 12;
  static final int STATE = 13;
  static final int WRITTEN = 14;
  static final int WAITING = 15;
  static final int TRACE = 16;
  static final int PAUSE = 17;
  static final int AGAIN = 18;
  static final int SNAPSHOT = 19;

  /** Of {@link #RECORD}, in the place of a partition of Kafka: a value of another source. */
  static final int OTHER = -1;

  /** The reader is done with a split. */
  static final int RELEASED = -2;

  /** There is no more input. */
  static final int ENDED = -3;

  /** A legacy source emits a watermark. */
  static final int WATERMARK = -4;

  /** A legacy source says whether it is idle. */
  static final int STATUS = -5;

  /** No step comes before a timer fires. Never in a feed. */
  static final int NOTHING = -1;

  private static final int HELLO = 0x53475231; // SGR1
  private static final int MAX = 1 << 30;

  private final DataInputStream in;
  private boolean peeked;
  private boolean ended;

  // The step at hand.
  int op;
  long invocation;
  int gate;
  int channel;
  int count;
  byte[] bytes;
  byte[] key;
  byte[] value;
  String text;
  String operator;
  long number;
  long number2;
  long time;
  int timeType;
  int epoch;
  boolean outside;
  int source;
  StateChange change;

  /**
   * @throws IOException the pipe does not begin as it should
   */
  Feed(InputStream from) throws IOException {
    in = new DataInputStream(new BufferedInputStream(from, 1 << 18));
    if (in.readInt() != HELLO) {
      throw new IOException("the feed speaks another protocol");
    }
  }

  /** Reads the next step if the last one was taken. The end stays. */
  int peek() throws IOException {
    if (!peeked) {
      try {
        read();
      } catch (EOFException e) {
        throw new IOException("the feed was cut", e);
      }
      peeked = true;
    }
    return op;
  }

  /**
   * Passes over what is left for a task that is over, and takes the step that says where one begins
   * again.
   *
   * @return its folder; null: the feed is over
   */
  String again() throws IOException {
    while (op != AGAIN) {
      try {
        read();
      } catch (EOFException e) {
        return null;
      }
    }
    peeked = false;
    ended = false;
    op = -1;
    return text;
  }

  /** The step at hand is done. */
  void take() {
    peeked = ended;
  }

  private void read() throws IOException {
    op = in.readUnsignedByte();
    switch (op) {
      case END:
        ended = true;
        text = in.readUTF();
        break;
      case ELEMENTS:
        invocation = in.readLong();
        gate = in.readUnsignedShort();
        channel = in.readUnsignedShort();
        count = in.readInt();
        bytes = bytes();
        break;
      case EVENT:
        invocation = in.readLong();
        gate = in.readUnsignedShort();
        channel = in.readUnsignedShort();
        bytes = bytes();
        break;
      case CALLBACK:
        invocation = in.readLong();
        number = in.readLong();
        time = in.readLong();
        text = in.readUTF();
        break;
      case MAIL:
        invocation = in.readLong();
        text = in.readUTF();
        break;
      case AGAIN:
        text = in.readUTF();
        break;
      case NOTIFIED:
        invocation = in.readLong();
        number = in.readLong();
        number2 = in.readUnsignedByte();
        break;
      case ANSWER:
        invocation = in.readLong();
        operator = in.readUTF();
        number = in.readLong();
        text = in.readUTF();
        bytes = bytes();
        break;
      case TRACE:
      case PAUSE:
      case SNAPSHOT:
        invocation = in.readLong();
        number = in.readLong();
        break;
      case COORDINATOR:
        invocation = in.readLong();
        operator = in.readUTF();
        bytes = bytes();
        break;
      case RECORD:
        invocation = in.readLong();
        operator = in.readUTF();
        text = in.readUTF();
        number2 = in.readInt();
        number = in.readLong();
        time = in.readLong();
        timeType = in.readUnsignedByte();
        epoch = in.readInt();
        key = in.readBoolean() ? bytes() : null;
        value = in.readBoolean() ? bytes() : null;
        bytes = bytes();
        break;
      case CHECKPOINT:
        invocation = in.readLong();
        bytes = bytes();
        break;
      case TIMER:
        invocation = in.readLong();
        time = in.readLong();
        outside = in.readBoolean();
        number = in.readLong();
        break;
      case STATE:
        change = stateChange();
        invocation = change.invocation;
        break;
      case WAITING:
        break;
      case WRITTEN:
        bytes = bytes();
        break;
      case OUTSIDE:
        invocation = in.readLong();
        count = in.readInt();
        break;
      case READ:
        invocation = in.readLong();
        source = in.readUnsignedByte();
        outside = in.readBoolean();
        time = in.readLong();
        number = in.readLong();
        number2 = in.readLong();
        bytes = bytes();
        break;
      default:
        throw new IOException("the feed has a step " + op + " that nobody knows");
    }
  }

  private StateChange stateChange() throws IOException {
    StateChange c = new StateChange();
    c.invocation = in.readLong();
    c.number = in.readInt();
    c.clock = in.readLong();
    c.isTimer = in.readBoolean();
    c.action = in.readUnsignedByte();
    c.has = in.readUnsignedByte();
    c.element = in.readInt();
    c.operator = new String(bytes(), StandardCharsets.UTF_8);
    c.state = new String(bytes(), StandardCharsets.UTF_8);
    c.key = bytes();
    c.namespace = bytes();
    return c;
  }

  private byte[] bytes() throws IOException {
    int n = in.readInt();
    if (n < 0 || n > MAX) {
      throw new IOException("the feed has a step of " + n + " bytes");
    }
    byte[] b = new byte[n];
    in.readFully(b);
    return b;
  }
}
