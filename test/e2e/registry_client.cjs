// KafkaJS's registry client, which has Avro, JSON Schema and Protobuf of its own, against a registry: NODE_PATH=… node registry_client.cjs URL
const assert = require("node:assert/strict");
const { COMPATIBILITY, SchemaRegistry, SchemaType } = require("@kafkajs/confluent-schema-registry");

const { AVRO, JSON: JSON_SCHEMA, PROTOBUF } = SchemaType;
const registry = new SchemaRegistry({ host: process.argv[2] });
const run = Math.random().toString(16).slice(2);

async function thereAndBack(schema, subject, value, compatibility) {
  const { id } = await registry.register(schema, { subject, compatibility });
  const read = new SchemaRegistry({ host: process.argv[2] }); // it remembers nothing
  assert.deepEqual({ ...(await read.decode(await registry.encode(id, value))) }, value);
  return id;
}

async function main() {
  const order = { type: "record", name: "Order", namespace: "shop", fields: [{ name: "id", type: "string" }, { name: "n", type: "int" }] };
  const avro = { type: AVRO, schema: JSON.stringify(order) };
  const orders = `kafkajs-${run}/orders-value`;
  const { id } = await registry.register(avro, { subject: orders, compatibility: COMPATIBILITY.FULL });
  assert.equal(await thereAndBack(avro, orders, { id: "o", n: 7 }, COMPATIBILITY.FULL), id);
  assert.equal(await registry.getLatestSchemaId(orders), id);
  assert.equal(await registry.getRegistryId(orders, 1), id);
  assert.equal(await registry.getRegistryIdBySchema(orders, avro), id);
  await assert.rejects(registry.register({ type: AVRO, schema: JSON.stringify({ ...order, fields: [{ name: "id", type: "int" }] }) }, { subject: orders, compatibility: COMPATIBILITY.FULL }), /incompatible/i);

  const json = { type: "object", properties: { n: { type: "integer" } }, additionalProperties: false };
  await thereAndBack({ type: JSON_SCHEMA, schema: JSON.stringify(json) }, `kafkajs-${run}-pay-value`, { n: 3 });
  await thereAndBack({ type: PROTOBUF, schema: 'syntax = "proto3"; package shop; message Amount { int32 n = 1; }' }, `kafkajs-${run}-amount-value`, { n: 3 });

  const to = { type: AVRO, schema: '{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"x","type":"int"}]}' };
  await registry.register(to, { subject: `kafkajs-${run}-item` });
  const from = '{"type":"record","name":"Basket","namespace":"shop","fields":[{"name":"item","type":"shop.Item"}]}';
  const basket = await registry.register(
    { type: AVRO, schema: from, references: [{ name: "shop.Item", subject: `kafkajs-${run}-item`, version: 1 }] },
    { subject: `kafkajs-${run}-basket-value` },
  );
  const read = await new SchemaRegistry({ host: process.argv[2] }).decode(await registry.encode(basket.id, { item: { x: 1 } }));
  assert.equal(read.item.x, 1);
  console.log("ok");
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
