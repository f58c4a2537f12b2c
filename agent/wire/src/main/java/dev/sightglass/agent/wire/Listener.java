package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.core.JsonWriter;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Reads what the server sends until the connection ends or the server sends something that it must
 * not; then it closes the connection. Types that it does not know are skipped.
 */
final class Listener implements Runnable {
  private final Connection connection;
  private final Outbox outbox;
  private final Blobs blobs;
  private final Commands commands;

  Listener(Connection connection, Outbox outbox, Blobs blobs, Commands commands) {
    this.connection = connection;
    this.outbox = outbox;
    this.blobs = blobs;
    this.commands = commands;
  }

  @Override
  public void run() {
    try {
      while (!connection.isBroken()) {
        handle(connection.read());
      }
    } catch (IOException | BufferUnderflowException e) {
      // The end of this connection, and the writer's business: it makes the next one.
    } finally {
      connection.close();
      outbox.changed();
    }
  }

  private void handle(Frame frame) throws IOException {
    ByteBuffer body = frame.buffer();
    switch (frame.type) {
      case FrameType.ACK:
        outbox.acked(body.getLong(), body.getLong());
        break;
      case FrameType.NACK:
        outbox.nacked(body.getLong(), body.get() & 0xff, System.nanoTime());
        break;
      case FrameType.NEED:
        body.order(ByteOrder.BIG_ENDIAN);
        while (body.remaining() >= Long.BYTES) {
          outbox.needed(body.getLong());
        }
        break;
      case FrameType.PING:
        long received = Clock.micros();
        outbox.answer(
            Frame.longs(FrameType.PONG, body.getLong(), body.getLong(), received, Clock.micros()));
        break;
      case FrameType.HAVE:
        blobs.had(body, System.nanoTime());
        outbox.changed();
        break;
      case FrameType.CONTROL:
        control(frame.text());
        break;
      default:
        break;
    }
  }

  private void control(String text) throws IOException {
    Map<String, Object> members;
    try {
      members = JsonReader.readObject(text);
    } catch (JsonReader.MalformedJsonException e) {
      throw new IOException("the server sent a malformed command", e);
    }
    Object id = members.remove("id");
    Object command = members.remove("command");
    String error = run(String.valueOf(command), members);
    JsonWriter done = new JsonWriter().beginObject();
    done.name("id").value(String.valueOf(id)).name("ok").value(error == null);
    done.name("error").value(error == null ? "" : error);
    outbox.answer(Frame.text(FrameType.DONE, done.endObject().toString()));
  }

  private String run(String command, Map<String, Object> arguments) {
    try {
      return commands.run(command, arguments);
    } catch (RuntimeException e) {
      return "the command failed: " + e.getClass().getName();
    }
  }
}
