import { describe, expect, it, vi } from "vitest";
import { changePreferences, defaultPreferences, preferences, readPreferences } from "./preferences";

const kept = () => readPreferences(window.localStorage.getItem("sightglass.preferences"));

describe("preferences", () => {
	it("are kept by the browser", () => {
		changePreferences({ zone: "local", theme: "light", keysOn: false, keys: { help: "H", follow: "" } });
		expect(kept()).toEqual({ zone: "local", theme: "light", keysOn: false, keys: { help: "H", follow: "" } });
		expect(preferences()).toEqual(kept());
		changePreferences(defaultPreferences);
		expect(kept()).toEqual(defaultPreferences);
	});

	it("hold until the page is closed where nothing may be kept", () => {
		vi.stubGlobal("localStorage", {
			setItem: () => {
				throw new DOMException("forbidden", "SecurityError");
			},
			clear: () => undefined,
		});
		changePreferences({ theme: "dark" });
		expect(preferences().theme).toBe("dark");
		vi.unstubAllGlobals();
		changePreferences(defaultPreferences);
	});

	it("that cannot be read count as absent", () => {
		for (const stored of [null, "", "{", "null", "[]", "7", '"dark"'])
			expect(readPreferences(stored), String(stored)).toEqual(defaultPreferences);
	});

	it("are taken one by one: a wrong one spoils no other", () => {
		expect(readPreferences('{"zone":"mars","theme":"light","keysOn":"no","keys":{"help":"H","open":7,"fit":null}}')).toEqual({
			zone: "utc",
			theme: "light",
			keysOn: true,
			keys: { help: "H" },
		});
		expect(readPreferences('{"zone":"local","keys":["a"]}')).toEqual({ ...defaultPreferences, zone: "local", keys: {} });
	});
});
