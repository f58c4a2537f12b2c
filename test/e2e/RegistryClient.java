import org.springframework.cloud.schema.registry.SchemaNotFoundException;
import org.springframework.cloud.schema.registry.SchemaRegistrationResponse;
import org.springframework.cloud.schema.registry.client.ConfluentSchemaRegistryClient;

/** Spring's client of Confluent's registry against a registry: java -cp … RegistryClient.java URL. */
public class RegistryClient {
  private static final String ORDER =
      "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}";

  public static void main(String[] args) {
    String subject = "spring-" + System.nanoTime();
    SchemaRegistrationResponse made = client(args[0]).register(subject, "avro", ORDER);
    check(client(args[0]).register(subject, "avro", ORDER).getId() == made.getId(), "a schema has two ids");
    check(made.getSchemaReference().getVersion() == 1, made.getSchemaReference().toString());
    check(client(args[0]).fetch(made.getId()).contains("\"Order\""), "the id is of another schema");
    check(client(args[0]).fetch(made.getSchemaReference()).contains("\"Order\""), "the version is of another schema");
    try {
      client(args[0]).fetch(999999);
      check(false, "an id of nothing was found");
    } catch (SchemaNotFoundException wanted) {
      check(wanted.getMessage().contains("999999"), wanted.getMessage());
    }
    try {
      client(args[0]).register(subject, "avro", "\"int\"");
    } catch (RuntimeException wanted) {
      check(wanted.getMessage().contains("409"), wanted.getMessage());
      System.out.println("ok");
      return;
    }
    check(false, "an incompatible schema was taken");
  }

  /** A client that remembers nothing. */
  private static ConfluentSchemaRegistryClient client(String url) {
    ConfluentSchemaRegistryClient client = new ConfluentSchemaRegistryClient();
    client.setEndpoint(url);
    return client;
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
