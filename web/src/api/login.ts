/** The reader's own tokens for programs, and sessions. */
import { queryOptions } from "@tanstack/react-query";
import { type Decoded, flag, list, optional, shape, text } from "../base/decode";
import { DELETE, GET, POST, read } from "./door";
import { wallTime } from "./instants";
import type * as wire from "./schema";

const token = shape<wire.Token>()({
	id: text,
	name: text,
	roles: list(text),
	scope: list(text),
	created: wallTime,
	expires: wallTime,
	used: optional(wallTime),
});
export type Token = Decoded<typeof token>;

const session = shape<wire.Session>()({
	id: text,
	way: text,
	from: text,
	browser: text,
	current: flag,
	began: wallTime,
	seen: wallTime,
	ends: wallTime,
});
export type Session = Decoded<typeof session>;

const madeToken = shape<wire.MadeToken>()({ token, value: text });
export type MadeToken = Decoded<typeof madeToken>;

const tokens = shape<{ readonly items: readonly wire.Token[] }>()({ items: list(token) });
const sessions = shape<{ readonly items: readonly wire.Session[] }>()({ items: list(session) });

export const tokensQuestion = queryOptions({
	queryKey: ["tokens"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/tokens", { signal }), tokens, signal)).items,
});

export const sessionsQuestion = queryOptions({
	queryKey: ["sessions"],
	queryFn: async ({ signal }) => (await read(GET("/api/v1/sessions", { signal }), sessions, signal)).items,
});

/** Makes a token; its value is in this answer and nowhere else. */
export function makeToken(body: wire.TokenWish) {
	return read(POST("/api/v1/tokens", { body }), madeToken, undefined);
}

export function revokeToken(id: string) {
	return read(DELETE("/api/v1/tokens/{id}", { params: { path: { id } } }), token, undefined);
}

export function endSession(id: string) {
	return read(DELETE("/api/v1/sessions/{id}", { params: { path: { id } } }), sessions, undefined);
}

/** How somebody came in, in words. */
export const wayWords: Readonly<Record<string, string>> = {
	none: "not asked: a server of one person",
	"server-token": "the server's token",
	password: "name and password",
	oidc: "the identity provider",
	token: "a token",
	jwt: "the identity provider's token",
};

/** Ends the session; a form sends it, so that the browser goes where the answer leads. */
export const logoutPath = "/auth/logout";

/** Where one logs in, and comes back from to where one is. */
export function loginLink(): string {
	return `/auth/login?next=${encodeURIComponent(window.location.pathname)}`;
}
