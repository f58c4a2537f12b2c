package dev.sightglass.avro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/**
 * Says what Avro's own Java says of schemas, as Confluent's registry asks it: names checked
 * strictly, defaults checked. Each line of standard input is an object with the members reader and
 * writer, texts of schemas, and refs, a list of texts that both refer to; writer may be missing.
 * Each line of the answer has the canonical texts of what parsed, and the incompatibilities or an
 * exception.
 */
public final class Judge {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Judge() {}

  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
      out.flush();
    }
  }

  private static ObjectNode answer(JsonNode question) {
    ObjectNode answer = JSON.createObjectNode();
    Schema reader = parse(question, "reader", answer);
    Schema writer = question.has("writer") ? parse(question, "writer", answer) : null;
    if (reader == null || writer == null) {
      return answer;
    }
    try {
      ArrayNode found = answer.putArray("found");
      for (Incompatibility i :
          SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
              .getResult()
              .getIncompatibilities()) {
        found.addArray().add(i.getType().name()).add(i.getLocation()).add(i.getMessage());
      }
    } catch (Exception e) {
      answer.put("exception", e.toString());
    }
    return answer;
  }

  /** The schema, or null with the reason in the answer. */
  private static Schema parse(JsonNode question, String which, ObjectNode answer) {
    try {
      Schema.Parser parser = parser();
      Schema.Parser again = parser();
      List<Schema> refs = new ArrayList<>();
      for (JsonNode ref : question.path("refs")) {
        parser.parse(ref.textValue());
        refs.add(again.parse(ref.textValue()));
      }
      Schema schema = parser.parse(question.get(which).textValue());
      answer.put(which, canonical(schema, refs));
      return schema;
    } catch (Exception | StackOverflowError e) {
      answer.put(which + "Refused", e.toString());
      return null;
    }
  }

  private static Schema.Parser parser() {
    Schema.Parser parser = new Schema.Parser(NameValidator.STRICT_VALIDATOR);
    parser.setValidateDefaults(true);
    return parser;
  }

  @SuppressWarnings("deprecation") // Confluent's registry calls it.
  private static String canonical(Schema schema, List<Schema> refs) {
    return schema.toString(refs, false);
  }
}
