package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.GapReason;

/** Why the server did not take a block: {@code spec/wire.md}. Wire format. */
final class NackReason {
  static final int CHECKSUM = 1;
  static final int VERSION = 2;
  static final int TOO_LARGE = 3;
  static final int QUOTA = 4;
  static final int DISK = 5;
  static final int MALFORMED = 6;

  private NackReason() {}

  /** Whether the same block may be taken later. */
  static boolean isTransient(int reason) {
    return reason == QUOTA || reason == DISK;
  }

  /** The gap that a block leaves which is given up. */
  static int gap(int reason) {
    switch (reason) {
      case CHECKSUM:
        return GapReason.CHECKSUM;
      case TOO_LARGE:
        return GapReason.PAYLOAD_OVER_LIMIT;
      default:
        return GapReason.AGENT_FAULT;
    }
  }

  static String text(int reason) {
    switch (reason) {
      case CHECKSUM:
        return "the block's checksum was wrong at the server, three times";
      case VERSION:
        return "the server does not know this version of the block format";
      case TOO_LARGE:
        return "the block was too large for the server";
      default:
        return "the server found the block malformed";
    }
  }
}
