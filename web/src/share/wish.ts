/** What is chosen in the dialogue, and what it comes to. */
import type { ShareWish } from "../api/share";

export const extents = {
	all: "the whole recording",
	around: "what is around a position",
	stretch: "a stretch of time",
} as const;

export const usable = {
	"": "for ever",
	"1d": "for a day",
	"7d": "for 7 days",
	"30d": "for 30 days",
	"90d": "for 90 days",
	"365d": "for a year",
} as const;

export const lasts = { "12h": "12 hours", "2d": "2 days", "7d": "7 days", "30d": "30 days" } as const;

export type Fields = {
	readonly extent: keyof typeof extents;
	readonly around: string;
	readonly from: string;
	readonly to: string;
	readonly as: string;
	readonly state: boolean;
	readonly jars: boolean;
	readonly program: boolean;
	readonly expires: keyof typeof usable;
	/** Public keys of age, as they were pasted. */
	readonly keys: string;
};

/** Public keys in a text, one a line; lines that begin with # are passed over. */
export function keysIn(text: string): readonly string[] {
	return text
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("#"));
}

/** What is wrong with the pasted keys; a private one must not even be sent. */
export function keyMistake(text: string): string | undefined {
	const keys = keysIn(text);
	const secret = keys.findIndex((k) => /AGE-SECRET-KEY-/i.test(k));
	if (secret >= 0) {
		return `Key ${secret + 1} is a private one: it was not sent. Take it out, and paste its public half, which begins with age1.`;
	}
	const bad = keys.findIndex((k) => !/^age1[02-9ac-hj-np-z]+$/.test(k));
	if (bad >= 0) return `Key ${bad + 1} is no public key of age: it begins with age1 and stands alone on its line.`;
	if (keys.length > 20) return "A file is for 20 keys at most.";
	return undefined;
}

/** What is left to say before a preview makes sense. */
export function mistake(f: Fields): string | undefined {
	if (f.extent === "around" && f.around.trim() === "") return "A position is missing, as drop-duplicates.1.0.3001.";
	if (f.extent === "stretch" && f.from.trim() === "" && f.to.trim() === "") return "A stretch needs a beginning or an end.";
	return keyMistake(f.keys);
}

/** What fields come to; what is empty the server chooses. */
export function wishOf(f: Fields): ShareWish {
	const word = (text: string) => (text.trim() === "" ? undefined : text.trim());
	const [around, from, to, as] = [word(f.around), word(f.from), word(f.to), word(f.as)];
	const keys = keysIn(f.keys);
	return {
		...(f.extent === "around" && around !== undefined ? { around } : {}),
		...(f.extent === "stretch" && from !== undefined ? { from } : {}),
		...(f.extent === "stretch" && to !== undefined ? { to } : {}),
		...(as === undefined ? {} : { as }),
		...(f.state ? { state: true } : {}),
		...(f.jars ? { jars: true } : {}),
		...(f.program ? { program: true } : {}),
		...(f.expires === "" ? {} : { expires: f.expires }),
		...(keys.length === 0 ? {} : { for: keys }),
	};
}
