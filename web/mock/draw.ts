/** Numbers that look drawn and are the same in every run: from what they are drawn for. */

export function hash(n: number, salt: number): number {
	let h = (n ^ (salt * 0x9e3779b1)) >>> 0;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

export function pick<T>(list: readonly T[], n: number, salt: number): T {
	const one = list[hash(n, salt) % list.length];
	if (one === undefined) throw new Error("nothing to pick from");
	return one;
}

export function between(low: number, high: number, n: number, salt: number): number {
	return low + (hash(n, salt) / 0xffffffff) * (high - low);
}

export function hexId(seed: number, digits: number): string {
	let out = "";
	for (let i = 0; out.length < digits; i++)
		out += hash(seed, 7_000 + i)
			.toString(16)
			.padStart(8, "0");
	return out.slice(0, digits);
}

export function rfc3339(micros: number): string {
	const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
	return `${whole}.${Math.floor(micros % 1_000_000)
		.toString()
		.padStart(6, "0")}Z`;
}
