package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FeedTest {
  private static void mail(DataOutputStream out, long invocation) throws IOException {
    out.writeByte(Feed.MAIL);
    out.writeLong(invocation);
    out.writeUTF("a mail");
  }

  /** A task that threw leaves steps behind, the end among them; the next one has its own. */
  @Test
  void whatIsLeftOfATaskIsNotGivenToTheNextOne() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0x53475231);
    mail(out, 1);
    mail(out, 2);
    out.writeByte(Feed.END);
    out.writeUTF("the recording ends");
    out.writeByte(Feed.AGAIN);
    out.writeUTF("1");
    mail(out, 11);
    mail(out, 12);
    Feed feed = new Feed(new ByteArrayInputStream(bytes.toByteArray()));
    assertEquals(Feed.MAIL, feed.peek());
    feed.take();
    assertEquals("1", feed.again());
    for (long invocation = 11; invocation <= 12; invocation++) {
      assertEquals(Feed.MAIL, feed.peek());
      assertEquals(invocation, feed.invocation);
      feed.take();
    }
    assertNull(feed.again());
  }
}
