/** The SQL of the made-up job merchant-alerts. */
import type { GeneratedCode, Sql } from "../src/api/schema";

function source(language: "sql" | "java" | "description", text: string) {
	return { language, text, size: text.length, masked: [] };
}

const calc = `
      public class StreamExecCalc$7 extends TableStreamOperator implements OneInputStreamOperator {

        @Override
        public void processElement(StreamRecord element) throws Exception {
          RowData in1 = (RowData) element.getValue();
          // total over the limit?
          if (in1.getLong(5) > 100000L) {
            out.setNonPrimitiveValue(0, in1.getString(0));
            output.collect(outElement.replace(out));
          }
        }
      }
`;

export const calcHash = "59aa828839df9d5f";

export const sqlOfAlerts: Sql = {
	planner: true,
	statements: [
		{
			number: 1,
			operation: "CreateTableOperation",
			made: false,
			time: "2026-08-01T13:58:02.100000Z",
			length: 127,
			source: source(
				"sql",
				"CREATE TABLE merchant_totals (\n  merchantId STRING, orders BIGINT, totalCents BIGINT\n) WITH ('connector' = 'kafka', 'password' = '******')",
			),
		},
		{
			number: 2,
			operation: "SinkModifyOperation",
			made: true,
			time: "2026-08-01T13:58:02.400000Z",
			length: 140,
			source: source(
				"sql",
				"INSERT INTO alerts\nSELECT merchantId, totalCents, totalCents / orders AS average -- cents\nFROM merchant_totals WHERE totalCents > 100000",
			),
		},
	],
	operators: [
		{
			op: "source-merchant-totals",
			op_name: "Source: merchant_totals[1]",
			id: "cbc357ccb763df2852fee8c4fc7d55f2",
			vertex: "",
			node: 1,
			exec: 1,
			type: "StreamExecTableSourceScan",
			by: "plan",
			description: source(
				"description",
				"[1]:TableSourceScan(table=[[default_catalog, default_database, merchant_totals]], fields=[merchantId, orders, totalCents])",
			),
			fields: ["merchantId", "orders", "totalCents"],
			key: [],
			statements: [2],
			code: [],
		},
		{
			op: "calc-2",
			op_name: "Calc[2]",
			id: "d6ba6a0e3e8c51127f88884ddf062905",
			vertex: "",
			node: 2,
			exec: 2,
			type: "StreamExecCalc",
			by: "plan",
			description: source(
				"description",
				"[2]:Calc(select=[merchantId, totalCents, (totalCents / orders) AS average], where=[(totalCents > 100000)])",
			),
			fields: ["merchantId", "totalCents", "average"],
			key: [],
			statements: [2],
			code: [
				{ class: "StreamExecCalc$7", language: "java", hash: calcHash, length: calc.length, text: true },
				{ class: "KeyProjection$0", language: "java", hash: "00aa828839df9d5f", length: 940, text: false },
			],
		},
		{
			op: "",
			op_name: "alerts[3]: Writer",
			id: "",
			vertex: "",
			node: 5,
			exec: 3,
			type: "StreamExecSink",
			by: "plan",
			fields: [],
			key: [],
			statements: [2],
			code: [],
		},
	],
};

export const calcCode: GeneratedCode = {
	class: "StreamExecCalc$7",
	language: "java",
	hash: calcHash,
	length: calc.length,
	text: true,
	source: source("java", calc),
};
