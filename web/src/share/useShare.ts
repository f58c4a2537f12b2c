/** How something is shared: first it is shown what would leave, then it leaves in a file, or stays on the server behind a link. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { FetchedFile } from "../api/door";
import { type ProblemError, toProblem } from "../api/problem";
import { fetchIncident, type Incident, linksQuestion, type MadeLink, makeLink, previewIncident, type ShareWish } from "../api/share";

export type Sharing =
	| { readonly at: "asked" }
	| { readonly at: "previewing" }
	| { readonly at: "previewed" }
	/** No byte has come before the server has the file whole: `of` is 0 until then. */
	| { readonly at: "fetching"; readonly bytes: number; readonly of: number }
	| { readonly at: "fetched"; readonly file: FetchedFile }
	| { readonly at: "linking" }
	| { readonly at: "linked"; readonly made: MadeLink }
	/** `head`: what could not be done. */
	| { readonly at: "failed"; readonly head: string; readonly trouble: ProblemError }
	| { readonly at: "cancelled"; readonly what: string };

export function useShare(rec: string) {
	const client = useQueryClient();
	const [sharing, setSharing] = useState<Sharing>({ at: "asked" });
	// Of the choices that stand there now; what was chosen otherwise has to be looked at anew.
	const [preview, setPreview] = useState<Incident>();
	const run = useRef<AbortController>(undefined);
	// Who leaves no longer waits, and nothing leaves any more.
	useEffect(() => () => run.current?.abort(), []);

	const attempt = async (begin: Sharing, head: string, work: (stop: AbortController) => Promise<Sharing>) => {
		const stop = new AbortController();
		run.current = stop;
		setSharing(begin);
		try {
			const next = await work(stop);
			if (!stop.signal.aborted) setSharing(next);
		} catch (e) {
			if (!stop.signal.aborted) setSharing({ at: "failed", head, trouble: toProblem(e) });
		}
	};

	const look = (wish: ShareWish) =>
		attempt({ at: "previewing" }, "It cannot be said what would leave", async (stop) => {
			setPreview(undefined);
			const found = await previewIncident(rec, wish, stop.signal);
			if (!stop.signal.aborted) setPreview(found);
			return { at: "previewed" };
		});

	const fetchFile = (wish: ShareWish) =>
		attempt({ at: "fetching", bytes: 0, of: 0 }, "No file was made", async (stop) => {
			const said = (bytes: number, of: number) => {
				if (!stop.signal.aborted) setSharing({ at: "fetching", bytes, of });
			};
			return { at: "fetched", file: await fetchIncident(rec, wish, stop.signal, said) };
		});

	const link = (wish: ShareWish, lasts: string) =>
		attempt({ at: "linking" }, "No link was made", async (stop) => {
			const { for: keys, ...rest } = wish;
			const made = await makeLink(rec, { ...rest, lasts, ...(keys === undefined || keys === null ? {} : { for: keys }) }, stop.signal);
			await client.invalidateQueries({ queryKey: linksQuestion.queryKey });
			return { at: "linked", made };
		});

	const cancel = () => {
		const what = sharing.at === "linking" ? "no link was made" : sharing.at === "fetching" ? "no file was saved" : "nothing was asked for";
		run.current?.abort();
		setSharing({ at: "cancelled", what });
	};

	/** What was shown is of other choices than those that stand there now. */
	const forget = () => {
		setPreview(undefined);
		setSharing({ at: "asked" });
	};

	const busy = sharing.at === "previewing" || sharing.at === "fetching" || sharing.at === "linking";
	return { sharing, preview, busy, look, fetchFile, link, cancel, forget };
}
