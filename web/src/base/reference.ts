/**
 * The names of things inside a recording, as people type and share them (spec/recording.md, section 2).
 */

/** An invocation of a task attempt, seen at one operator: operator.subtask.attempt.invocation. */
export type Position = {
	readonly operator: string;
	readonly subtask: number;
	readonly attempt: number;
	readonly invocation: bigint;
};

const positionForm = /^([a-z0-9_-]+)\.(\d{1,9})\.(\d{1,9})\.(\d{1,20})$/;

export function parsePosition(text: string): Position | undefined {
	const m = positionForm.exec(text);
	if (m === null || m[1] === undefined || m[4] === undefined) return undefined;
	return { operator: m[1], subtask: Number(m[2]), attempt: Number(m[3]), invocation: BigInt(m[4]) };
}

export function positionText(p: Position): string {
	return `${p.operator}.${p.subtask}.${p.attempt}.${p.invocation}`;
}

/** A record: what Kafka or a channel knows it by, or the invocation that handled it. */
export type RecordName =
	| { readonly kind: "kafka"; readonly topic: string; readonly partition: number; readonly offset: bigint }
	| { readonly kind: "element"; readonly partition: string; readonly subpartition: number; readonly seq: bigint }
	| { readonly kind: "position"; readonly position: Position };

const kafkaForm = /^([A-Za-z0-9._-]{1,249})\/(\d{1,9})@(\d{1,20})$/;
const elementForm = /^([0-9a-f]{16}):(\d{1,9}):(\d{1,20})$/;

export function parseRecord(text: string): RecordName | undefined {
	const kafka = kafkaForm.exec(text);
	if (kafka?.[1] !== undefined && kafka[3] !== undefined) {
		return { kind: "kafka", topic: kafka[1], partition: Number(kafka[2]), offset: BigInt(kafka[3]) };
	}
	const element = elementForm.exec(text);
	if (element?.[1] !== undefined && element[3] !== undefined) {
		return { kind: "element", partition: element[1], subpartition: Number(element[2]), seq: BigInt(element[3]) };
	}
	const position = parsePosition(text);
	return position === undefined ? undefined : { kind: "position", position };
}

export function recordText(r: RecordName): string {
	switch (r.kind) {
		case "kafka":
			return `${r.topic}/${r.partition}@${r.offset}`;
		case "element":
			return `${r.partition}:${r.subpartition}:${r.seq}`;
		case "position":
			return positionText(r.position);
	}
}

/** Enough of a recording's id to tell it apart by eye. */
export function shortId(id: string): string {
	return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 8) : id;
}
