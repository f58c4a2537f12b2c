package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sightglass.agent.core.JsonReader.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void whatIsWrittenIsRead() throws MalformedJsonException {
    String odd = "quote\" back\\slash \n\t\u0000\u007f é 漢 \ud83d\ude00";
    JsonWriter w = new JsonWriter().beginObject();
    w.name("text").value(odd).name("none").value((String) null);
    w.name("most").value(Long.MAX_VALUE).name("least").value(Long.MIN_VALUE);
    w.name("list").beginArray().value(true).beginObject().endObject().value(0).endArray();
    w.name("raw").raw("[1,2]").endObject();
    Map<String, Object> m = JsonReader.readObject(new String(w.toBytes(), StandardCharsets.UTF_8));
    assertEquals(odd, m.get("text"));
    assertEquals(true, m.containsKey("none") && m.get("none") == null);
    assertEquals(Long.MAX_VALUE, m.get("most"));
    assertEquals(Long.MIN_VALUE, m.get("least"));
    assertEquals(Arrays.asList(true, Map.of(), 0L), m.get("list"));
    assertEquals(List.of(1L, 2L), m.get("raw"));
  }

  @Test
  void aLoneSurrogateSurvives() throws MalformedJsonException {
    for (String s : new String[] {"\ud83d", "\ude00x", "a\ud83db"}) {
      byte[] bytes = new JsonWriter().value(s).toBytes();
      assertEquals(s, JsonReader.read(new String(bytes, StandardCharsets.UTF_8)));
    }
  }

  @Test
  void numbers() throws MalformedJsonException {
    assertEquals(1.5, JsonReader.read(" 1.5 "));
    assertEquals(-2e3, JsonReader.read("-2e3"));
    assertEquals(1e30, JsonReader.read("1000000000000000000000000000000"));
    assertEquals(9.3e18, JsonReader.read("9300000000000000000"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[",
        "[1",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "tru",
        "nulll",
        "01",
        "-",
        "1.",
        "1e",
        "+1",
        ".5",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "1 2",
        "[1 2]",
        "NaN",
        "'a'"
      })
  void malformedTextIsSaidToBeSo(String text) {
    assertThrows(MalformedJsonException.class, () -> JsonReader.read(text));
  }

  @Test
  void nestingIsBounded() throws MalformedJsonException {
    assertEquals(1, ((List<?>) JsonReader.read("[".repeat(32) + "]".repeat(32))).size());
    assertThrows(MalformedJsonException.class, () -> JsonReader.read("[".repeat(100_000)));
    assertThrows(MalformedJsonException.class, () -> JsonReader.read("{\"a\":".repeat(100_000)));
    assertThrows(MalformedJsonException.class, () -> JsonReader.readObject("[]"));
  }

  @Test
  void hostileTextNeverDoesMoreThanFail() {
    Random random = new Random(5);
    String alphabet = "{}[]\",:\\u0123456789-+.eEtruefalsn \u0001é";
    int failures = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder s = new StringBuilder(i % 2 == 0 ? "{\"a\":" : "");
      for (int n = random.nextInt(12); n > 0; n--) {
        s.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        JsonReader.read(s.toString());
      } catch (MalformedJsonException e) {
        failures++;
      }
    }
    assertEquals(true, failures > 10_000);
  }
}
