/** The browser that the tests drive, and where they look. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { afterEach } from "vitest";

export const address = (process.env.SIGHTGLASS_URL ?? "http://127.0.0.1:5300").replace(/\/$/, "");

const screenshots = process.env.SIGHTGLASS_SCREENSHOTS ?? path.resolve(import.meta.dirname, "../../build/screenshots");

/** Where what was saved lies when the tests are over. */
export const downloads = process.env.SIGHTGLASS_DOWNLOADS ?? path.resolve(import.meta.dirname, "../../build/downloads");

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch(): Promise<Browser> {
	const executablePath = process.env.SIGHTGLASS_BROWSER ?? browsers.find((b) => existsSync(b));
	if (executablePath === undefined)
		throw new Error(`no browser found; looked for ${browsers.join(", ")} (SIGHTGLASS_BROWSER names another)`);
	return chromium.launch({
		executablePath,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
}

export type Look = {
	readonly width?: number;
	readonly height?: number;
	readonly scheme?: "dark" | "light";
	readonly reducedMotion?: boolean;
};

/** The windows that are open, and what each of them asked for and has not got whole. */
const open = new Map<Page, Map<Request, number>>();

// What stood on the screen, and what it waited for, is lost with the browser: a test that fails says it.
afterEach(async ({ task }) => {
	if (task.result?.state !== "fail") return;
	let n = 0;
	for (const [page, asked] of open) {
		await picture(page, `failed-${++n}`).catch(() => undefined);
		const text = await page
			.locator("body")
			.innerText({ timeout: 5_000 })
			.catch((e: unknown) => `no text: ${String(e)}`);
		const waited = [...asked].map(([r, since]) => `Error: not answered for ${Date.now() - since} ms: ${r.method()} ${r.url()}\n`);
		process.stderr.write(`Error: ${task.name}: window ${n} is at ${page.url()}\n${waited.join("")}${text.slice(0, 4_000)}\n`);
	}
});

/** A window of a reader who has never been here: no storage, no history. Faults of the page fail the test that looks at `faults`. */
export async function newReader(
	browser: Browser,
	look: Look = {},
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly faults: readonly string[] }> {
	const context = await browser.newContext({
		viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
		colorScheme: look.scheme ?? "dark",
		reducedMotion: look.reducedMotion === true ? "reduce" : "no-preference",
		timezoneId: "Europe/Zurich",
	});
	const page = await context.newPage();
	page.setDefaultTimeout(60_000);
	const asked = new Map<Request, number>();
	open.set(page, asked);
	page.on("close", () => open.delete(page));
	page.on("request", (r) => asked.set(r, Date.now()));
	page.on("requestfinished", (r) => asked.delete(r));
	page.on("requestfailed", (r) => asked.delete(r));
	const faults: string[] = [];
	page.on("pageerror", (e) => faults.push(e.message));
	page.on("console", (m) => {
		if (m.type() === "error" || m.type() === "warning") faults.push(`${m.type()}: ${m.text()}`);
	});
	return { page, context, faults };
}

export async function picture(page: Page, name: string): Promise<void> {
	mkdirSync(screenshots, { recursive: true });
	await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
}

/** Asks until the answer is good, or says what it was last. */
export async function eventually<T>(what: string, ask: () => Promise<T>, good: (answer: T) => boolean, within = 60_000): Promise<T> {
	const deadline = Date.now() + within;
	for (;;) {
		const answer = await ask();
		if (good(answer)) return answer;
		if (Date.now() > deadline) throw new Error(`${what} did not come within ${within / 1000} s; last seen: ${JSON.stringify(answer)}`);
		await new Promise((resolve) => setTimeout(resolve, 150));
	}
}
