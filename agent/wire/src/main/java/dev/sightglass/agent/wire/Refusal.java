package dev.sightglass.agent.wire;

import java.io.IOException;

/** The server answered HELLO with REFUSE. */
final class Refusal extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int PROTOCOL = 1;
  private static final int TOKEN = 2;
  private static final int BUSY = 3;

  private final int reason;

  Refusal(int reason) {
    super("the server refused: " + text(reason));
    this.reason = reason;
  }

  /** Whether a person has to change something before it can work. */
  boolean isLasting() {
    return reason == PROTOCOL || reason == TOKEN;
  }

  private static String text(int reason) {
    switch (reason) {
      case PROTOCOL:
        return "it speaks another version of the protocol";
      case TOKEN:
        return "the token is missing or wrong";
      case BUSY:
        return "it is busy";
      default:
        return "reason " + reason;
    }
  }
}
