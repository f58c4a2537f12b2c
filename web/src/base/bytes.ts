/** Bytes and their two readings: hexadecimal and printable ASCII. */

export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		const raw = atob(text);
		const out = new Uint8Array(raw.length);
		for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
		return out;
	} catch {
		return undefined;
	}
}

export function hex(byte: number): string {
	return byte.toString(16).padStart(2, "0");
}

export function hexOffset(offset: number): string {
	return offset.toString(16).padStart(4, "0");
}

export function printable(byte: number): string {
	return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}
