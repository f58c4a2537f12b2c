"""Confluent's Python client against a registry and a broker: serializers there and back, and what the client asks besides."""
import sys
import uuid

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, ServerConfig
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2, wrappers_pb2

registry, broker = sys.argv[1], sys.argv[2]
client = SchemaRegistryClient({"url": registry})
run = uuid.uuid4().hex[:8]
AVRO = '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"n","type":"int"}]}'
JSON = '{"$schema":"http://json-schema.org/draft-07/schema#","title":"Pay","type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}'


def there_and_back(topic, write, read, value):
    admin = AdminClient({"bootstrap.servers": broker})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(30)
    context = SerializationContext(topic, MessageField.VALUE)
    producer = Producer({"bootstrap.servers": broker})
    producer.produce(topic, write(value, context))
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": broker, "group.id": run, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    message = consumer.poll(30)
    assert message is not None and message.error() is None, message
    consumer.close()
    assert message.value()[0] == 0
    got = read(message.value(), context)
    assert got == value, (got, value)


orders, pay = "orders-" + run, "pay-" + run
there_and_back(orders, AvroSerializer(client, AVRO), AvroDeserializer(SchemaRegistryClient({"url": registry})), {"id": "o", "n": 7})
there_and_back(pay, JSONSerializer(JSON, client), JSONDeserializer(None, schema_registry_client=SchemaRegistryClient({"url": registry})), {"n": 3})
there_and_back(
    "amount-" + run, ProtobufSerializer(wrappers_pb2.StringValue, client, {"use.deprecated.format": False}),
    ProtobufDeserializer(wrappers_pb2.StringValue, {"use.deprecated.format": False}), wrappers_pb2.StringValue(value="x"),
)



def generated():
    """A message with a file of its own that imports another one, as protoc's code has them: without names for JSON."""
    number, message = descriptor_pb2.FieldDescriptorProto.TYPE_INT32, descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
    item = descriptor_pb2.FileDescriptorProto(name=f"shop/item-{run}.proto", package="shop", syntax="proto3")
    item.message_type.add(name="Item").field.add(name="n", number=1, type=number, label=1)
    basket = descriptor_pb2.FileDescriptorProto(name="shop/basket.proto", package="shop", syntax="proto3", dependency=[item.name, timestamp_pb2.DESCRIPTOR.name])
    basket.message_type.add(name="Other").field.add(name="n", number=1, type=number, label=1)
    made = basket.message_type.add(name="Basket")
    made.field.add(name="first_item", number=1, type=message, label=1, type_name=".shop.Item")
    made.field.add(name="at", number=2, type=message, label=1, type_name=".google.protobuf.Timestamp")
    pool = descriptor_pool.Default()
    pool.Add(item)
    pool.Add(basket)
    return item.name, message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Basket"))


item, Basket = generated()
basket = Basket()
basket.first_item.n, basket.at.seconds = 3, 5
there_and_back(
    "basket-" + run, ProtobufSerializer(Basket, client, {"use.deprecated.format": False}),
    ProtobufDeserializer(Basket, {"use.deprecated.format": False}, SchemaRegistryClient({"url": registry})), basket,
)
assert [r.subject for r in client.get_latest_version(f"basket-{run}-value").schema.references] == [item]
again = ProtobufSerializer(Basket, SchemaRegistryClient({"url": registry}), {"use.deprecated.format": False, "auto.register.schemas": False})
again(basket, SerializationContext("basket-" + run, MessageField.VALUE))
assert client.get_versions(f"basket-{run}-value") == [1]

subject = orders + "-value"
latest = client.get_latest_version(subject)
assert latest.version == 1 and subject in client.get_subjects() and client.get_versions(subject) == [1]
assert client.lookup_schema(subject, Schema(AVRO, "AVRO")).schema_id == latest.schema_id
assert not client.test_compatibility(subject, Schema('"int"', "AVRO"))
try:
    client.register_schema(subject, Schema('"int"', "AVRO"))
    raise AssertionError("an incompatible schema was taken")
except SchemaRegistryError as e:
    assert (e.http_status_code, e.error_code) == (409, 409), e
try:
    client.get_schema(999999)
    raise AssertionError("an id of nothing was found")
except SchemaRegistryError as e:
    assert (e.http_status_code, e.error_code) == (404, 40403), e
assert client.set_compatibility(subject, "FULL") and client.get_compatibility(subject) == "FULL"
assert client.delete_version(subject, 1) == 1
assert client.delete_subject(pay + "-value") == [1] and client.delete_subject(pay + "-value", permanent=True) == [1]
print("ok")
