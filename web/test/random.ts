/** Random values that are the same in every run: a failing case is named by its seed. */

export type Random = {
	/** A whole number from low to high, both included. */
	readonly int: (low: number, high: number) => number;
	readonly pick: <T>(list: readonly T[]) => T;
	/** Undefined as often as not. */
	readonly maybe: <T>(make: () => T) => T | undefined;
	readonly list: <T>(least: number, most: number, make: () => T) => readonly T[];
	/** A text of letters, signs that mean something somewhere, and characters of several bytes. */
	readonly text: () => string;
};

const characters = [..."abcXYZ019 _-.,:;/\\|@#%&=?+*~!$^'\"`<>()[]{}\n\täß€漢字🙂\u2028\u0000"];

/** Mulberry32. */
export function random(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
	const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
	const pick = <T>(list: readonly T[]): T => {
		const one = list[int(0, list.length - 1)];
		if (one === undefined) throw new Error("nothing to pick from");
		return one;
	};
	const list = <T>(least: number, most: number, make: () => T) => Array.from({ length: int(least, most) }, make);
	return {
		int,
		pick,
		list,
		maybe: (make) => (next() < 0.5 ? undefined : make()),
		text: () => list(1, 12, () => pick(characters)).join(""),
	};
}

/** Runs a check for many seeds and says with which it failed. */
export function forSeeds(many: number, check: (r: Random, seed: number) => void): void {
	for (let seed = 1; seed <= many; seed++) {
		try {
			check(random(seed), seed);
		} catch (e) {
			throw new Error(`with seed ${seed}`, { cause: e });
		}
	}
}
