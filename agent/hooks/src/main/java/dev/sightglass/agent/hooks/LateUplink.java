package dev.sightglass.agent.hooks;

import dev.sightglass.agent.core.Block;
import dev.sightglass.agent.core.BlockSink;
import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.hooks.capsule.Keeper;
import dev.sightglass.agent.wire.Blob;
import dev.sightglass.agent.wire.Commands;
import dev.sightglass.agent.wire.Telemetry;
import dev.sightglass.agent.wire.Uplink;
import dev.sightglass.agent.wire.UplinkOptions;

/**
 * Connects when there is a reason to: at once in a process of Flink's cluster, with the first thing
 * recorded in any other, such as a client that got the same Java options.
 */
final class LateUplink implements BlockSink, Keeper {
  private final UplinkOptions options;
  private final Telemetry telemetry;
  private final Commands commands;
  private final Runnable flush;
  private volatile Uplink uplink;

  /**
   * @param flush hands in the last blocks at the end of the process
   */
  LateUplink(UplinkOptions options, Telemetry telemetry, Commands commands, Runnable flush) {
    this.options = options;
    this.telemetry = telemetry;
    this.commands = commands;
    this.flush = flush;
  }

  Uplink connect() {
    Uplink u = uplink;
    if (u == null) {
      synchronized (this) {
        u = uplink;
        if (u == null) {
          u = Uplink.start(options, telemetry, commands);
          u.closeAtShutdown(flush);
          uplink = u;
        }
      }
    }
    return u;
  }

  /** Takes what is kept and not sent. */
  BlockSink lookBack() {
    return new BlockSink() {
      @Override
      public void define(Origin origin, Definition definition) {
        connect().lookBack().define(origin, definition);
      }

      @Override
      public void accept(Block block) {
        connect().lookBack().accept(block);
      }

      @Override
      public void gapped(GapSource gaps) {
        connect().lookBack().gapped(gaps);
      }

      @Override
      public void ended(Origin origin) {
        connect().lookBack().ended(origin);
      }
    };
  }

  /** The connection, or null while there was no reason for one. */
  Uplink connected() {
    return uplink;
  }

  void statusChanged() {
    Uplink u = uplink;
    if (u != null) {
      u.statusChanged();
    }
  }

  @Override
  public boolean keep(Blob blob) {
    return connect().keep(blob);
  }

  @Override
  public boolean wasWelcomed() {
    Uplink u = uplink;
    return u != null && u.wasWelcomed();
  }

  @Override
  public void define(Origin origin, Definition definition) {
    connect().define(origin, definition);
  }

  @Override
  public void accept(Block block) {
    connect().accept(block);
  }

  @Override
  public void gapped(GapSource gaps) {
    connect().gapped(gaps);
  }

  @Override
  public void ended(Origin origin) {
    connect().ended(origin);
  }
}
