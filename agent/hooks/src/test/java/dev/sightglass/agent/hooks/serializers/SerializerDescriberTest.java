package dev.sightglass.agent.hooks.serializers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Flink's own serializers become is tried by the oracle; here is what a job's own become. */
class SerializerDescriberTest {
  /** A serializer of a job. */
  static class Own implements Serializable {
    private final byte[] state;

    Own(int size) {
      state = new byte[size];
      for (int i = 0; i < size; i++) {
        state[i] = (byte) (i * 31 ^ i >> 3);
      }
    }
  }

  /** One that cannot be written. */
  static class Stuck extends Own {
    private final Object thread = new Object();

    Stuck() {
      super(1);
    }
  }

  private static final Secrets SECRETS = new Secrets(name -> false, List.of());

  /** One that holds what nobody else may know. */
  static class Keyed extends Own {
    private final String password = "hunter-2-and-more";

    Keyed() {
      super(1);
    }
  }

  @BeforeEach
  void ship() {
    SerializerDescriber.ship(() -> SECRETS);
  }

  @AfterEach
  void shipNothing() {
    SerializerDescriber.ship(() -> null);
  }

  private static Map<String, Object> describe(Object serializer) throws Exception {
    return JsonReader.readObject(SerializerDescriber.describe(serializer, null));
  }

  @Test
  void ownSerializersAreSentAlong() throws Exception {
    Map<String, Object> d = describe(new Own(10));
    assertEquals("opaque", d.get("t"));
    assertEquals(Own.class.getName(), d.get("class"));
    List<?> objects = (List<?>) d.get("objects");
    assertEquals(0, ((Number) d.get("object")).intValue());
    byte[] packed = Base64.getDecoder().decode((String) objects.get(0));
    try (ObjectInputStream in =
        new ObjectInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)))) {
      assertEquals(10, assertInstanceOf(Own.class, in.readObject()).state.length);
    }
  }

  @Test
  void whatIsTooLargeOrCannotBeWrittenIsLeftOut() throws Exception {
    assertTrue(describe(new Own(ShippedSerializers.MOST_EACH / 2)).containsKey("object"));
    for (Object s :
        new Object[] {new Own(ShippedSerializers.MOST_EACH), new Stuck(), new Object()}) {
      Map<String, Object> d = describe(s);
      assertEquals("opaque", d.get("t"));
      assertFalse(d.containsKey("object") || d.containsKey("objects"), s.getClass().getName());
    }
  }

  @Test
  void nothingIsSentBeforeItIsSaidWhatIsSecret() throws Exception {
    SerializerDescriber.ship(() -> null);
    assertFalse(describe(new Own(10)).containsKey("objects"));
  }

  @Test
  void secretsAreNotSent() throws Exception {
    byte[] packed =
        Base64.getDecoder()
            .decode((String) ((List<?>) describe(new Keyed()).get("objects")).get(0));
    byte[] form = new InflaterInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    String text = new String(form, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("Keyed") && !text.contains("hunter-2"), text);
  }

  @Test
  void listsCarryTheSerializersOfTheirElements() throws Exception {
    Map<String, Object> d = JsonReader.readObject(SerializerDescriber.describeList(new Own(10)));
    assertEquals("list", d.get("t"));
    assertEquals(1, ((List<?>) d.get("objects")).size());
    assertFalse(((Map<?, ?>) d.get("e")).containsKey("objects"));
  }

  @Test
  void equalOnesAreHeldOnceAndAllOfThemAreBounded() {
    ShippedSerializers held = new ShippedSerializers();
    assertEquals(0, held.add(new Own(10), SECRETS));
    assertEquals(0, held.add(new Own(10), SECRETS));
    assertEquals(1, held.add(new Own(11), SECRETS));
    int sent = 2;
    for (int i = 0; i < 1000 && held.add(new Own(60_000 - i), SECRETS) >= 0; i++) {
      sent++;
    }
    assertTrue(sent > 3 && sent < 1000, sent + " were held");
    assertEquals(-1, held.add(new Own(40_000), SECRETS));
  }

  @Test
  void nothingIsNoSerializer() throws Exception {
    assertEquals("no serializer", describe(null).get("why"));
  }
}
