package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.JsonReader;
import java.io.IOException;
import java.util.Map;

/** HELLO and what the server answers. */
final class Handshake {
  private static final long PROTOCOL = 1;

  private Handshake() {}

  /** What the server said. */
  static final class Welcome {
    /** Bytes of blocks that may go out. */
    final long credit;

    /** Whether it keeps blobs. */
    final boolean blobs;

    Welcome(long credit, boolean blobs) {
      this.credit = credit;
      this.blobs = blobs;
    }
  }

  /**
   * Says hello, and carries out what the answer wants.
   *
   * @throws Refusal when it answers REFUSE
   */
  static Welcome run(Connection c, String hello, Commands commands) throws IOException {
    c.write(Frame.text(FrameType.HELLO, hello));
    c.flush();
    Frame answer = c.read();
    if (answer.type == FrameType.REFUSE && answer.body.length > 0) {
      throw new Refusal(answer.body[0] & 0xff);
    }
    if (answer.type != FrameType.WELCOME) {
      throw new IOException("what answers there is no Sightglass server");
    }
    try {
      Map<String, Object> welcome = JsonReader.readObject(answer.text());
      Object credit = welcome.get("credit");
      if (!Long.valueOf(PROTOCOL).equals(welcome.get("protocol")) || !(credit instanceof Long)) {
        throw new IOException("the server's WELCOME is not of this protocol");
      }
      if (welcome.get("policy") != null) {
        commands.run("policy", welcome);
      }
      return new Welcome((long) credit, Boolean.TRUE.equals(welcome.get("blobs")));
    } catch (JsonReader.MalformedJsonException e) {
      throw new IOException("the server's WELCOME is malformed", e);
    }
  }
}
