/** A moment of the made-up recording as a test: a zip that unpacks, with two files. */
import type { TestExport } from "../src/api/schema";
import { orderTotals } from "./jobs.ts";

const folder = "com/example/shop";

export const testExport: TestExport = {
	position: "drop-duplicates.1.0.3001",
	op: "drop-duplicates",
	op_name: "drop duplicates",
	flink: "2.3.0",
	class: "com.example.shop.DropDuplicatesAt3001Test",
	expects: "passes when the last step gives no record",
	records: 2,
	traced: orderTotals,
	unproven: [
		"fields of the function that are no state of Flink's are as its constructor and open() leave them",
		"state lies in the harness's heap backend, whatever it lay in",
	],
	files: [
		{ path: `src/test/java/${folder}/DropDuplicatesAt3001Test.java`, bytes: 61 },
		{ path: `src/test/resources/${folder}/DropDuplicatesAt3001Test/recorded.properties`, bytes: 10 },
	],
	zip: [
		"UEsDBBQAAAAIAEVwd12aTJXbPwAAAD0AAAA8AAAAc3JjL3Rlc3QvamF2YS9jb20vZXhhbXBsZS9zaG9wL0Ryb3BEdXBsaWNhdGVzQXQzMDAxVG",
		"VzdC5qYXZhK0hMzk5MT1VIzs/VS61IzC3ISdUrzsgvsObiSs5JLC5WcCnKL3ApLcjJTE4sSS12LDE2MDAMSS0uUaiu5QIAUEsDBBQAAAAIAEVw",
		"d10hgGtcDAAAAAoAAABQAAAAc3JjL3Rlc3QvcmVzb3VyY2VzL2NvbS9leGFtcGxlL3Nob3AvRHJvcER1cGxpY2F0ZXNBdDMwMDFUZXN0L3JlY2",
		"9yZGVkLnByb3BlcnRpZXNTVshNTElVKC3gAgBQSwECFAMUAAAACABFcHddmkyV2z8AAAA9AAAAPAAAAAAAAAAAAAAAgAEAAAAAc3JjL3Rlc3Qv",
		"amF2YS9jb20vZXhhbXBsZS9zaG9wL0Ryb3BEdXBsaWNhdGVzQXQzMDAxVGVzdC5qYXZhUEsBAhQDFAAAAAgARXB3XSGAa1wMAAAACgAAAFAAAA",
		"AAAAAAAAAAAIABmQAAAHNyYy90ZXN0L3Jlc291cmNlcy9jb20vZXhhbXBsZS9zaG9wL0Ryb3BEdXBsaWNhdGVzQXQzMDAxVGVzdC9yZWNvcmRl",
		"ZC5wcm9wZXJ0aWVzUEsFBgAAAAACAAIA6AAAABMBAAAAAA==",
	].join(""),
};
