import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { answer } from "../../mock/answers";
import { orderTotals as rec } from "../../mock/jobs";
import { incident, linkOf, links, madeLink } from "../../mock/share";
import { type Answers, openPanel } from "../../test/openPanel";
import type { WallTime } from "../base/time";
import { runCommand } from "../model/commandBus";
import { LinkList } from "./LinkList";
import { ShareButton, type Shared } from "./ShareButton";

const file = `/recordings/${rec}/export/incident`;
const preview = `${file}/preview`;
const makes = `POST /recordings/${rec}/links`;
const ends = `DELETE /links/${links.items[0]?.id}`;
const publicKey = "age1gqvvzfyqls4mldm8lvvam34u5dm7jcnmaajpgutwhgnd6lyjv4nqrvxzdd";
const secretKey = "AGE-SECRET-KEY-133MZ7HG77HHE5SR57J5KVRR3AHMVVUXMRYACH0WUNV98S85U45FQWZ7NYX";
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
const without = { ...principal, actions: principal.actions.filter((a) => a !== "recording:export") };

const blobs: Blob[] = [];
beforeEach(() => {
	blobs.length = 0;
	vi.spyOn(URL, "createObjectURL").mockImplementation((b) => {
		blobs.push(b as Blob);
		return "blob:test";
	});
	vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
});

async function open(answers: Answers = {}, shared: Omit<Shared, "rec"> = {}) {
	const opened = openPanel(<ShareButton rec={rec} word="Share" {...shared} />, {
		"/principal": principal,
		"/links": links,
		[preview]: incident,
		[file]: { whole: "file" },
		[makes]: madeLink(rec),
		...answers,
	});
	await userEvent.click(screen.getByRole("button", { name: "Share" }));
	await screen.findByRole("dialog", { name: "Share" });
	return opened;
}

const button = (name: string) => screen.getByRole("button", { name }) as HTMLButtonElement;
const field = (name: string) => screen.getByRole("textbox", { name });
const choose = (name: string, option: string) => userEvent.selectOptions(screen.getByRole("combobox", { name }), option);
const look = () => userEvent.click(button("Show what would leave"));
const shown = () => screen.findByRole("region", { name: "What would leave" });
type AskedList = Awaited<ReturnType<typeof open>>["asked"];
const queries = (asked: AskedList, path: string) =>
	asked.filter((a) => a.path === path && a.method === "GET").map((a) => a.query.toString());
const posted = (asked: AskedList) => asked.filter((a) => a.method === "POST").map((a) => a.sent);

describe("what leaves", () => {
	it("is shown before anything can leave: events, masks, what is cut and left out, gaps, size, verdict", async () => {
		const { asked } = await open();
		expect(queries(asked, preview)).toEqual([]);
		expect(screen.queryByRole("button", { name: "Make the file" })).toBeNull();
		expect(screen.queryByRole("button", { name: "Make a link" })).toBeNull();
		await look();
		const said = await shown();
		expect(said.textContent).toContain("118,204 events of order-totals, 5.24 MB");
		expect(said.textContent).toContain("masked for support, policy v7");
		expect(said.textContent).toContain("whoever has the file can read it");
		expect(said.textContent).toContain("1 stretch not recorded");
		expect(said.textContent).toContain("not proven: values are masked");
		const rows = within(said)
			.getAllByRole("row")
			.map((r) => [...r.querySelectorAll("td")].map((c) => c.textContent).join("|"));
		expect(rows.slice(1)).toEqual([
			"value|email|token|18,204|",
			"value|public|clear|91,020|",
			"state|of any class|taken away: only the job's classes read it|12|4.10kB",
			"blocks||not in the file: outside of the stretch||1.05MB",
		]);
		expect(queries(asked, file)).toEqual([]);
		expect(posted(asked)).toEqual([]);
		expect(document.activeElement?.textContent).toContain("118,204 events");
	});

	it("is asked for with what was chosen, and the same stands there as a command", async () => {
		const { asked } = await open();
		await choose("What", "stretch");
		expect(button("Show what would leave").disabled).toBe(true);
		await userEvent.type(field("From"), "-15m");
		await userEvent.type(screen.getByRole("combobox", { name: "For the role" }), "support");
		await userEvent.click(screen.getByRole("checkbox", { name: /files of state/ }));
		await userEvent.click(screen.getByRole("checkbox", { name: /jars/ }));
		await choose("To be used", "30d");
		await userEvent.type(field("Encrypted for"), `# support\n${publicKey}`);
		await look();
		expect((await shown()).textContent).toContain("for 1 key");
		expect(queries(asked, preview)).toEqual([`from=-15m&as=support&state=true&jars=true&expires=30d&for=${publicKey}`]);
		expect(screen.getByRole("region", { name: "the command" }).textContent).toBe(
			`sightglass export incident ${rec.slice(0, 8)} --from=-15m --as support --with-state --with-jars --expires 30d --for ${publicKey} --out ${rec.slice(0, 8)}.sgi`,
		);
	});

	it("of other choices is not what was shown", async () => {
		await open();
		await look();
		await shown();
		await userEvent.click(screen.getByRole("checkbox", { name: /jars/ }));
		expect(screen.queryByRole("region", { name: "What would leave" })).toBeNull();
		expect(screen.queryByRole("button", { name: "Make the file" })).toBeNull();
	});

	it("begins with what the place is about: a position, a stretch, or all", async () => {
		const { asked } = await open({}, { position: "drop-duplicates.1.0.3001" });
		await look();
		await shown();
		expect(queries(asked, preview)).toEqual(["around=drop-duplicates.1.0.3001"]);
		const from = 1_795_442_460_000_000n as WallTime;
		const { asked: again } = await open({}, { stretch: { from, to: (from + 1_000_000n) as WallTime } });
		await look();
		await shown();
		expect(queries(again, preview)).toEqual(["from=2026-11-23T14%3A01%3A00.000000Z&to=2026-11-23T14%3A01%3A01.000000Z"]);
	});

	it("that leaves without masks, or of which nothing is known, is said", async () => {
		await open({ [preview]: { ...incident, masked: false, classes: [], cut: [], left_out: [] } });
		await look();
		expect((await shown()).textContent).toContain("leave as they are, without masks");
		expect(screen.getByText("There are no values in it.")).toBeTruthy();
		await open({ [preview]: { status: 400, detail: "the access policy has no such role", hint: "name one of its roles" } });
		await look();
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("It cannot be said what would leave");
		expect(alert.textContent).toContain("the access policy has no such role");
		expect(document.activeElement).toBe(button("Show what would leave"));
	});

	it("can be given up while it is looked for, and Escape closes all of it", async () => {
		await open({ [preview]: "never" });
		await look();
		await screen.findByText("The recording is read; nothing leaves");
		expect(document.activeElement).toBe(button("Cancel"));
		await userEvent.keyboard("{Enter}");
		expect(await screen.findByText(/Cancelled: nothing was asked for/)).toBeTruthy();
		expect(document.activeElement).toBe(button("Show what would leave"));
		await userEvent.keyboard("{Escape}");
		await waitFor(() => expect(screen.queryByRole("dialog", { name: "Share" })).toBeNull());
	});
});

describe("keys", () => {
	it("that are private are not sent, nor put into a command", async () => {
		const { asked } = await open();
		await userEvent.type(field("Encrypted for"), secretKey);
		expect((await screen.findByRole("alert")).textContent).toContain("Key 1 is a private one: it was not sent");
		expect(button("Show what would leave").disabled).toBe(true);
		await userEvent.type(field("Encrypted for"), "{Enter}");
		expect(screen.queryByRole("region", { name: "the command" })).toBeNull();
		expect(asked.some((a) => a.query.toString().includes("SECRET") || JSON.stringify(a.sent ?? "").includes("SECRET"))).toBe(false);
	});

	it("that are none are told by their place", async () => {
		await open();
		await userEvent.type(field("Encrypted for"), `${publicKey}\nssh-ed25519 AAAA`);
		expect((await screen.findByRole("alert")).textContent).toContain("Key 2 is no public key of age");
	});
});

describe("a file", () => {
	it("is fetched with what was shown, whole, and saved", async () => {
		const { asked } = await open();
		await userEvent.type(screen.getByRole("combobox", { name: "For the role" }), "support");
		await look();
		await shown();
		await userEvent.click(button("Make the file"));
		const save = await screen.findByRole("link", { name: "Save incident.sgi" });
		expect(queries(asked, file)).toEqual(["as=support"]);
		expect(await blobs[0]?.text()).toBe('{"whole":"file"}');
		await waitFor(() => expect(document.activeElement).toBe(save));
		expect(screen.getByText(/The file is whole/).textContent).toContain("16 B");
	});

	it("that is refused says why, and may be tried again", async () => {
		await open({ [file]: { status: 429, detail: "other exports are running" } });
		await look();
		await shown();
		await userEvent.click(button("Make the file"));
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("No file was made");
		expect(alert.textContent).toContain("other exports are running");
		expect(button("Make the file").closest("fieldset")?.disabled).toBe(false);
	});

	it("may be given up while it is made", async () => {
		await open({ [file]: "never" });
		await look();
		await shown();
		await userEvent.click(button("Make the file"));
		await screen.findByText("The file is made");
		await userEvent.click(button("Cancel"));
		expect(await screen.findByText(/Cancelled: no file was saved/)).toBeTruthy();
		expect(blobs).toEqual([]);
	});

	it("that is too large for a browser is left to the command", async () => {
		await open({ [preview]: { ...incident, bytes: String(2n << 30n) } });
		await look();
		await shown();
		expect(button("Make the file").disabled).toBe(true);
		expect(button("Make a link").disabled).toBe(false);
		expect(screen.getByText(/by the command below/)).toBeTruthy();
	});
});

describe("a link", () => {
	it("is made with what was shown and an end, shown once, and can be revoked at once", async () => {
		const { asked } = await open({ [ends]: { ...linkOf(rec), state: "revoked" } }, { position: "drop-duplicates.1.0.3001" });
		await userEvent.type(field("Encrypted for"), publicKey);
		await look();
		await shown();
		expect(screen.getByText(/whoever has it and is logged in here/)).toBeTruthy();
		await choose("that lasts", "2d");
		await userEvent.click(button("Make a link"));
		const made = within(await screen.findByRole("region", { name: "The link" }));
		expect(posted(asked)).toEqual([{ around: "drop-duplicates.1.0.3001", lasts: "2d", for: [publicKey] }]);
		expect(made.getByRole("region", { name: "the link" }).textContent).toBe(
			`${window.location.origin}/api/v1/links/3f0a9c41d2b75e10/file?secret=shown-this-once`,
		);
		expect(screen.queryByRole("button", { name: "Make a link" })).toBeNull();
		await userEvent.click(made.getByRole("button", { name: "Revoke the link" }));
		expect(asked.some((a) => a.method === "DELETE")).toBe(false);
		await userEvent.click(made.getByRole("button", { name: "Revoke it" }));
		expect(await screen.findByText(/opens nothing any more/)).toBeTruthy();
		expect(screen.queryByText(/shown-this-once/)).toBeNull();
	});

	it("has the server's public address where it is known", async () => {
		await open({ [makes]: { ...madeLink(rec), url: "https://sightglass.example.com/x", mode: "open" } });
		await look();
		await shown();
		await userEvent.click(button("Make a link"));
		expect((await screen.findByRole("region", { name: "the link" })).textContent).toBe("https://sightglass.example.com/x");
	});

	it("is not offered where links are off, and warned of where nobody has to be logged in", async () => {
		await open({ "/links": { ...links, mode: "off" } });
		await look();
		await shown();
		await screen.findByText(/turned off on this server/);
		expect(button("Make a link").disabled).toBe(true);
		await open({ "/links": { ...links, mode: "open" } });
		await look();
		await shown();
		expect(await screen.findByText(/without a login/)).toBeTruthy();
	});

	it("that could not be made, or not be revoked, says so", async () => {
		await open({ [makes]: { status: 507, detail: "the file needs more than 1.0 MiB" } });
		await look();
		await shown();
		await userEvent.click(button("Make a link"));
		expect((await screen.findByRole("alert")).textContent).toContain("No link was made");
		await open({ [ends]: { status: 500 } });
		await look();
		await shown();
		await userEvent.click(button("Make a link"));
		await screen.findByRole("region", { name: "The link" });
		await userEvent.click(button("Revoke the link"));
		await userEvent.click(button("Revoke it"));
		expect(await screen.findByText("It was not revoked")).toBeTruthy();
	});
});

describe("sharing", () => {
	it("is not for who may not export, and says which right is missing", async () => {
		const { asked } = await open({ "/principal": without });
		expect((await screen.findByRole("alert")).textContent).toContain("recording:export");
		expect(button("Show what would leave").closest("fieldset")?.disabled).toBe(true);
		expect(queries(asked, preview)).toEqual([]);
	});

	it("opens by its command on the recording's bar alone", async () => {
		openPanel(<ShareButton rec={rec} word="Share" />, { "/principal": principal, "/links": links });
		expect(runCommand("share")).toBe(false);
		openPanel(<ShareButton rec={rec} word="Share" main />, { "/principal": principal, "/links": links });
		act(() => void runCommand("share"));
		expect(await screen.findByRole("dialog", { name: "Share" })).toBeTruthy();
	});
});

describe("the list of links", () => {
	const list = (answers: Answers = {}) => openPanel(<LinkList />, { "/links": links, ...answers });

	it("says for whom each is, how often it was fetched, and which have ended", async () => {
		list();
		const rows = within(await screen.findByRole("table", { name: "Links" })).getAllByRole("row");
		expect(rows[1]?.textContent).toMatch(/order-totals.*live.*support, encrypted.*you.*2 times, last/);
		expect(rows[2]?.textContent).toMatch(/revoked.*not masked.*bob.*never/);
		expect(screen.getAllByRole("button", { name: /Revoke the link/ })).toHaveLength(1);
		expect(screen.getByText("1 live, 5.24 MB of 5.37 GB")).toBeTruthy();
	});

	it("ends one only after it was asked twice, and says when that failed", async () => {
		const view = list({ [ends]: { ...linkOf(rec), state: "revoked" } });
		await userEvent.click(await screen.findByRole("button", { name: /Revoke the link/ }));
		expect(view.asked.some((a) => a.method === "DELETE")).toBe(false);
		await userEvent.click(button("Revoke it"));
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/links" && a.method === "GET").length).toBeGreaterThan(1));
		list({ [ends]: { status: 500 } });
		await userEvent.click(await screen.findByRole("button", { name: /Revoke the link/ }));
		await userEvent.click(button("Revoke it"));
		expect(await screen.findByText("It was not revoked")).toBeTruthy();
	});

	it("is empty, off, loading, or failed", async () => {
		list({ "/links": { ...links, items: [] } });
		await screen.findByText("Nothing is shared by a link");
		list({ "/links": { ...links, items: [], mode: "off" } });
		await screen.findByText(/turned off on this server/);
		list({ "/links": "never" });
		expect(screen.getByText("loading links")).toBeTruthy();
		list({ "/links": { status: 501 } });
		await screen.findByText("The links could not be loaded");
	});
});
