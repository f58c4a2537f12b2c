/** A stream of server-sent events that a test feeds by hand. */

type Open = { readonly controller: ReadableStreamDefaultController<Uint8Array>; readonly headers: Headers; readonly url: string };

export class Feed {
	/** Every connection so far; the last one is fed. */
	readonly connections: Open[] = [];
	readonly #encoder = new TextEncoder();
	#next: "open" | "silent" | Response | Error = "open";

	/** What the next connections get: a problem, an error of the network, or "silent": no answer at all. */
	refuse(how: "silent" | Response | Error): void {
		this.#next = how;
	}

	accept(): void {
		this.#next = "open";
	}

	/** Answers a request for the stream, as fetch does. */
	readonly answer = (url: string, init: RequestInit = {}): Promise<Response> => {
		const how = this.#next;
		const gone = () => new DOMException("This operation was aborted", "AbortError");
		const headers = new Headers(init.headers);
		if (how === "silent") return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(gone())));
		if (how instanceof Error) return Promise.reject(how);
		if (how !== "open") return Promise.resolve(how.clone());
		return new Promise((resolve) => {
			const body = new ReadableStream<Uint8Array>({
				start: (controller) => {
					this.connections.push({ controller, headers, url });
					init.signal?.addEventListener("abort", () => {
						try {
							controller.error(gone());
						} catch {
							// It is closed already.
						}
					});
				},
			});
			resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
		});
	};

	get open(): number {
		return this.connections.length;
	}

	text(raw: string): void {
		this.connections.at(-1)?.controller.enqueue(this.#encoder.encode(raw));
	}

	send(item: unknown, id?: string): void {
		this.text(`${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(item)}\n\n`);
	}

	/** The server ends the stream. */
	cut(): void {
		this.connections.at(-1)?.controller.close();
	}
}
