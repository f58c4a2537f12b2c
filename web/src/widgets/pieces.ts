/** Cuts texts of programs into pieces that look different. */

export type Language = "sql" | "java" | "kotlin" | "scala" | "description";

type Tone = "key" | "str" | "num" | "note";
export type Piece = { readonly text: string; readonly tone?: Tone };

const sqlWords =
	"ADD ALL ALTER AND ANY AS ASC BEGIN BETWEEN BY CASE CAST CREATE CROSS CURRENT DELETE DESC DESCRIPTOR DISTINCT DROP ELSE END ENFORCED EXCEPT EXISTS FALSE FETCH FILTER FIRST FOR FOLLOWING FROM FULL FUNCTION GROUP HAVING HOP IF IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN KEY LAST LATERAL LEFT LIKE LIMIT MATCH_RECOGNIZE NATURAL NOT NULL OF ON OR ORDER OUTER OVER PARTITION PRECEDING PRIMARY RANGE RIGHT ROW ROWS SELECT SESSION SET STATEMENT SYSTEM_TIME TABLE TEMPORARY THEN TRUE TUMBLE UNBOUNDED UNION UPDATE USING VALUES VIEW WATERMARK WHEN WHERE WITH";
const javaWords =
	"abstract boolean break byte case catch char class continue default do double else extends false final finally float for if implements import instanceof int interface long new null package private protected public return short static super switch synchronized this throw throws transient true try void volatile while";

const kotlinWords =
	"abstract actual annotation as break by catch class companion const constructor continue crossinline data do else enum expect external false final finally for fun get if import in infix init inline inner interface internal is lateinit lazy noinline null object open operator out override package private protected public reified return sealed set super suspend tailrec this throw true try typealias val value var vararg when where while";
const scalaWords =
	"abstract case catch class def do else extends false final finally for forSome if implicit import lazy match new null object override package private protected return sealed super this throw trait true try type val var while with yield";

const words: Readonly<Record<Language, ReadonlySet<string>>> = {
	sql: new Set(sqlWords.split(" ")),
	java: new Set(javaWords.split(" ")),
	kotlin: new Set(kotlinWords.split(" ")),
	scala: new Set(scalaWords.split(" ")),
	description: new Set(),
};

/** Kotlin's and Scala's: texts of three quotes, names in backticks; a quote of Scala may begin a symbol. */
const nested =
	/(?<note>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<str>"{3}[\s\S]*?(?:"{3,}|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.[^'\n]*)')|`[^`\n]*`?|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<num>\d[\w.]*)/gu;

const lexers: Readonly<Record<Language, RegExp>> = {
	sql: /(?<note>--[^\n]*|\/\*(?!\+)[\s\S]*?(?:\*\/|$))|(?<str>'(?:[^']|'')*'?)|`[^`]*`?|"[^"]*"?|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<num>\d[\w.]*)/gu,
	java: /(?<note>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<str>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<num>\d[\w.]*)/gu,
	kotlin: nested,
	scala: nested,
	description:
		/(?<note>^\[\d+\]:)|(?<str>'(?!w\$)(?:[^']|'')*'?)|(?<key>[A-Za-z]+(?==\[|\())|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<num>\d[\w.]*)/gu,
};

/** Cuts a text into pieces that look different. Together they are the text. */
export function piecesOf(language: Language, text: string): readonly Piece[] {
	const pieces: Piece[] = [];
	let at = 0;
	for (const m of text.matchAll(lexers[language])) {
		const { note, str, num, key, word } = m.groups ?? {};
		const known = word !== undefined && words[language].has(language === "sql" ? word.toUpperCase() : word);
		const tone: Tone | undefined =
			note !== undefined ? "note" : str !== undefined ? "str" : num !== undefined ? "num" : key !== undefined || known ? "key" : undefined;
		if (tone === undefined) continue;
		if (m.index > at) pieces.push({ text: text.slice(at, m.index) });
		pieces.push({ text: m[0], tone });
		at = m.index + m[0].length;
	}
	if (at < text.length) pieces.push({ text: text.slice(at) });
	return pieces;
}

/** The pieces of each line. One that goes over several lines, as a comment, is cut at their ends. */
export function linesOf(language: Language, text: string): readonly (readonly Piece[])[] {
	const lines: Piece[][] = [[]];
	for (const piece of piecesOf(language, text)) {
		for (const [i, part] of piece.text.split(/\r?\n/).entries()) {
			if (i > 0) lines.push([]);
			if (part !== "") lines.at(-1)?.push({ ...piece, text: part });
		}
	}
	return lines;
}
