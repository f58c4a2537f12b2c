package dev.sightglass.agent.hooks.capsule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.wire.Blob;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.TestFileStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
  @TempDir Path folder;

  private final StateCopies copies = new StateCopies();
  private final List<Blob> kept = new ArrayList<>();

  private final class Taking implements Keeper {
    private final boolean takes;

    Taking(boolean takes) {
      this.takes = takes;
    }

    @Override
    public boolean keep(Blob b) {
      if (takes) {
        kept.add(b);
      }
      return takes;
    }

    @Override
    public boolean wasWelcomed() {
      return true;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hash(String text) throws Exception {
    return Keys.hex(MessageDigest.getInstance("SHA-256").digest(bytes(text)));
  }

  private TestFileStateHandle onDisk(String name, String content) throws Exception {
    Path file = folder.resolve(name);
    Files.write(file, bytes(content));
    return new TestFileStateHandle("file:" + file, bytes(content));
  }

  /** What is told of a snapshot that has these handles; {@code copied} bytes are copied at most. */
  private Map<String, Object> told(long copied, boolean takes, Serializable... handles)
      throws Exception {
    StateFiles files = new StateFiles(copied, copies);
    assertTrue(new Part("handles", () -> handles, files).serialize());
    files.open();
    files.keep(new Taking(takes));
    JsonWriter j = new JsonWriter().beginObject();
    files.tell(j);
    return JsonReader.readObject(j.endObject().toString());
  }

  @Test
  void namesAreToldAndNothingIsCopiedWithoutARule() throws Exception {
    TestFileStateHandle far = new TestFileStateHandle("s3://bucket/chk-1/b", bytes("bb"));
    Map<String, Object> t =
        told(0, true, onDisk("a", "aaa"), far, new PlaceholderStreamStateHandle("s3://bucket/c"));
    assertEquals(
        List.of(List.of("file:" + folder.resolve("a"), 3L), List.of("s3://bucket/chk-1/b", 2L)),
        t.get("files"));
    assertEquals(List.of("s3://bucket/c"), t.get("named"));
    assertTrue(kept.isEmpty());
  }

  @Test
  void copiesAreOfWhereverTheFilesAre() throws Exception {
    TestFileStateHandle near = onDisk("with a space", "aaa");
    TestFileStateHandle far = new TestFileStateHandle("s3://bucket/chk-1/b", bytes("bb"));
    Map<String, Object> t = told(5, true, near, far);
    assertEquals(
        List.of(
            List.of(near.getFilePath(), 3L, hash("aaa")),
            List.of(far.getFilePath(), 2L, hash("bb"))),
        t.get("files"));
    Files.delete(folder.resolve("with a space"));
    assertEquals(2, kept.size());
    assertArrayEquals(bytes("aaa"), kept.get(0).read(0, 3)); // although it was removed
    assertArrayEquals(bytes("bb"), kept.get(1).read(0, 2));
  }

  @Test
  void aCopyThatIsNotThereIsNotTold() throws Exception {
    TestFileStateHandle a = onDisk("a", "aaa");
    List<Object> without = List.of(List.of(a.getFilePath(), 3L));
    assertEquals(without, told(2, true, a).get("files"), "more than the rule allows");
    assertEquals(without, told(9, false, a).get("files"), "no room on the way");
    Files.delete(folder.resolve("a"));
    assertEquals(without, told(9, true, a).get("files"), "it is gone");
    assertTrue(kept.isEmpty());
  }

  @Test
  void anIncrementalSnapshotIsCopiedWhole() throws Exception {
    TestFileStateHandle shared = onDisk("shared", "aaa");
    told(-1, true, shared); // not due, but later ones may need it
    assertTrue(kept.isEmpty());
    String name = folder.resolve("shared").toUri().toString(); // as handles are named
    TestFileStateHandle own = onDisk("own", "bb");
    Map<String, Object> t = told(9, true, own, new PlaceholderStreamStateHandle(name));
    assertEquals(
        List.of(
            List.of(own.getFilePath(), 2L, hash("bb")),
            List.of(shared.getFilePath(), 3L, hash("aaa"))),
        t.get("files"));
    assertEquals(2, kept.size());
    // What was copied once is named again, and not copied again.
    t = told(9, true, new PlaceholderStreamStateHandle(name));
    assertEquals(List.of(List.of(shared.getFilePath(), 3L, hash("aaa"))), t.get("files"));
    assertEquals(2, kept.size());
    assertFalse(t.containsKey("files_cut"));
  }
}
