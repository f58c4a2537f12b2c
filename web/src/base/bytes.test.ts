import { expect, it } from "vitest";
import { fromBase64, hex, hexOffset, printable } from "./bytes";
import { classes } from "./classes";
import { createStore } from "./store";

it("reads every byte of base64, and says so when it is none", () => {
	const all = Uint8Array.from({ length: 256 }, (_, i) => i);
	expect(fromBase64(btoa(String.fromCharCode(...all)))).toEqual(all);
	expect(fromBase64("")).toEqual(new Uint8Array());
	expect(fromBase64("not base64!")).toBeUndefined();
});

it("writes bytes as two digits, and as ASCII where it can be printed", () => {
	expect([hex(0), hex(0x0f), hex(0xff), hexOffset(16), hexOffset(0x12345)]).toEqual(["00", "0f", "ff", "0010", "12345"]);
	expect([0x1f, 0x20, 0x41, 0x7e, 0x7f, 0xe4].map(printable).join("")).toBe(". A~..");
});

it("joins class names, leaving out what is absent", () => {
	expect(classes("a", false, undefined, "", "b")).toBe("a b");
});

it("tells those who watch a value of every change, once, until they stop", () => {
	const store = createStore(1);
	const seen: number[] = [];
	const stop = store.subscribe(() => seen.push(store.get()));
	store.set(2);
	store.set(2);
	store.set(3);
	stop();
	store.set(4);
	expect(seen).toEqual([2, 3]);
	expect(store.get()).toBe(4);
});
