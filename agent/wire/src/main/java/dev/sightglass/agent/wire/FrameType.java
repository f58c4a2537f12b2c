package dev.sightglass.agent.wire;

/** Types of frames: {@code spec/wire.md}. Wire format. */
final class FrameType {
  static final int HELLO = 1;
  static final int WELCOME = 2;
  static final int DEFINE = 3;
  static final int NEED = 4;
  static final int BLOCK = 5;
  static final int ACK = 6;
  static final int NACK = 7;
  static final int PING = 8;
  static final int PONG = 9;
  static final int CONTROL = 10;
  static final int DONE = 11;
  static final int CLOSE = 12;
  static final int BLOB = 13;
  static final int HAVE = 14;
  static final int STATUS = 15;
  static final int REFUSE = 16;

  private FrameType() {}
}
