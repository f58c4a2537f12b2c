/**
 * Instants, durations and how they are written. An instant is a bigint of microseconds since 1970, branded by its clock, so that a time
 * of the machine that recorded cannot be compared with a time that a record carries unless somebody says so.
 */

declare const clock: unique symbol;
/** When something was recorded, by the clock of the machine that did it. */
export type WallTime = bigint & { readonly [clock]: "wall" };
/** The time that a record or a watermark carries. */
export type EventTime = bigint & { readonly [clock]: "event" };
export type Instant = WallTime | EventTime;

export type Zone = "utc" | "local";

const rfc3339 = /^(-?\d{4,9})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * A Date ends 275,760 years after Christ, an event time that a job took in the wrong unit does not. The calendar repeats itself every
 * 400 years, so years far away are worked out in 2000 to 2399 and moved.
 */
const cycleYears = 400;
const cycleMicros = 12_622_780_800_000_000n;
const cycleBegins = 946_684_800_000_000n; // 2000-01-01

/** Reads RFC 3339 down to the microsecond; undefined when the text is none. Years may have more digits, or a minus. */
export function parseMicros(text: string): bigint | undefined {
	const m = rfc3339.exec(text);
	if (m === null) return undefined;
	const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = m;
	const cycles = Math.floor((Number(year) - 2000) / cycleYears);
	const near = new Date(
		Date.UTC(Number(year) - cycles * cycleYears, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
	);
	// A day or an hour that does not exist would be taken for the one after it.
	if (near.toISOString().slice(5, 19) !== `${month}-${day}T${hour}:${minute}:${second}`) return undefined;
	let offset = 0;
	if (zone !== "Z") {
		const sign = zone.startsWith("-") ? -1 : 1;
		offset = sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60);
	}
	const whole = BigInt(near.getTime() / 1000 - offset) * 1_000_000n + BigInt(cycles) * cycleMicros;
	return whole + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

export function parseWall(text: string): WallTime | undefined {
	return parseMicros(text) as WallTime | undefined;
}

export function parseEventTime(text: string): EventTime | undefined {
	return parseMicros(text) as EventTime | undefined;
}

export function wallFromMillis(ms: number): WallTime {
	return (BigInt(Math.round(ms)) * 1000n) as WallTime;
}

export function wallNow(): WallTime {
	return wallFromMillis(Date.now());
}

export function addMicros<T extends Instant>(t: T, micros: bigint): T {
	return (t + micros) as T;
}

export function millisOf(t: Instant): number {
	return Number(t / 1000n);
}

type Calendar = { readonly near: Date; readonly yearsOff: number; readonly micros: string };

/** Years 0 to 9999: those that a Date writes as they are. */
const plainFrom = -62_167_219_200_000_000n;
const plainTo = 253_402_300_800_000_000n;

function calendar(t: Instant): Calendar {
	const micros = ((t % 1_000_000n) + 1_000_000n) % 1_000_000n;
	const past = t - cycleBegins;
	const cycles = t >= plainFrom && t < plainTo ? 0n : (past - (((past % cycleMicros) + cycleMicros) % cycleMicros)) / cycleMicros;
	return {
		near: new Date(Number((t - micros - cycles * cycleMicros) / 1000n)),
		yearsOff: Number(cycles) * cycleYears,
		micros: micros.toString().padStart(6, "0"),
	};
}

function yearText(year: number): string {
	return (year < 0 ? "-" : "") + Math.abs(year).toString().padStart(4, "0");
}

/** RFC 3339 in UTC with microseconds, as the server takes it. */
export function toRfc3339(t: Instant): string {
	const { near, yearsOff, micros } = calendar(t);
	return `${yearText(near.getUTCFullYear() + yearsOff)}-${near.toISOString().slice(5, 19)}.${micros}Z`;
}

type Parts = { readonly date: string; readonly time: string; readonly suffix: string };

function parts(t: Instant, zone: Zone, digits: 0 | 3 | 6): Parts {
	const { near, yearsOff, micros } = calendar(t);
	const two = (n: number) => n.toString().padStart(2, "0");
	const fraction = digits === 0 ? "" : `.${micros.slice(0, digits)}`;
	if (zone === "utc") {
		return {
			date: `${yearText(near.getUTCFullYear() + yearsOff)}-${near.toISOString().slice(5, 10)}`,
			time: `${near.toISOString().slice(11, 19)}${fraction}`,
			suffix: "Z",
		};
	}
	return {
		date: `${yearText(near.getFullYear() + yearsOff)}-${two(near.getMonth() + 1)}-${two(near.getDate())}`,
		time: `${two(near.getHours())}:${two(near.getMinutes())}:${two(near.getSeconds())}${fraction}`,
		suffix: zoneOffset(near),
	};
}

function zoneOffset(d: Date): string {
	const minutes = -d.getTimezoneOffset();
	const abs = Math.abs(minutes);
	const two = (n: number) => Math.floor(n).toString().padStart(2, "0");
	return `${minutes < 0 ? "-" : "+"}${two(abs / 60)}:${two(abs % 60)}`;
}

/** Time of day with its zone: 14:02:11.482Z. */
export function clockTime(t: Instant, zone: Zone, digits: 0 | 3 | 6 = 3): string {
	const p = parts(t, zone, digits);
	return p.time + p.suffix;
}

/** Time of day where the zone stands beside it, as in a column head. */
export function bareTime(t: Instant, zone: Zone, digits: 0 | 3 | 6 = 3): string {
	return parts(t, zone, digits).time;
}

/** Date and time with zone: 2026-11-23 14:02:11.482Z. */
export function dateTime(t: Instant, zone: Zone, digits: 0 | 3 | 6 = 3): string {
	const p = parts(t, zone, digits);
	return `${p.date} ${p.time}${p.suffix}`;
}

/** What the zone is called in a column head. */
export function zoneName(zone: Zone): string {
	return zone === "utc" ? "UTC" : `local ${zoneOffset(new Date())}`;
}

/** The same day in the given zone? Then the date need not be repeated. */
export function sameDay(a: Instant, b: Instant, zone: Zone): boolean {
	return parts(a, zone, 0).date === parts(b, zone, 0).date;
}
