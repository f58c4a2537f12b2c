import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Language, linesOf, piecesOf } from "./pieces";
import { SourceText } from "./SourceText";

function toned(language: Language, text: string): readonly string[] {
	return piecesOf(language, text).flatMap((p) => (p.tone === undefined ? [] : [`${p.tone}:${p.text}`]));
}

describe("source text", () => {
	it("tells words, texts, numbers and notes apart", () => {
		expect(toned("sql", "SELECT 'a''b', `from`, 2.5 -- SELECT\nfrom t1")).toEqual([
			"key:SELECT",
			"str:'a''b'",
			"num:2.5",
			"note:-- SELECT",
			"key:from",
		]);
		expect(toned("java", 'return x$1 + "a\\"b" + 1L; // "no"')).toEqual(["key:return", 'str:"a\\"b"', "num:1L", 'note:// "no"']);
		expect(toned("description", "[2]:Calc(select=[id, start('w$) AS s], where=[(k = 'x')])")).toEqual([
			"note:[2]:",
			"key:Calc",
			"key:select",
			"key:start",
			"key:where",
			"str:'x'",
		]);
	});

	it("reads Kotlin and Scala", () => {
		expect(toned("kotlin", 'val `in` = when (x) { else -> """a "b" $c""" } // fun')).toEqual([
			"key:val",
			"key:when",
			"key:else",
			'str:"""a "b" $c"""',
			"note:// fun",
		]);
		expect(toned("scala", "case Some('x') if y == 'name => 1L")).toEqual(["key:case", "str:'x'", "key:if", "num:1L"]);
	});

	it("reads hints of SQL as code, and comments that do not end", () => {
		expect(toned("sql", "/*+ OPTIONS('k'='v') */ /* a")).toEqual(["str:'k'", "str:'v'", "note:/* a"]);
	});

	it("loses nothing of the text", () => {
		for (const text of ["", "'", '"', "/*", "`x", "SELECT größe FROM 名\n\n", "a'b\"c`d--e/*f"])
			for (const language of ["sql", "java", "kotlin", "scala", "description"] as const)
				expect(
					piecesOf(language, text)
						.map((p) => p.text)
						.join(""),
				).toBe(text);
	});

	it("numbers its lines where that is asked for", () => {
		render(<SourceText language="java" text={"a\nb\nc"} label="code" numbered />);
		expect(screen.getByRole("group", { name: "code" }).textContent).toContain("1\n2\n3\n");
	});

	it("is cut into lines, comments over several of them as well", () => {
		const lines = linesOf("java", "int a; /* one\r\ntwo */\n\nreturn a;");
		expect(lines.map((l) => l.map((p) => p.text).join(""))).toEqual(["int a; /* one", "two */", "", "return a;"]);
		expect(lines[1]).toEqual([{ text: "two */", tone: "note" }]);
	});
});
