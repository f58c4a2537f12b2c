import { type Decoded, flag, list, number, oneOf, optional, shape, text } from "../base/decode";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const masked = shape<wire.Masked>()({ path: text, class: text, action: text });

/** A text of a program as its reader may see it. */
export const source = shape<wire.Source>()({
	language: oneOf("sql", "java", "kotlin", "scala", "description"),
	text: text,
	size: number,
	masked: list(masked),
});
export type Source = Decoded<typeof source>;

export const statement = shape<wire.SqlStatement>()({
	number: number,
	operation: text,
	made: flag,
	time: optional(wallTime),
	length: number,
	source: source,
});
export type Statement = Decoded<typeof statement>;

const codeFields = { class: text, language: text, hash: text, length: number, text: flag };
const codeRef = shape<wire.CodeRef>()(codeFields);
export type CodeRef = Decoded<typeof codeRef>;

export const planned = shape<wire.SqlOperator>()({
	op: text,
	op_name: text,
	id: text,
	vertex: text,
	node: number,
	exec: number,
	type: text,
	by: oneOf("plan", "vertex", ""),
	description: optional(source),
	fields: list(text),
	key: list(text),
	statements: list(number),
	code: list(codeRef),
});
export type PlannedOperator = Decoded<typeof planned>;

/** The statements of a job and the operators that they became. */
export const sql = shape<wire.Sql>()({ statements: list(statement), operators: list(planned), planner: flag });
export type Sql = Decoded<typeof sql>;

/** The source of a generated class. */
export const generatedCode = shape<wire.GeneratedCode>()({ ...codeFields, source: optional(source) });
export type GeneratedCode = Decoded<typeof generatedCode>;
