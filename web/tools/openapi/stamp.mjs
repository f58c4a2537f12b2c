/** Writes into the generated types which description they were made from, so that a test sees when they lag behind. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const schema = new URL("../../src/api/schema.ts", import.meta.url);
const description = readFileSync(new URL("../../../spec/openapi.json", import.meta.url));
const sum = createHash("sha256").update(description).digest("hex");
writeFileSync(schema, `// spec/openapi.json ${sum}\n${readFileSync(schema, "utf8")}`);
