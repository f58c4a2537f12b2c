import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, file));

it("the types of the API are those of the server's description", () => {
	const sum = createHash("sha256").update(read("../../spec/openapi.json")).digest("hex");
	const [first] = read("../src/api/schema.ts").toString("utf8").split("\n", 1);
	expect(first, "src/api/schema.ts lags behind spec/openapi.json: make gen").toBe(`// spec/openapi.json ${sum}`);
});
