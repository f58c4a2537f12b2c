/** Tokens and sessions of a made-up person. */
import type { Session, Token } from "../src/api/schema";

export const tokens: readonly Token[] = [
	{
		id: "3f0a9c41d2b75e10",
		name: "ci",
		roles: ["owner"],
		scope: ["job:view", "job:read"],
		created: "2026-11-20T09:00:00.000000Z",
		expires: "2027-11-20T09:00:00.000000Z",
		used: "2026-11-23T14:02:00.000000Z",
	},
	{
		id: "77e1b03c9a2f4d58",
		name: "grafana",
		roles: ["owner"],
		scope: [],
		created: "2026-08-20T09:00:00.000000Z",
		expires: "2026-11-01T09:00:00.000000Z",
	},
];

export const sessions: readonly Session[] = [
	{
		id: "ab12cd34ef567890",
		way: "password",
		from: "10.0.0.7",
		browser: "Firefox",
		current: true,
		began: "2026-11-23T13:00:00.000000Z",
		seen: "2026-11-23T14:02:00.000000Z",
		ends: "2026-11-23T21:00:00.000000Z",
	},
	{
		id: "ff12cd34ef567890",
		way: "oidc",
		from: "10.0.0.8",
		browser: "Chrome",
		current: false,
		began: "2026-11-23T12:00:00.000000Z",
		seen: "2026-11-23T12:02:00.000000Z",
		ends: "2026-11-23T20:00:00.000000Z",
	},
];
